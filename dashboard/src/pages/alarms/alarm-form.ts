// The form in which an alarm is made, changed or taken away. What it saves is one change of the
// configuration, refused when somebody else has changed the alarm meanwhile.
import type {
  InstrumentReport,
  SettingChange,
  SettingsCommit,
  SettingsReport,
} from '../../../../src/client/index.ts';
import { hasCode } from '../../../../src/kernel/index.ts';
import type { SignalboxError } from '../../../../src/kernel/index.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { byId, make } from '../../parts/elements.ts';
import { errorText } from '../../parts/error-text.ts';
import { tellTrouble } from '../../parts/trouble.ts';
import { fieldsOf } from './alarm-fields.ts';
import type { Alarm } from './alarm-fields.ts';

/**
 * Opens the form.
 * @param name of the alarm; undefined for a new one
 * @param saved called when something was changed
 */
export async function openAlarmForm(
  gateway: Gateway,
  name: string | undefined,
  saved: (commit: SettingsCommit, what: string) => Promise<void>,
): Promise<void> {
  const dialog = byId('alarm-form') as HTMLDialogElement;
  let config: SettingsReport;
  let players: readonly InstrumentReport[];
  try {
    config = await gateway.client.value.settings();
    players = await playersOf(gateway);
  } catch (error) {
    tellTrouble(error);
    return;
  }
  const alarms = (config.written['alarms'] ?? {}) as Readonly<Record<string, Alarm>>;
  const alarm = (name === undefined ? undefined : alarms[name]) ?? {};
  const fields = fieldsOf(name, alarm, players);
  const wrong = make('p', { class: 'bad', role: 'alert' });
  const buttons = make(
    'p',
    { class: 'actions' },
    make('button', { type: 'submit', class: 'main' }, 'Save'),
    ...(name === undefined
      ? []
      : [make('button', { type: 'button', 'data-act': 'remove' }, 'Remove')]),
    make('button', { type: 'button', 'data-act': 'close' }, 'Close'),
  );
  const form = make('form', { class: 'fields' }, ...fields.elements, wrong, buttons);

  const change = async (changes: readonly SettingChange[], what: string): Promise<void> => {
    wrong.textContent = '';
    const alarmName = name ?? fields.name();
    try {
      const why = `${what} on the page`;
      const commit = await changeAlarm(gateway, alarmName, changes, config.revision, why);
      dialog.close();
      await saved(commit, `Alarm ${what}.`);
    } catch (error) {
      wrong.textContent = errorText(error);
      if (hasCode(error, 'CONFIG_CONFLICT')) {
        wrong.textContent += ' Close the form and open it again to see what is there now.';
      }
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const called = fields.name();
    if (name === undefined && Object.hasOwn(alarms, called)) {
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
    make('h2', { id: 'alarm-form-title' }, name === undefined ? 'A new alarm' : `Alarm ${name}`),
    players.length === 0 ? make('p', { class: 'bad' }, 'There is no player that could ring.') : '',
    form,
    make('datalist', { id: 'devices' }),
  );
  const suggest = (): void => void suggestDevices(gateway, fields.player.value);
  suggest();
  fields.player.addEventListener('change', suggest);
  dialog.showModal();
}

/** What differs, key by key: the rest of the table stays as it stands in the file. */
function changesOf(name: string, before: Alarm, after: Alarm): SettingChange[] {
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
 * @param revision of the settings that the form shows
 */
async function changeAlarm(
  gateway: Gateway,
  name: string,
  changes: readonly SettingChange[],
  revision: number,
  why: string,
): Promise<SettingsCommit> {
  let expectedRevision = revision;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await gateway.client.value.changeSettings(changes, { expectedRevision, why });
    } catch (error) {
      if (!hasCode(error, 'CONFIG_CONFLICT')) throw error;
      const { keys, revision: newest } = (error as SignalboxError).details;
      const isOther =
        Array.isArray(keys) &&
        keys.every((key) => key !== `alarms.${name}` && !`${key}`.startsWith(`alarms.${name}.`));
      if (!isOther || typeof newest !== 'number' || attempt === attemptsMost) throw error;
      expectedRevision = newest;
    }
  }
}

/** The names of the devices of a player, to choose from. Without them a name is typed. */
async function suggestDevices(gateway: Gateway, player: string): Promise<void> {
  let devices: readonly { readonly name: string }[];
  try {
    devices = (await gateway.client.value.call(player, 'devices')) as typeof devices;
  } catch {
    devices = [];
  }
  document
    .getElementById('devices')
    ?.replaceChildren(...devices.map(({ name }) => make('option', { value: name })));
}

/** Instruments that play. */
async function playersOf(gateway: Gateway): Promise<readonly InstrumentReport[]> {
  const instruments = await gateway.client.value.instruments();
  return instruments.filter(({ family }) => family === 'spotify');
}
