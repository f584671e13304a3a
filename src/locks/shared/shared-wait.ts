import { threadId } from 'node:worker_threads';
import { cancellationError, SignalboxError } from '../../kernel/index.ts';
import type { WaitOptions } from '../wait-line.ts';

/**
 * How long a blocking wait lasts when it names no time. A blocked thread sees no event, so also not
 * that the thread which it waits for has died.
 */
export const blockingWaitMs = 5_000;

/** After so long a sleeper looks again by itself, and one that was given up is out of the way. */
const sleepMs = 1_000;

/** This thread as locks write it down; 0 means nobody, and the main thread's own number is 0. */
export const ownThread: number = threadId + 1;

/** What a lock between threads says to the waits in it. */
export interface SharedWait {
  readonly name: string;
  readonly words: Int32Array<SharedArrayBuffer>;
  /** The word that changes, and tells of it, when the wait may be over. */
  readonly index: number;
  /** Takes the lock, or sees whether it was given. */
  readonly attempt: () => boolean;
  /** What the word says while the wait goes on. */
  readonly expected: () => number;
  /** Ends the wait. @returns false when the lock was granted in this moment */
  readonly giveUp: () => boolean;
}

/** Blocks this thread until it is its turn. @throws WAIT_TIMEOUT */
export function waitBlocking(wait: SharedWait, timeoutMs: number = blockingWaitMs): void {
  const endMs = performance.now() + timeoutMs;
  while (!wait.attempt()) {
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) {
      if (!wait.giveUp()) return;
      throw timeoutError(wait.name, timeoutMs);
    }
    Atomics.wait(wait.words, wait.index, wait.expected(), Math.min(leftMs, sleepMs));
  }
}

/** Waits until it is its turn, while the thread goes on. @throws WAIT_TIMEOUT, CANCELLED */
export async function waitAsync(wait: SharedWait, options: WaitOptions | undefined): Promise<void> {
  const signal = options?.signal;
  const timeoutMs = options?.timeoutMs ?? Infinity;
  const endMs = performance.now() + timeoutMs;
  const aborted = Promise.withResolvers<'aborted'>();
  const abort = (): void => aborted.resolve('aborted');
  signal?.addEventListener('abort', abort, { once: true });
  // A sleep on shared memory does not keep a process running; a timer does.
  const keepRunning = setInterval(() => {}, sleepMs);
  try {
    while (!wait.attempt()) {
      const leftMs = endMs - performance.now();
      if (signal?.aborted === true || leftMs <= 0) {
        if (!wait.giveUp()) return;
        if (signal?.aborted === true) throw cancellationError(signal, `the wait for ${wait.name}`);
        throw timeoutError(wait.name, timeoutMs);
      }
      await sleepOn(wait, Math.min(leftMs, sleepMs), aborted.promise);
    }
  } finally {
    clearInterval(keepRunning);
    signal?.removeEventListener('abort', abort);
  }
}

async function sleepOn(
  { words, index, expected }: SharedWait,
  forMs: number,
  aborted: Promise<'aborted'>,
): Promise<void> {
  const sleep = Atomics.waitAsync(words, index, expected(), forMs);
  if (!sleep.async) return;
  if ((await Promise.race([sleep.value, aborted])) !== 'aborted') return;
  // The sleep goes on, and may use up a call that was meant for another: that is passed on.
  void sleep.value.then((how) => {
    if (how === 'ok') Atomics.notify(words, index, 1);
  });
}

function timeoutError(name: string, timeoutMs: number): SignalboxError {
  return new SignalboxError('WAIT_TIMEOUT', `${name} was not free within ${timeoutMs} ms`, {
    details: { resource: name, timeoutMs },
    nextStep: 'Wait longer, or look at what the thread that holds it does.',
  });
}

/** For a blocking wait on a lock that this thread holds itself: nobody could ever release it. */
export function selfDeadlock(name: string): SignalboxError {
  return new SignalboxError(
    'DEADLOCK',
    `thread ${ownThread - 1} holds ${name} and would block itself waiting for it`,
    { nextStep: 'Release it first, or wait with `acquire`, which does not block the thread.' },
  );
}
