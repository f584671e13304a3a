import { asSignalboxError, hasCode, SignalboxError, sleep } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { within } from '../within.ts';
import type { AlarmPlayer, PlayerState } from './alarm-player.ts';
import { anyDevice, findDevice } from './find-device.ts';
import type { UsableDevice } from './find-device.ts';

/** What is not playing so long after its time could not be started. */
export const startLongestMs = 90_000;
/** One call to a player may take so long. */
export const playerCallMs = 10_000;
/** Whether it plays is looked at so often, with a pause before each look. */
const looksMost = 6;
const lookEveryMs = 1_000;
/** After so many attempts on a device, its fallback has its turn, and then they take turns. */
const attemptsBeforeFallback = 3;
/** Pauses between attempts: 1, 2, 4, 8, 10, 10 … s, and a little more that is drawn at random. */
const pauseLongestMs = 10_000;
const pauseMore = { leastMs: 200, mostMs: 700 } as const;

/** What is to be played, and how. */
export interface Playback {
  readonly uri: string;
  /** In percent. */
  readonly volume: number;
  /** Whether it begins at 0; then somebody else raises it. */
  readonly fromSilence: boolean;
  readonly shuffle: boolean;
  readonly device?: string | undefined;
  readonly fallbackDevice?: string | undefined;
  /** Goes on where it was paused, on the device where it was, if it still is. */
  readonly goesOn: boolean;
}

export interface StartOptions {
  readonly clock: Clock;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Devices that were used before, the last one first. */
  readonly known: readonly UsableDevice[];
}

/** What plays now. */
export interface Started {
  readonly device: UsableDevice;
  /** What the player says that it plays from; absent where it does not say. */
  readonly context?: string;
  /** Whether the volume is 0, to be raised. */
  readonly isSilent: boolean;
}

/**
 * Lets a player play, and sees to it that it does: it chooses a device, sets its volume, begins, and
 * looks whether it plays. What fails is tried again until {@link startLongestMs} are over.
 * @throws ALARM_FAILED, with what failed last; CANCELLED
 */
export async function startPlaying(
  player: AlarmPlayer,
  playback: Playback,
  options: StartOptions,
): Promise<Started> {
  const { clock, random, signal } = options;
  const startMs = clock.monotonic();
  const left = (): number => startLongestMs - (clock.monotonic() - startMs);
  let problem: unknown;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await within(
        clock,
        Math.max(1, left()),
        signal,
        'starting to play',
        async (inTime) => await tryOnce(player, playback, attempt, { ...options, signal: inTime }),
      );
    } catch (error) {
      const { pauseMs, isFinal } = whatNext(error, attempt, random);
      if (signal.aborted) throw error;
      // That the time was over says less than what had taken it.
      if (left() > 0 || problem === undefined) problem = error;
      if (isFinal || pauseMs >= left()) throw couldNot(problem, attempt + 1);
      await sleep(clock, pauseMs, signal);
    }
  }
}

/** Whether what a player does is what was begun. */
export function isOwn(state: PlayerState, { device, context }: Started): boolean {
  const isOwnDevice = state.device?.id === undefined || state.device.id === device.id;
  const isOwnContext =
    context === undefined || state.context === undefined || state.context === context;
  return isOwnDevice && isOwnContext;
}

