import type { Mutant } from '../../support/plantation.ts';

const mutex = 'shared/shared-mutex.ts';
const table = 'shared/shared-read-write-lock.ts';

/** Bugs that show whenever a thread dies. */
export const deathBugs: readonly Mutant[] = [
  {
    bug: 'nobody looks again when the holder of a mutex has died',
    file: mutex,
    find: 'Atomics.notify(this.#word, 0);',
    replace: '',
  },
  {
    bug: 'who takes a mutex next is not told',
    file: mutex,
    find: 'const after = (word & sleepers) | abandoned;',
    replace: 'const after = word & sleepers;',
  },
  {
    bug: 'who waited for a mutex is not told',
    file: mutex,
    find: 'wait.wasAbandoned = (word & abandoned) !== 0;',
    replace: '',
  },
  {
    bug: 'who reads or writes next is not told',
    file: table,
    find: 'Atomics.store(this.#words, abandoned, 1);',
    replace: '',
  },
  {
    bug: 'it is told again when a writer has made all whole',
    file: table,
    find: '? Atomics.exchange(this.#words, abandoned, 0)',
    replace: '? Atomics.load(this.#words, abandoned)',
  },
  {
    bug: 'the dead keep what they hold',
    file: table,
    find: '      this.#free(entry);\n    }\n    Atomics.compareExchange',
    replace: '    }\n    Atomics.compareExchange',
  },
  {
    bug: 'who waits is not looked at again when a thread has died',
    file: table,
    find: 'Atomics.compareExchange(this.#words, decider, thread, 0);\n    this.#decide();',
    replace: 'Atomics.compareExchange(this.#words, decider, thread, 0);',
  },
  {
    bug: 'a thread that has ended is asked for its number',
    file: 'shared/watch-thread.ts',
    find: 'lock.abandonBy(threadId);',
    replace: 'lock.abandonBy(worker.threadId);',
  },
];
