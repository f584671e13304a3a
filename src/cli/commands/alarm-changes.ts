import { Option } from 'commander';
import type { Command } from 'commander';
import type { SettingChange, SettingsCommit, SignalboxClient } from '../../client/index.ts';
import { SignalboxError } from '../../kernel/index.ts';
import { say, sayJson } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { weekdaysOf } from '../weekdays.ts';
import { playable, someMusic, timeOfDay, wholeNumber } from './alarm-values.ts';
import { found } from './schedule-actions.ts';

interface AlarmFlags extends CommonOptions {
  readonly title?: string;
  readonly time?: string;
  readonly weekdays?: readonly string[];
  readonly date?: string;
  readonly player?: string;
  readonly playlist?: string;
  readonly device?: string;
  readonly fallbackDevice?: string;
  readonly volume?: number;
  /** A number of seconds, or true for as many as usual. */
  readonly fadeIn?: number | boolean;
  readonly shuffle?: boolean;
  readonly snooze?: number | boolean;
}

const fadeInSMost = 1_800;
const snoozeMinutesMost = 60;

/** `alarm add`, `alarm edit` and `alarm remove`: each is one change of the configuration. */
export function addAlarmChanges(alarm: Command): void {
  withAlarmOptions(
    common(
      alarm.command('add <name>'),
      `alarm add wake --time 06:30 --weekdays mon-fri --playlist ${someMusic} --fade-in`,
      `alarm add flight --time 04:10 --date 2026-12-24 --playlist ${someMusic} --volume 60`,
    ),
  )
    .description('set a new alarm; without --weekdays it rings once')
    .action(async (name: string, options: AlarmFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const { revision } = await client.settings({ signal });
        const namesake = (await client.schedules.list({ signal })).find(
          (each) => each.name === name,
        );
        if (namesake !== undefined) throw taken(namesake.kind, name);
        const settings = { ...settingsOf(options), ...(await needed(client, options, signal)) };
        const commit = await client.changeSettings(changesOf(name, settings), {
          why: `alarm ${name} added`,
          // Nobody else's alarm of that name is written over.
          expectedRevision: revision,
          signal,
        });
        await tell(client, name, commit, isJson, signal);
      });
    });

  withAlarmOptions(
    common(
      alarm.command('edit <name>'),
      'alarm edit wake --time 07:00',
      'alarm edit wake --weekdays sat,sun --no-fade-in --volume 25',
    ),
  )
    .description('change an alarm; what is not named stays')
    .action(async (name: string, options: AlarmFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        await found(client, 'alarm', name, { signal });
        const settings = settingsOf(options);
        if (Object.keys(settings).length === 0) {
          throw new SignalboxError('BAD_ARGUMENT', 'nothing was named that is to change', {
            nextStep: 'Name it: `signalbox alarm edit --help` lists what there is.',
          });
        }
        const why = `alarm ${name} changed`;
        const commit = await client.changeSettings(changesOf(name, settings), { why, signal });
        await tell(client, name, commit, isJson, signal);
      });
    });

  common(alarm.command('remove <name>'), 'alarm remove wake')
    .description('take an alarm away')
    .action(async (name: string, options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        await found(client, 'alarm', name, { signal });
        const gone = [{ path: ['alarms', name], delete: true }] as const;
        const why = `alarm ${name} removed`;
        const commit = await client.changeSettings(gone, { why, signal });
        if (isJson) sayJson({ name, ...commit });
        else {
          say(`alarm ${name} is gone`);
          sayWayBack(commit);
        }
      });
    });
}

function withAlarmOptions(command: Command): Command {
  return command
    .option('--time <HH:MM>', 'when it rings', timeOfDay)
    .addOption(
      new Option(
        '--weekdays <days>',
        'on which days: mon-fri, sat,sun, weekdays, weekend, daily; once for none',
      ).argParser(weekdaysOf),
    )
    .option('--date <YYYY-MM-DD>', 'once, on that day')
    .option('--player <instrument>', 'what plays (default: the only player there is)')
    .addOption(
      new Option('--playlist <uri>', 'what is played: a URI or a link of Spotify').argParser(
        playable,
      ),
    )
    .option('--volume <percent>', 'how loud (default: 20)', wholeNumber(0, 100))
    .option('--fade-in [seconds]', 'from silence (over 60 s)', wholeNumber(5, fadeInSMost))
    .option('--no-fade-in', 'loud from the beginning')
    .option('--shuffle', 'in any order')
    .option('--no-shuffle', 'in its order')
    .option('--device <name>', 'where it plays (default: where it played last)')
    .option('--fallback-device <name>', 'where it plays when it cannot there')
    .option(
      '--snooze [minutes]',
      'silencing the player is a snooze (of 9 minutes)',
      wholeNumber(1, snoozeMinutesMost),
    )
    .option('--no-snooze', 'silencing the player ends it')
    .option('--title <text>', 'as people read it');
}

