import { shuffled } from './figure.ts';
import type { BenchContext } from './figure.ts';

/** A program asks so often before another way is measured: as one that polls, and not as one that wakes. */
const queriesOfRound = 25;

/** Asks once; resolves with the answer. */
export type Ask = () => Promise<unknown>;

/**
 * How long each query took, ms, by way. In rounds: each asks every way {@link queriesOfRound} times, in
 * a shuffled order.
 *
 * @param asks each way to ask
 * @param rounds.measured whose times count, after `warmUp` rounds whose do not. @default warmUp 0
 */
export async function queryTimes<Way extends string>(
  asks: Readonly<Record<Way, Ask>>,
  { measured, warmUp = 0 }: { readonly measured: number; readonly warmUp?: number },
  context: BenchContext,
): Promise<Readonly<Record<Way, number[]>>> {
  const ways = Object.keys(asks) as Way[];
  const times = Object.fromEntries(ways.map((way) => [way, [] as number[]])) as unknown as Record<
    Way,
    number[]
  >;
  for (let round = -warmUp; round < measured; round += 1) {
    context.signal.throwIfAborted();
    for (const way of shuffled(ways, context.random)) {
      for (let query = 0; query < queriesOfRound; query += 1) {
        const startMs = performance.now();
        await asks[way]();
        if (round >= 0) times[way].push(performance.now() - startMs);
      }
    }
  }
  return times;
}

/** How many rounds make so many queries of each way. */
export function roundsOf(queries: number): number {
  return Math.ceil(queries / queriesOfRound);
}
