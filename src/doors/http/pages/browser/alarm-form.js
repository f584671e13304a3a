// The form in which an alarm is made, changed or taken away. What it saves is one change of the
// configuration, refused when somebody else has changed the alarm meanwhile.
import { byId, make } from './elements.js';
import { ask, Failure, wordsOf } from './gateway.js';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
/** What an alarm may be called in the file. */
const namePattern = '[A-Za-z][A-Za-z0-9_\\-]{0,63}';

/** @typedef {Record<string, unknown>} Alarm */

/**
 * Opens the form.
 *
 * @param {string | undefined} name of the alarm; undefined for a new one
 * @param {(commit: { before: number, revision: number }, what: string) => Promise<void>} saved called when
 *   something was changed
 */
export async function openAlarmForm(name, saved) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('alarm-form'));
  /** @type {{ revision: number, written: { alarms?: Record<string, Alarm> } }} */
  let config;
  /** @type {{ name: string, family: string }[]} */
  let players;
  try {
    config = /** @type {typeof config} */ (await ask('GET', '/api/v1/config'));
    players = await playersOf();
  } catch (error) {
    byId('trouble').textContent = wordsOf(error);
    return;
  }
  const alarm = (name === undefined ? undefined : config.written.alarms?.[name]) ?? {};
  const fields = fieldsOf(name, alarm, players);
  const wrong = make('p', { class: 'bad', role: 'alert' });
  const buttons = make(
    'p',
    { class: 'actions' },
    make('button', { type: 'submit' }, 'Save'),
    ...(name === undefined
      ? []
      : [make('button', { type: 'button', 'data-act': 'remove' }, 'Remove')]),
    make('button', { type: 'button', 'data-act': 'close' }, 'Close'),
  );
  const form = make('form', { class: 'fields' }, ...fields.elements, wrong, buttons);

  /** @param {readonly object[]} changes @param {string} what */
  const change = async (changes, what) => {
    wrong.textContent = '';
    const alarmName = name ?? fields.name();
    try {
      const commit = await changeAlarm(alarmName, changes, config.revision, `${what} on the page`);
      dialog.close();
      await saved(commit, `Alarm ${what}.`);
    } catch (error) {
      wrong.textContent = wordsOf(error);
      if (error instanceof Failure && error.code === 'CONFIG_CONFLICT') {
        wrong.textContent += ' Close the form and open it again to see what is there now.';
      }
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const called = fields.name();
    if (name === undefined && Object.hasOwn(config.written.alarms ?? {}, called)) {
      wrong.textContent = `There is an alarm ${called} already.`;
      return;
    }
    const changes = changesOf(called, alarm, fields.value());
    void change(changes, `${called} ${name === undefined ? 'added' : 'changed'}`);
  });
  form.addEventListener('click', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    if (target.dataset['act'] === 'close') dialog.close();
    if (target.dataset['act'] === 'remove' && name !== undefined) {
      // Each revision is kept, so that this is no end: but a slip of the hand is asked for.
      if (target.textContent === 'Really remove')
        void change([{ path: ['alarms', name], delete: true }], `${name} removed`);
      else target.textContent = 'Really remove';
    }
  });
  dialog.replaceChildren(
    make('h2', {}, name === undefined ? 'A new alarm' : `Alarm ${name}`),
    players.length === 0 ? make('p', { class: 'bad' }, 'There is no player that could ring.') : '',
    form,
    make('datalist', { id: 'devices' }),
  );
  void suggestDevices(fields.player.value);
  fields.player.addEventListener('change', () => void suggestDevices(fields.player.value));
  dialog.showModal();
}

/**
 * What differs, key by key: the rest of the table stays as it stands in the file.
 *
 * @param {string} name
 * @param {Alarm} before
 * @param {Alarm} after
 */
function changesOf(name, before, after) {
  return Object.entries(after).flatMap(([key, value]) => {
    if (JSON.stringify(value) === JSON.stringify(before[key])) return [];
    const path = ['alarms', name, key];
    return [value === undefined ? { path, delete: true } : { path, value }];
  });
}

/** So often a change is tried again while others change something else. */
const attemptsMost = 5;

/**
 * Refused only when somebody else has changed this very alarm meanwhile.
 *
 * @param {string} name
 * @param {readonly object[]} changes
 * @param {number} revision of the settings that the form shows
 * @param {string} why
 */
async function changeAlarm(name, changes, revision, why) {
  let expectedRevision = revision;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const body = { changes, expectedRevision, why };
      return /** @type {{ before: number, revision: number }} */ (
        await ask('PATCH', '/api/v1/config', body)
      );
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'CONFIG_CONFLICT') throw error;
      const { keys, revision: newest } = error.details;
      const isOther =
        Array.isArray(keys) &&
        keys.every((key) => key !== `alarms.${name}` && !`${key}`.startsWith(`alarms.${name}.`));
      if (!isOther || typeof newest !== 'number' || attempt === attemptsMost) throw error;
      expectedRevision = newest;
    }
  }
}

/**
 * The names of the devices of a player, to choose from. Without them a name is typed.
 *
 * @param {string} player
 */
async function suggestDevices(player) {
  const list = byId('devices');
  try {
    const path = `/api/v1/instruments/${encodeURIComponent(player)}/call`;
    const { result } = /** @type {{ result: { name: string }[] }} */ (
      await ask('POST', path, { function: 'devices', params: {} })
    );
    list.replaceChildren(...result.map(({ name }) => make('option', { value: name })));
  } catch {
    list.replaceChildren();
  }
}

