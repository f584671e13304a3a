import { sleep, throwIfCancelled } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';

/** So many values in a row may fail on the way; the last one has to arrive. */
export const rampFailuresMost = 3;

export interface RampOptions {
  readonly clock: Clock;
  readonly from: number;
  readonly to: number;
  readonly overMs: number;
  /** A value so often. */
  readonly everyMs: number;
  /** Whether only whole numbers are written. @default false */
  readonly isWhole?: boolean;
  /** A value of the ramp; takes as long as it takes, and the ramp goes on where it is by then. */
  readonly write: (value: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Leads a value from one to another in even steps, and ends exactly at the other: a flow that rises, a
 * volume that fades in. Its place is a matter of time: when a write is slow, values are left out, never
 * made up for. Stopped, it stays where it is.
 * @returns how many values were written
 * @throws what `write` throws for the last value, or for {@link rampFailuresMost} in a row; CANCELLED
 */
export async function ramp(options: RampOptions): Promise<number> {
  const { clock, from, to, overMs, everyMs, isWhole = false, write, signal } = options;
  const startMs = clock.monotonic();
  let written = 0;
  let failures = 0;
  let last = isWhole ? Math.round(from) : from;
  for (;;) {
    const elapsedMs = clock.monotonic() - startMs;
    const next = Math.min((Math.floor(elapsedMs / everyMs) + 1) * everyMs, overMs);
    await sleep(clock, Math.max(0, next - elapsedMs), signal);
    throwIfCancelled(signal, 'a ramp');
    const share = Math.min(1, (clock.monotonic() - startMs) / overMs);
    const isLast = share >= 1;
    const exact = isLast ? to : from + (to - from) * share;
    const value = isWhole && !isLast ? Math.round(exact) : exact;
    if (value === last && !isLast) continue;
    try {
      await write(value);
      last = value;
      written += 1;
      failures = 0;
    } catch (error) {
      failures += 1;
      if (isLast || failures >= rampFailuresMost || signal.aborted) throw error;
    }
    if (isLast) return written;
  }
}
