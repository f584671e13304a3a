import { setTimeout as sleep } from 'node:timers/promises';
import type * as links from '../../../src/links/index.ts';
import { isSignalboxError } from '../../../src/kernel/index.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';

/** What of the room a storm uses; a copy with a bug in it has the same. */
export type Room = Pick<typeof links, 'SupervisedWorker' | 'processWorkerFactory'>;

/** How rough it is. */
export interface StormOptions {
  readonly calls: number;
  readonly callers: number;
  /** Shares of the calls, from 0 to 1. */
  readonly loss: number;
  readonly repeat: number;
  readonly death: number;
  /** Of each reply, at most. */
  readonly delayMs: number;
  readonly timeoutMs: number;
  /** The longest pause between kills from outside; 0 for none. */
  readonly killEveryMs?: number;
  readonly killsMost?: number;
  /** After its timeout a call is waited for so long; then it is taken for lost. @default 10_000 */
  readonly patienceMs?: number;
}

/** What came of it. */
export interface StormOutcome {
  readonly answered: number;
  /** An answer that belongs to another call. */
  readonly crossed: number;
  /** By the codes of their errors. */
  readonly failed: Readonly<Record<string, number>>;
  /** Calls that had neither an answer nor an error in good time. */
  readonly unsettled: number;
  /** Calls that were still in the books when all were settled. */
  readonly leaked: number;
  readonly kills: number;
  readonly restarts: number;
  readonly statistics: links.RpcStatistics;
}

const program = `${import.meta.dirname}/programs/chaos.py`;
/** Restarts are what this is about. */
const restart = { restartsMost: 1_000_000 };
const backOff = { firstMs: 1, longestMs: 2 };

/** Many callers ask a worker that answers late, out of order, twice or not at all, and dies. */
export async function storm(room: Room, options: StormOptions): Promise<StormOutcome> {
  const { loss, repeat, death, delayMs } = options;
  const rates = [seed, loss, repeat, death, delayMs].map(String);
  const command = ['/usr/bin/python3', '-S', '-E', program, ...rates] as const;
  const factory = room.processWorkerFactory({ command: [...command] });
  const worker = new room.SupervisedWorker({ name: 'chaos', factory, restart, backOff });
  await worker.start();
  const counts = { answered: 0, crossed: 0, kills: 0 };
  const failed: Record<string, number> = {};
  let left = options.calls;
  const random = randomFrom(1);
  const caller = async (number: number): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const value = `${number}-${left}`;
      try {
        const answer = await inGoodTime(
          worker.call('echo', { value }, { timeoutMs: options.timeoutMs }),
          options.timeoutMs + (options.patienceMs ?? 10_000),
        );
        counts.answered += 1;
        if ((answer as { readonly value?: unknown }).value !== value) counts.crossed += 1;
      } catch (error) {
        if (!isError(error)) throw error;
        failed[error.code] = (failed[error.code] ?? 0) + 1;
        // One is enough to know.
        if (error.code === 'NOT_SETTLED') left = 0;
      }
    }
  };
  const callers = Promise.all(Array.from({ length: options.callers }, (_, index) => caller(index)));
  const ending = new AbortController();
  const killer = kill();
  await callers;
  ending.abort();
  await killer;
  const leaked = worker.pendingCount;
  const { statistics } = worker;
  const { restarts } = worker.status;
  await worker.stop();
  const { NOT_SETTLED: unsettled = 0 } = failed;
  return { ...counts, failed, unsettled, leaked, restarts, statistics };

  async function kill(): Promise<void> {
    const { killEveryMs = 0, killsMost = 0 } = options;
    while (!ending.signal.aborted && counts.kills < killsMost) {
      await sleep(random() * killEveryMs);
      const { state, pid } = worker.status;
      if (state !== 'ready' || pid === undefined) continue;
      process.kill(pid, 'SIGKILL');
      counts.kills += 1;
      while (!ending.signal.aborted && worker.status.pid === pid) await sleep(1);
    }
    // Nothing else ends the calls of a storm that is about kills.
    if (killsMost > 0) left = 0;
  }
}

/** An error that says so where a call is not settled long after its time. */
async function inGoodTime<T>(call: Promise<T>, withinMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = Object.assign(new Error('not settled'), { code: 'NOT_SETTLED' });
  const timer = setTimeout(() => reject(late), withinMs);
  try {
    return await Promise.race([call, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Also of a copy of the room, whose classes are others. */
function isError(error: unknown): error is Error & { readonly code: string } {
  return isSignalboxError(error) || (error instanceof Error && 'code' in error);
}
