import type { Mutant } from '../../support/plantation.ts';

const table = 'shared/shared-read-write-lock.ts';

/** Bugs that show where a thread dies between two steps. */
export const stepBugs: readonly (Mutant & {
  /** Where it has to die. */
  readonly step: string;
})[] = [
  {
    bug: 'an entry that was not counted stays taken',
    step: 'an entry is its own, but not counted',
    file: table,
    find: 'this.#entries(sharedEntriesMost)',
    replace: 'this.#entries()',
  },
  {
    bug: 'who died goes on to decide',
    step: 'it is to grant',
    file: table,
    find: 'Atomics.compareExchange(this.#words, decider, thread, 0);',
    replace: '',
  },
  {
    bug: 'who was granted is not told, as who should have died',
    step: 'it has granted, and not told of it',
    file: table,
    find: 'for (const entry of this.#entries()) Atomics.notify(this.#words, entry + ofState);',
    replace: '',
  },
  {
    bug: 'a mutex is left to nobody when who left it died',
    step: 'it has left a mutex, and woken nobody',
    file: 'shared/shared-mutex.ts',
    find: 'Atomics.notify(this.#word, 0);',
    replace: '',
  },
];