async function tryOnce(
  player: AlarmPlayer,
  playback: Playback,
  attempt: number,
  options: StartOptions,
): Promise<Started> {
  const call = async <Result>(
    what: string,
    run: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> => await within(options.clock, playerCallMs, options.signal, what, run);
  /** Done as well as it can be: a device that does not take it plays all the same. */
  const tryTo = async (
    what: string,
    run: (signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> => {
    try {
      await call(what, run);
      return true;
    } catch (error) {
      if (options.signal.aborted) throw error;
      return false;
    }
  };
  await call('preparing the player', async (signal) => await player.prepare(signal));
  const device = await chooseDevice(player, playback, attempt, options, call);
  const { uri, volume, shuffle, fromSilence } = playback;
  const before = await call('reading the player', async (signal) => await player.state(signal));
  const isThere = before.device?.id === device.id;
  // Before it plays, so that nobody is woken with the volume of yesterday.
  const isSilent =
    (await tryTo(
      'setting the volume',
      async (signal) => await player.setVolume(fromSilence ? 0 : volume, device.id, signal),
    )) && fromSilence;
  if (playback.goesOn && isThere && (before.context === undefined || before.context === uri)) {
    await call('going on', async (signal) => await player.resume(signal));
  } else {
    await call(
      'beginning to play',
      async (signal) => await player.playOn(device.id, uri, { shuffle }, signal),
    );
  }
  const state = await verify(player, device, options, call);
  if (!isSilent) {
    // Once more: some devices take it only while they play.
    await tryTo(
      'setting the volume',
      async (signal) => await player.setVolume(volume, device.id, signal),
    );
  }
  const { context } = state;
  return { device, isSilent, ...(context === undefined ? {} : { context }) };
}

type Call = <Result>(
  what: string,
  run: (signal: AbortSignal) => Promise<Result>,
) => Promise<Result>;

async function chooseDevice(
  player: AlarmPlayer,
  { device, fallbackDevice }: Playback,
  attempt: number,
  { known }: StartOptions,
  call: Call,
): Promise<UsableDevice> {
  const devices = await call('listing devices', async (signal) => await player.devices(signal));
  const late = attempt - attemptsBeforeFallback;
  const isFallback = fallbackDevice !== undefined && late >= 0 && late % 2 === 0;
  const wanted = isFallback ? fallbackDevice : device;
  const found =
    wanted === undefined ? anyDevice(devices, known[0]) : findDevice(devices, wanted, known);
  if (found !== undefined) return { id: found.id, name: found.name };
  const names = devices.map(({ name }) => name).join(', ') || 'none';
  const what = wanted === undefined ? 'device to play on' : `device '${wanted}'`;
  throw new SignalboxError('ALARM_FAILED', `the player has no ${what}; it has ${names}`);
}

/** That a command was taken does not say that anything is heard. */
async function verify(
  player: AlarmPlayer,
  device: UsableDevice,
  { clock, signal }: StartOptions,
  call: Call,
): Promise<PlayerState> {
  let problem = 'it does not play';
  for (let look = 0; look < looksMost; look += 1) {
    await sleep(clock, lookEveryMs, signal);
    try {
      const state = await call('reading the player', async (inTime) => await player.state(inTime));
      if (state.isPlaying && state.device?.id === device.id) return state;
      problem = state.isPlaying
        ? `it plays on ${state.device?.name ?? 'another device'}`
        : 'it does not play';
    } catch (error) {
      if (signal.aborted) throw error;
      problem = asSignalboxError(error).message;
    }
  }
  throw new SignalboxError('ALARM_FAILED', `device ${device.name} was told to play: ${problem}`);
}

function whatNext(
  error: unknown,
  attempt: number,
  random: () => number,
): { readonly pauseMs: number; readonly isFinal: boolean } {
  const { leastMs, mostMs } = pauseMore;
  const growingMs = Math.min(pauseLongestMs, 1_000 * 2 ** Math.min(attempt, 10));
  return {
    pauseMs: growingMs + leastMs + (mostMs - leastMs) * random(),
    // What only a person can put right.
    isFinal: hasCode(error, 'SIGN_IN_REQUIRED', 'PREMIUM_REQUIRED'),
  };
}

function couldNot(error: unknown, attempts: number): SignalboxError {
  const { message, nextStep, code } = asSignalboxError(error);
  const times = attempts === 1 ? '' : ` (${attempts} attempts)`;
  return new SignalboxError('ALARM_FAILED', `${message}${times}`, {
    nextStep,
    details: { attempts, lastCode: code },
    cause: error,
  });
}