/** What of an alarm is set by what was named. `undefined` takes away what contradicts it. */
function settingsOf(options: AlarmFlags): Record<string, unknown> {
  const { title, time, weekdays, date, player, playlist, device, fallbackDevice } = options;
  const { volume, fadeIn, shuffle, snooze } = options;
  const named = { title, time, player, playlist, device, fallbackDevice, volume, shuffle };
  return {
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
    ...(weekdays === undefined ? {} : { weekdays, ...(date === undefined ? { date } : {}) }),
    ...(date === undefined ? {} : { date, ...(weekdays === undefined ? { weekdays } : {}) }),
    ...(fadeIn === undefined ? {} : { fadeIn: fadeIn !== false }),
    ...(typeof fadeIn === 'number' ? { fadeInS: fadeIn } : {}),
    ...(snooze === undefined ? {} : { snooze: snooze !== false }),
    ...(typeof snooze === 'number' ? { snoozeMinutes: snooze } : {}),
  };
}

function changesOf(name: string, settings: Readonly<Record<string, unknown>>): SettingChange[] {
  return Object.entries(settings).map(([key, value]) => {
    const path = ['alarms', name, key];
    return value === undefined ? { path, delete: true } : { path, value };
  });
}

/** What a new alarm cannot be without. @throws BAD_ARGUMENT */
async function needed(
  client: SignalboxClient,
  { time, playlist, player }: AlarmFlags,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const missing = [
    ...(time === undefined ? ['--time 06:30'] : []),
    ...(playlist === undefined ? ['--playlist spotify:playlist:…'] : []),
  ];
  if (missing.length > 0) {
    throw new SignalboxError('BAD_ARGUMENT', `a new alarm needs ${missing.join(' and ')}`);
  }
  if (player !== undefined) return {};
  const all = await client.instruments({ signal });
  const players = all.filter(({ family }) => family === 'spotify').map(({ name }) => name);
  const [only] = players;
  if (only !== undefined && players.length === 1) return { player: only };
  throw players.length === 0
    ? new SignalboxError('BAD_ARGUMENT', 'there is no player that could ring', {
        nextStep: 'docs/guides/music-player.md says how to make one.',
      })
    : new SignalboxError('BAD_ARGUMENT', `which player: ${players.join(', ')}?`, {
        nextStep: 'Name one with --player.',
      });
}

async function tell(
  client: SignalboxClient,
  name: string,
  commit: SettingsCommit,
  isJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const report = await client.schedules.get(name, { signal });
  if (isJson) {
    sayJson({ ...report, revision: commit.revision, before: commit.before });
    return;
  }
  const [next] = report.next;
  const when =
    next !== undefined
      ? `rings next at ${next.at}`
      : report.state === 'off'
        ? `is off; switch it on: signalbox alarm enable ${name}`
        : `will not ring: ${report.reason ?? 'no time of it will come any more'}`;
  say(`alarm ${name} ${when}`);
  sayWayBack(commit);
}

function sayWayBack({ before, revision }: SettingsCommit): void {
  if (before !== revision) say(`undo: signalbox config rollback ${before}`);
}

function taken(kind: 'alarm' | 'job', name: string): SignalboxError {
  return new SignalboxError(
    'BAD_ARGUMENT',
    `there is ${kind === 'alarm' ? 'an' : 'a'} ${kind} '${name}' already`,
    {
      nextStep:
        kind === 'alarm'
          ? `Change it with \`signalbox alarm edit ${name}\`, or choose another name.`
          : 'Choose another name: alarms and jobs share them.',
    },
  );
}
