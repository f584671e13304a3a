import type { Mutant } from '../../support/plantation.ts';

const mutex = 'shared/shared-mutex.ts';
const table = 'shared/shared-read-write-lock.ts';
const endsHere = '(globalThis as { endsHere?: () => void }).endsHere?.();';

/** What a thread does as it dies; who comes is alone until it is dead. */
export type Deed = 'ask' | 'come' | 'give up' | 'release' | 'take';

/** A place in the source where a thread dies. */
export interface Step extends Mutant {
  readonly lock: 'mutex' | 'table';
  readonly deed: Deed;
}

function before(bug: string, find: string, deed: Deed): Step {
  return { bug, lock: 'table', deed, file: table, find, replace: `${endsHere}\n${find}` };
}

/** Every step between two changes of the memory, of each deed. */
export const steps: readonly Step[] = [
  before('an entry is its own, but not counted', 'this.#noteUsed(index + 1);', 'come'),
  before('its entry is counted', 'Atomics.store(words, entry + ofArrival,', 'ask'),
  before('it has come', 'Atomics.store(words, entry + ofState, wish);', 'ask'),
  before('its wish is known', 'this.#decide();\n      return entry;', 'ask'),
  before(
    'it has said that something changed',
    'while (\n      Atomics.load(words, changed)',
    'ask',
  ),
  before('it decides', 'Atomics.store(words, changed, 0);', 'ask'),
  before('it has decided on itself', 'return entry;', 'ask'),
  before('it has what it wished', '// A writer makes whole what was left half done', 'take'),
  before('it knows of its turn', 'return new SharedGuard(this.#leave, entry, was', 'take'),
  before(
    'its wish is taken back',
    'Atomics.store(this.#words, entry + ofThread, 0);\n    this.#decide();',
    'give up',
  ),
  before('its entry is given back', 'this.#decide();\n    return true;', 'give up'),
  before('it begins to leave', 'this.#free(entry);\n    this.#decide();\n  };', 'release'),
  before(
    'it has no hold but an entry',
    'Atomics.store(this.#words, entry + ofThread, 0);\n  }\n\n  /** @returns false',
    'release',
  ),
  before('it has left', 'this.#decide();\n  };', 'release'),
  before('it is to grant', 'this.#grant();\n      Atomics', 'release'),
  before('it knows whom to grant', 'for (const entry of waitingReaders)', 'release'),
  before('it has granted, and not told of it', 'Atomics.notify(this.#words, state);', 'release'),
  before('it has granted all', 'Atomics.store(words, decider, 0);', 'release'),
  {
    bug: 'it is to take a free mutex',
    lock: 'mutex',
    deed: 'take',
    file: mutex,
    find: 'const before = Atomics.compareExchange(this.#word, 0, 0, ownThread);',
    replace: `const before = Atomics.compareExchange(this.#word, 0, 0, ownThread);\n${endsHere}`,
  },
  {
    bug: 'it has said that it sleeps',
    lock: 'mutex',
    deed: 'ask',
    file: mutex,
    find: 'wait.wasAbandoned = (word',
    replace: `${endsHere}\nwait.wasAbandoned = (word`,
  },
  {
    bug: 'it has left a mutex, and woken nobody',
    lock: 'mutex',
    deed: 'release',
    file: mutex,
    find: 'if ((Atomics.exchange(this.#word, 0, 0) & sleepers) !== 0) Atomics',
    replace: `const isSlept = (Atomics.exchange(this.#word, 0, 0) & sleepers) !== 0;\n${endsHere}\nif (isSlept) Atomics`,
  },
];
