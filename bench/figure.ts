/** What a benchmark measured, beside its rival. */
export interface Figure {
  readonly name: string;
  readonly ours: number;
  /** The same measured on what it is compared with; null where there is nothing to compare with. */
  readonly rival: number | null;
  /** Of `ours` and `rival`, and of nothing else: `ns`, `values/s`, `ms`, `MB`, `share`. */
  readonly unit: string;
  /** The target in words. */
  readonly target: string;
  readonly met: boolean;
  /** What stops it where it is missed, as a profile shows. */
  readonly bound?: string;
}

/** What a benchmark is given to run with. */
export interface BenchContext {
  /** Seeded; shuffles rounds and makes workloads. */
  readonly random: () => number;
  /** Says on standard error what is being done. */
  progress(text: string): void;
  /** Aborted on SIGINT: a long benchmark ends early and gives back what it started. */
  readonly signal: AbortSignal;
}

/** What a module in bench/ exports as its default. */
export interface Benchmark {
  /** What `npm run bench -- NAME` calls it: the file's name without `.ts`. */
  readonly name: string;
  run(context: BenchContext): Promise<readonly Figure[]>;
}

/** What a figure must reach. */
export interface Target {
  readonly text: string;
  meets(ours: number, rival: number | null): boolean;
}

/** `ours / rival`, or null where there is no rival. */
export function ratioOf(figure: Pick<Figure, 'ours' | 'rival'>): number | null {
  return figure.rival === null ? null : figure.ours / figure.rival;
}

/** Ours is at most so many times the rival's: for times and sizes. */
export function ratioAtMost(most: number): Target {
  return {
    text: `ratio at most ${most}`,
    meets: (ours, rival) => rival !== null && ours / rival <= most,
  };
}

/** Ours is at least so many times the rival's: for rates. */
export function ratioAtLeast(least: number): Target {
  return {
    text: `ratio at least ${least}`,
    meets: (ours, rival) => rival !== null && ours / rival >= least,
  };
}

/** Ours is at most so much more than the rival's, in the figure's unit. */
export function atMostMoreThanRival(more: number): Target {
  return {
    text: `at most ${more} more than rival`,
    meets: (ours, rival) => rival !== null && ours - rival <= more,
  };
}

/** Ours is at most so much, in the figure's unit. */
export function atMost(most: number): Target {
  return { text: `at most ${most}`, meets: (ours) => ours <= most };
}

/** Ours is at least so much, in the figure's unit. */
export function atLeast(least: number): Target {
  return { text: `at least ${least}`, meets: (ours) => ours >= least };
}

/** Measured for information only. */
export const noTarget: Target = { text: 'none', meets: () => true };

/** A figure from what was measured and what it must reach. */
export function figure(measured: {
  readonly name: string;
  readonly ours: number;
  readonly rival?: number | null;
  readonly unit: string;
  readonly target: Target;
  readonly bound?: string;
}): Figure {
  const { name, ours, unit, target, bound } = measured;
  const rival = measured.rival ?? null;
  const met = target.meets(ours, rival);
  const facts = { name, ours, rival, unit, target: target.text, met };
  return bound === undefined ? facts : { ...facts, bound };
}

/** The middle value; the mean of the two middle ones where their number is even. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share (0 to 1) of the values lies, interpolated. Of no values: NaN. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** The values in an order that `random` decides. */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const keyed = values.map((value) => ({ value, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

/** One side of a comparison: does a round's work and gives what it measured. */
export type Side = () => number | Promise<number>;

/** How sides are compared. */
export interface Comparison {
  readonly rounds: number;
  readonly context: BenchContext;
  /**
   * Which quantile of its rounds stands for a side. A lower one leaves out the rounds that another
   * load of the machine slowed, where rounds are short and many. @default 0.5, the median
   */
  readonly taken?: number;
}

/**
 * Measures all sides in the same run: `rounds` rounds, each running every side once in a shuffled
 * order, after one warm-up round that does not count. So a slow moment of the machine hits all
 * sides alike.
 */
export async function compareSides<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  { rounds, context, taken = 0.5 }: Comparison,
): Promise<Record<Name, number>> {
  const names = Object.keys(sides) as Name[];
  const measured = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const name of shuffled(names, context.random)) {
      context.signal.throwIfAborted();
      // No side pays for what another left behind; `npm run bench` exposes the collector.
      globalThis.gc?.();
      const value = await sides[name]();
      if (round >= 0) measured.get(name)?.push(value);
    }
  }
  const results = names.map((name) => [name, quantile(measured.get(name) ?? [], taken)] as const);
  return Object.fromEntries(results) as Record<Name, number>;
}

/** Nanoseconds per operation of a piece of work that does `operations` of them. */
export async function nanosecondsEach(
  operations: number,
  work: () => void | Promise<void>,
): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / operations;
}