/** Instruments that play. */
async function playersOf() {
  const { instruments } = /** @type {{ instruments: { name: string, family: string }[] }} */ (
    await ask('GET', '/api/v1/instruments')
  );
  return instruments.filter(({ family }) => family === 'spotify');
}

/**
 * @param {string | undefined} name
 * @param {Alarm} alarm
 * @param {readonly { name: string }[]} players
 */
function fieldsOf(name, alarm, players) {
  const called = input('Name in the file', {
    type: 'text',
    required: true,
    pattern: namePattern,
    maxlength: '64',
  });
  called.field.value = name ?? '';
  called.field.disabled = name !== undefined;
  const title = input('Title', { type: 'text', maxlength: '100' }, alarm['title']);
  const time = input('Time', { type: 'time', required: true }, alarm['time'] ?? '06:30');
  const date = input('Only on', { type: 'date' }, alarm['date']);
  const days = weekdays.map((day) => {
    const chosen = /** @type {string[]} */ (alarm['weekdays'] ?? []).includes(day);
    return { day, ...check(day.slice(0, 1).toUpperCase() + day.slice(1, 3), chosen, day) };
  });
  const week = make(
    'fieldset',
    { class: 'days' },
    make('legend', {}, 'Weekdays (none: once)'),
    ...days.map(({ label }) => label),
  );
  const player = select(
    'Player',
    players.map((each) => each.name),
    /** @type {string} */ (alarm['player'] ?? players[0]?.name ?? ''),
  );
  const playlist = input(
    'Playlist, album, artist or track',
    {
      type: 'text',
      required: true,
      pattern: 'spotify:(playlist|album|artist|track):[A-Za-z0-9]{22}',
      placeholder: 'spotify:playlist:…',
    },
    alarm['playlist'],
  );
  const device = input(
    'Device',
    { type: 'text', maxlength: '100', list: 'devices' },
    alarm['device'],
  );
  const fallback = input(
    'If it cannot play there',
    { type: 'text', maxlength: '100', list: 'devices' },
    alarm['fallbackDevice'],
  );
  const volume = input('Volume', { type: 'range', min: '0', max: '100' }, alarm['volume'] ?? 20);
  const loudness = make('output', {}, `${volume.field.value} %`);
  volume.field.addEventListener('input', () => (loudness.value = `${volume.field.value} %`));
  volume.label.append(loudness);
  const fadeIn = check('Fade in', alarm['fadeIn'] === true);
  const fadeInS = input(
    'over seconds',
    { type: 'number', min: '5', max: '1800' },
    alarm['fadeInS'] ?? 60,
  );
  const shuffle = check('Shuffle', alarm['shuffle'] === true);
  const snooze = check('Silencing the player is a snooze', alarm['snooze'] !== false);
  const snoozeMinutes = input(
    'of minutes',
    { type: 'number', min: '1', max: '60' },
    alarm['snoozeMinutes'] ?? 9,
  );
  const enabled = check('On', alarm['enabled'] !== false);
  return {
    elements: [
      whole(enabled.label),
      called.label,
      title.label,
      time.label,
      date.label,
      week,
      player.label,
      playlist.label,
      device.label,
      fallback.label,
      whole(volume.label),
      fadeIn.label,
      fadeInS.label,
      snooze.label,
      snoozeMinutes.label,
      whole(shuffle.label),
    ],
    player: player.field,
    name: () => called.field.value.trim(),
    /** What the form shows; the rest stays as it is. */
    value: () => ({
      enabled: enabled.field.checked,
      title: textOf(title.field),
      time: time.field.value,
      weekdays: days.filter(({ field }) => field.checked).map(({ day }) => day),
      date: textOf(date.field),
      player: player.field.value,
      playlist: playlist.field.value.trim(),
      device: textOf(device.field),
      fallbackDevice: textOf(fallback.field),
      volume: Number(volume.field.value),
      fadeIn: fadeIn.field.checked,
      fadeInS: Number(fadeInS.field.value),
      shuffle: shuffle.field.checked,
      snooze: snooze.field.checked,
      snoozeMinutes: Number(snoozeMinutes.field.value),
    }),
  };
}

/** Over all columns of the form. @param {HTMLElement} element */
function whole(element) {
  element.classList.add('whole');
  return element;
}

/** What is left empty is not written. @param {HTMLInputElement} field */
function textOf(field) {
  const text = field.value.trim();
  return text === '' ? undefined : text;
}

/**
 * @param {string} label
 * @param {Readonly<Record<string, string | boolean>>} attributes
 * @param {unknown} [value]
 */
function input(label, attributes, value) {
  const field = make('input', attributes);
  if (typeof value === 'string' || typeof value === 'number') field.value = `${value}`;
  return { field, label: make('label', {}, make('span', {}, label), field) };
}

/** @param {string} label @param {boolean} isChecked @param {string} [spoken] */
function check(label, isChecked, spoken) {
  const field = make('input', { type: 'checkbox', 'aria-label': spoken });
  field.checked = isChecked;
  return { field, label: make('label', { class: 'check' }, field, make('span', {}, label)) };
}

/** @param {string} label @param {readonly string[]} choices @param {string} chosen */
function select(label, choices, chosen) {
  // One that is no player any more is still shown: it is what the alarm says.
  const all = choices.includes(chosen) || chosen === '' ? choices : [...choices, chosen];
  const field = make(
    'select',
    { required: true },
    ...all.map((each) => make('option', { value: each }, each)),
  );
  field.value = chosen;
  return { field, label: make('label', {}, make('span', {}, label), field) };
}
