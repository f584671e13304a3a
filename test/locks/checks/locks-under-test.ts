import type { Agent } from '../../../src/locks/index.ts';
import type * as locks from '../../../src/locks/index.ts';

/** The room that a check looks at: the real one, or one with a planted bug. */
export type Locks = typeof locks;

/** Runs one seeded schedule. Says what was wrong, or nothing. */
export type Check = (locks: Locks, random: () => number) => Promise<string | undefined>;

/** Thrown by checks when a promise is broken. */
export class Violation extends Error {}

export function must(holds: boolean, promise: string): void {
  if (!holds) throw new Violation(promise);
}

/** Makes a check of a schedule that throws what is wrong. */
export function checkOf(run: (locks: Locks, random: () => number) => Promise<void>): Check {
  return async (locks, random) => {
    try {
      await run(locks, random);
      return undefined;
    } catch (error) {
      return error instanceof Violation ? error.message : `threw ${String(error)}`;
    }
  };
}

/** Whether the chain is the other one or was started from it: said again, as the room may be wrong. */
export function isWithin(agent: Agent, other: Agent): boolean {
  return agent === other || agent.parent === other;
}

/** Lets all that is settled be heard of. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
}

/** Lets things go on until `isDone`, but not for ever. @returns whether it came to that */
export async function settleUntil(isDone: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (isDone()) return true;
    await settle();
  }
  return false;
}

export function below(random: () => number, end: number): number {
  return Math.floor(random() * end);
}

export function pick<Item>(random: () => number, items: readonly Item[]): Item | undefined {
  return items[below(random, items.length)];
}
