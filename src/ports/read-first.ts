import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { sleep } from '../kernel/index.ts';
import type { Clock, Timer } from '../kernel/index.ts';

/**
 * Calls `run` when the time is over and what the system had received by then has been read. A busy
 * process sees that its timers are due before it sees that bytes wait, so without this it would
 * declare a wire silent whose reply lies in the system's buffer.
 */
export function scheduleReadFirst(clock: Clock, delayMs: number, run: () => void): Timer {
  let turn: NodeJS.Immediate | undefined;
  let isCancelled = false;
  const timer = clock.schedule(delayMs, () => {
    // Between the timers and the immediates of one turn, the event loop reads what waits.
    turn = setImmediate(() => {
      if (!isCancelled) run();
    });
  });
  return {
    cancel: () => {
      isCancelled = true;
      timer.cancel();
      clearImmediate(turn);
    },
  };
}

/** Waits as `sleep` does, and until what the system had received by then has been read. */
export async function sleepReadFirst(
  clock: Clock,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  await sleep(clock, delayMs, signal);
  await turnOfLoop();
}
