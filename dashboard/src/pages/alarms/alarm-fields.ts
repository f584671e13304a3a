// The fields in which an alarm is described.
import { make } from '../../parts/elements.ts';

/** An alarm as it stands in the file. */
export type Alarm = Readonly<Record<string, unknown>>;

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
/** What an alarm may be called in the file. */
const namePattern = '[A-Za-z][A-Za-z0-9_\\-]{0,63}';

/** What the form is made of. */
export interface AlarmFields {
  readonly elements: readonly HTMLElement[];
  readonly player: HTMLSelectElement;
  readonly name: () => string;
  /** What the form shows; the rest stays as it is. */
  readonly value: () => Alarm;
}

/** The fields of an alarm, and how what they show is read. */
export function fieldsOf(
  name: string | undefined,
  alarm: Alarm,
  players: readonly { readonly name: string }[],
): AlarmFields {
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
    const chosen = ((alarm['weekdays'] ?? []) as readonly string[]).includes(day);
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
    (alarm['player'] ?? players[0]?.name ?? '') as string,
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

/** Over all columns of the form. */
function whole(element: HTMLElement) {
  element.classList.add('whole');
  return element;
}

/** What is left empty is not written. */
function textOf(field: HTMLInputElement) {
  const text = field.value.trim();
  return text === '' ? undefined : text;
}

function input(
  label: string,
  attributes: Readonly<Record<string, string | boolean>>,
  value?: unknown,
) {
  const field = make('input', attributes);
  if (typeof value === 'string' || typeof value === 'number') field.value = `${value}`;
  return { field, label: make('label', {}, make('span', {}, label), field) };
}

function check(label: string, isChecked: boolean, spoken?: string) {
  const field = make('input', { type: 'checkbox', 'aria-label': spoken });
  field.checked = isChecked;
  return { field, label: make('label', { class: 'check' }, field, make('span', {}, label)) };
}

function select(label: string, choices: readonly string[], chosen: string) {
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
