import type { Mutant } from '../../support/plantation.ts';

const mutex = 'shared/shared-mutex.ts';
const table = 'shared/shared-read-write-lock.ts';
/** Time between two steps, in which another thread may come. */
const pause = 'for (let left = 500; left > 0; left -= 1) Atomics.pause();';

export const mutexBugs: readonly Mutant[] = [
  {
    bug: 'a release wakes nobody',
    file: mutex,
    find: 'if ((Atomics.exchange(this.#word, 0, 0) & sleepers) !== 0) Atomics.notify(this.#word, 0, 1);',
    replace: 'Atomics.store(this.#word, 0, 0);',
  },
  {
    bug: 'the lock is looked at and taken in two steps',
    file: mutex,
    find: 'if (Atomics.compareExchange(this.#word, 0, 0, ownThread) === 0) {',
    replace: `if (Atomics.load(this.#word, 0) === 0) {\n${pause}\nAtomics.store(this.#word, 0, ownThread);`,
  },
  {
    bug: 'who waits writes over what has changed',
    file: mutex,
    find: 'if (Atomics.compareExchange(words, 0, word, seen) !== word) continue;',
    replace: `${pause}\nAtomics.store(words, 0, seen);`,
  },
  {
    bug: 'who has slept forgets that others sleep',
    file: mutex,
    find: 'seen = isFree ? ownThread | sleepers : word | sleepers;',
    replace: 'seen = isFree ? ownThread : word | sleepers;',
  },
  {
    bug: 'who waits does not say so',
    file: mutex,
    find: 'seen = isFree ? ownThread | sleepers : word | sleepers;',
    replace: 'seen = isFree ? ownThread | sleepers : word;',
  },
];

export const tableBugs: readonly Mutant[] = [
  {
    bug: 'readers do not come first after a writer',
    file: table,
    find: 'if (this.#state(entry) === writes) Atomics.store(this.#words, afterWriter, 1);',
    replace: '',
  },
  {
    bug: 'a writer comes while others read',
    file: table,
    find: '} else if (writer !== undefined && reading === 0) {',
    replace: '} else if (writer !== undefined) {',
  },
  {
    bug: 'new readers pass a waiting writer',
    file: table,
    find: 'if (waitingReaders.length > 0 && (writer === undefined || readersFirst)) {',
    replace: 'if (waitingReaders.length > 0) {',
  },
  {
    bug: 'readers come while another writes',
    file: table,
    find: 'if (state === writes) return;',
    replace: '',
  },
  {
    bug: 'the last writer to come is the first',
    file: table,
    find: '| 0) < 0;',
    replace: '| 0) > 0;',
  },
  {
    bug: 'who decides does not look again',
    file: table,
    find: 'while (\n      Atomics.load(words, changed) !== 0 &&',
    replace: 'if (\n      Atomics.load(words, changed) !== 0 &&',
  },
  {
    bug: 'who is granted is not woken',
    file: table,
    find: '    Atomics.notify(this.#words, state);\n  }\n\n  #isBefore',
    replace: '  }\n\n  #isBefore',
  },
  {
    bug: 'an entry is looked at and taken in two steps',
    file: table,
    find: 'if (Atomics.compareExchange(words, entry + ofThread, 0, ownThread) !== 0) continue;',
    replace: `if (Atomics.load(words, entry + ofThread) !== 0) continue;\n${pause}\nAtomics.store(words, entry + ofThread, ownThread);`,
  },
  {
    bug: 'who gives up leaves a wish behind',
    file: table,
    find: 'if (Atomics.compareExchange(this.#words, state, wish, unused) !== wish) return false;',
    replace: 'if (Atomics.load(this.#words, state) !== wish) return false;',
  },
  {
    bug: 'who gives up keeps the entry',
    file: table,
    find: 'Atomics.store(this.#words, entry + ofThread, 0);\n    this.#decide();\n    return true;',
    replace: 'this.#decide();\n    return true;',
  },
];
