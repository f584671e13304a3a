import { availableSlots } from './available-slots.ts';

/** Whom a place is given to next. */
const waiting: (() => void)[] = [];
let used = 0;

/**
 * Runs when there is a place for a call that blocks. Such calls share the threads of this process with
 * files and names of hosts, of which some have to be left: {@link availableSlots}.
 */
export async function inSlot<T>(run: () => Promise<T>): Promise<T> {
  if (used >= availableSlots) await new Promise<void>((resolve) => void waiting.push(resolve));
  else used += 1;
  try {
    return await run();
  } finally {
    const next = waiting.shift();
    if (next === undefined) used -= 1;
    else next();
  }
}
