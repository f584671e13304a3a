import { deedsOfLocks } from './deeds-of-locks.ts';
import { deedsOfMessages } from './deeds-of-messages.ts';
import type { DoorsRoom } from './doors-under-check.ts';
import { Scene } from './scene.ts';
import { randomFrom } from '../../support/random.ts';

const deeds = [...deedsOfMessages, ...deedsOfLocks];
/** A deed waits for a few things, one after the other; one that is not done by then hangs. */
const waitsOfADeed = 2;

export interface DoorsCheck {
  readonly rounds: number;
  readonly salt: number;
  /** How long something may take that takes some milliseconds. */
  readonly patienceMs: number;
}

/**
 * Clients at HiSLIP and VXI-11 doors do one thing after the other, in an order drawn at random, each
 * kind as often as the others.
 *
 * @returns what the first of them saw that it must not see; undefined: nothing
 */
export async function checkDoors(
  room: DoorsRoom,
  { rounds, salt, patienceMs }: DoorsCheck,
): Promise<string | undefined> {
  const random = randomFrom(salt);
  await using scene = await Scene.open(room, random, patienceMs);
  for (let round = 0; round < rounds; round += 1) {
    const order = deeds
      .map((deed) => ({ deed, place: random() }))
      .toSorted((one, other) => one.place - other.place);
    for (const { deed } of order) {
      const hung = Promise.withResolvers<never>();
      const timer = setTimeout(() => hung.reject(new Error('it hangs')), waitsOfADeed * patienceMs);
      try {
        const done = deed(scene).then(async () => await scene.isFree());
        done.catch(() => {});
        await Promise.race([done, hung.promise]);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return `${deed.name} in round ${round}: ${why}`;
      } finally {
        clearTimeout(timer);
      }
    }
  }
  return undefined;
}

/** How many deeds a round has. */
export const deedsOfARound: number = deeds.length;
