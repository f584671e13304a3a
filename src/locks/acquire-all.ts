import { systemClock } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import { Agent, currentAgent } from './agent.ts';
import type { AcquireOptions } from './wait-line.ts';

/** What can be taken together with others: a `Mutex`, or one side of something else. */
export interface Acquirable {
  readonly name: string;
  readonly rank: number | undefined;
  acquire(options?: AcquireOptions): Promise<Disposable>;
}

export interface AcquireAllOptions extends AcquireOptions {
  /** Measures the timeout, which is for all locks together. @default systemClock */
  readonly clock?: Clock;
}

const numbers = new WeakMap<Acquirable, number>();
let lastNumber = 0;

/** Tells locks of the same rank and name apart, always in the same way. */
function numberOf(lock: Acquirable): number {
  let number = numbers.get(lock);
  if (number === undefined) numbers.set(lock, (number = lastNumber += 1));
  return number;
}

/** By rank, those without one last; then by name. The order is the same whoever asks. */
function compare(one: Acquirable, other: Acquirable): number {
  const [oneRank, otherRank] = [one.rank ?? Infinity, other.rank ?? Infinity];
  if (oneRank !== otherRank) return oneRank - otherRank;
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return numberOf(one) - numberOf(other);
}

/**
 * Takes several locks, all or none, in an order that is the same for all who do so; so they never
 * wait for each other in a circle. A lock named twice is taken once. Dispose to release all.
 *
 * @throws as the locks do; what was taken before is released again
 */
export async function acquireAll(
  locks: readonly Acquirable[],
  options: AcquireAllOptions = {},
): Promise<Disposable> {
  const { clock = systemClock, signal, timeoutMs } = options;
  const by = options.by ?? currentAgent() ?? new Agent();
  const startedMs = clock.monotonic();
  using taken = new DisposableStack();
  for (const lock of [...new Set(locks)].sort(compare)) {
    const leftMs =
      timeoutMs === undefined
        ? undefined
        : Math.max(0, timeoutMs - (clock.monotonic() - startedMs));
    taken.use(await lock.acquire({ by, signal, timeoutMs: leftMs }));
  }
  return taken.move();
}
