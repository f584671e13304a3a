import { asSignalboxError, SignalboxError } from '../../kernel/index.ts';
import type { Clock, Owner, SignalboxError as Failure, Timer } from '../../kernel/index.ts';
import type { Instrument, Reading } from '../../instruments/index.ts';
import type { Lease } from '../../ports/index.ts';
import type { Directory } from '../door.ts';
import { instrumentOf, parameterOf } from './route-context.ts';

/** So many parameters in one watch. */
export const watchedParametersMost = 64;
/** A watch reads no more often than this, and no more seldom. */
export const watchEveryLeastMs = 10;
export const watchEveryMostMs = 3_600_000;

/** One parameter to be read again and again. */
export interface Watched {
  readonly instrument: Instrument;
  readonly parameter: string;
}

export interface WatchOptions {
  readonly by: Owner;
  readonly everyMs: number;
  /** A value that was read at most so long ago will do. @default 0 */
  readonly maxAgeMs?: number;
  /** The lease to use for an instrument. */
  readonly lease?: (instrument: Instrument) => Lease | undefined;
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly reading: (watched: Watched, reading: Reading) => void;
  readonly failed: (watched: Watched, error: Failure) => void;
}

/**
 * Reads parameters at a fixed beat until the signal aborts. Beats are multiples of the interval on
 * the clock, so they do not drift, and all watches of one interval ask at the same moment: the
 * port reads once for all of them. A parameter whose last read is still under way misses a beat.
 */
export function watch(all: readonly Watched[], options: WatchOptions): void {
  const { clock, everyMs, signal } = options;
  if (signal.aborted) return;
  const busy = new Set<Watched>();
  let timer: Timer | undefined;
  const readAll = (): void => {
    for (const watched of all) {
      if (busy.has(watched)) continue;
      busy.add(watched);
      void readOnce(watched, options).finally(() => busy.delete(watched));
    }
  };
  const beat = (): void => {
    const nowMs = clock.monotonic();
    // A timer may fire up to a millisecond early: that belongs to the beat that is about to come.
    const next = Math.floor((nowMs + 1) / everyMs) + 1;
    timer = clock.schedule(next * everyMs - nowMs, beat);
    readAll();
  };
  signal.addEventListener('abort', () => timer?.cancel(), { once: true });
  beat();
}

/** Looks up `dmm.voltage,mfc1.fMeasure`. @throws NOT_FOUND, WRITE_ONLY, BAD_ARGUMENT */
export function parseWatched(text: string, directory: Directory): readonly Watched[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  if (names.length > watchedParametersMost) {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `${names.length} parameters are more than the ${watchedParametersMost} of one watch`,
    );
  }
  return names.map((name) => watchedOf(name, directory));
}

function watchedOf(name: string, directory: Directory): Watched {
  const dot = name.lastIndexOf('.');
  if (dot < 1 || dot === name.length - 1) {
    throw new SignalboxError('BAD_ARGUMENT', `'${name}' is not INSTRUMENT.PARAMETER`);
  }
  const instrument = instrumentOf(directory, name.slice(0, dot));
  const parameter = parameterOf(instrument, name.slice(dot + 1));
  if (parameter.access === 'write') {
    throw new SignalboxError('WRITE_ONLY', `${name} can only be written`);
  }
  return { instrument, parameter: parameter.name };
}

async function readOnce(watched: Watched, options: WatchOptions): Promise<void> {
  const { by, signal, maxAgeMs, lease: leaseNow, reading, failed } = options;
  const lease = leaseNow?.(watched.instrument);
  try {
    const value = await watched.instrument.read(watched.parameter, by, {
      signal,
      priority: 'poll',
      ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
      ...(lease === undefined ? {} : { lease }),
    });
    if (!signal.aborted) reading(watched, value);
  } catch (error) {
    if (!signal.aborted) failed(watched, asSignalboxError(error));
  }
}
