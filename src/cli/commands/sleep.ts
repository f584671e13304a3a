import { Option } from 'commander';
import type { Command } from 'commander';
import type { SignalboxClient } from '../../client/index.ts';
import { SignalboxError } from '../../kernel/index.ts';
import { say, sayJson } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { table } from '../table.ts';
import { playable, someMusic, wholeNumber } from './alarm-values.ts';
import { clockTime, found } from './schedule-actions.ts';

const snoozeMinutesMost = 60;
const sleepMinutesMost = 240;

interface SnoozeFlags extends CommonOptions {
  readonly minutes?: number;
}

interface SleepFlags extends CommonOptions {
  readonly playlist?: string;
  readonly device?: string;
  readonly volume?: number;
  readonly shuffle?: boolean;
}

/** What makes an alarm that rings silent for a while, and a player for the night. */
export function addSleepCommands(alarm: Command): void {
  common(alarm.command('snooze <name>'), 'alarm snooze wake', 'alarm snooze wake --minutes 5')
    .description('silence an alarm that rings until later')
    .option('--minutes <n>', 'for so long (default: its own)', wholeNumber(1, snoozeMinutesMost))
    .action(async (name: string, options: SnoozeFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        await found(client, 'alarm', name, { signal });
        const { minutes } = options;
        const untilMs = await client.schedules.snooze(name, {
          signal,
          ...(minutes === undefined ? {} : { minutes }),
        });
        if (isJson) {
          sayJson({ name, untilMs });
          return;
        }
        say(`alarm ${name} rings again at ${clockTime(untilMs)}`);
        say(`end it instead: signalbox alarm stop ${name}`);
      });
    });

  common(
    alarm.command('sleep [player] [minutes]'),
    'alarm sleep',
    'alarm sleep music 30',
    `alarm sleep music 45 --playlist ${someMusic} --volume 25`,
    'alarm sleep music off',
  )
    .description('let a player fall silent after so many minutes; without one: see which will')
    .addOption(new Option('--playlist <uri>', 'what it plays until then').argParser(playable))
    .option('--device <name>', 'where it plays that')
    .option('--volume <percent>', 'how loud', wholeNumber(0, 100))
    .option('--shuffle', 'in any order')
    .action(
      async (player: string | undefined, minutes: string | undefined, options: SleepFlags) => {
        await withGateway(options, async ({ client, isJson, signal }) => {
          if (player === undefined) await list(client, isJson, signal);
          else if (minutes === 'off') await end(client, player, isJson, signal);
          else await begin(client, player, minutes, options, isJson, signal);
        });
      },
    );
}

async function list(client: SignalboxClient, isJson: boolean, signal: AbortSignal): Promise<void> {
  const timers = await client.schedules.sleepTimers({ signal });
  if (isJson) sayJson({ sleepTimers: timers });
  else if (timers.length === 0) say('no player has a sleep timer');
  else {
    const rows = timers.map(({ player, endsAtMs, by }) => [player, clockTime(endsAtMs), by]);
    say(table(['PLAYER', 'SILENT AT', 'BY'], rows));
  }
}

async function end(
  client: SignalboxClient,
  player: string,
  isJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const stopped = await client.schedules.stopSleepTimer(player, { signal });
  if (isJson) sayJson({ player, stopped });
  else say(stopped ? `${player} plays on` : `${player} has no sleep timer`);
}

async function begin(
  client: SignalboxClient,
  player: string,
  text: string | undefined,
  { playlist, device, volume, shuffle }: SleepFlags,
  isJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const minutes = text === undefined ? undefined : minutesOf(text);
  const how = {
    ...(device === undefined ? {} : { device }),
    ...(volume === undefined ? {} : { volume }),
    ...(shuffle === undefined ? {} : { shuffle }),
  };
  const timer = await client.schedules.startSleepTimer(player, {
    signal,
    ...(minutes === undefined ? {} : { minutes }),
    ...(playlist === undefined ? {} : { play: { uri: playlist, ...how } }),
  });
  if (isJson) {
    sayJson(timer);
    return;
  }
  say(`${player} is silent at ${clockTime(timer.endsAtMs)}, and quieter from a minute before`);
  say(`undo: signalbox alarm sleep ${player} off`);
}

/** @throws BAD_ARGUMENT */
function minutesOf(text: string): number {
  try {
    return wholeNumber(1, sleepMinutesMost)(text);
  } catch {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `'${text}' is no time to sleep: whole minutes from 1 to ${sleepMinutesMost}, or off`,
      { nextStep: 'Say `signalbox alarm sleep music 30`, or `off` to end it.' },
    );
  }
}
