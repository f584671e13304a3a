import { describe, expect, test } from 'vitest';
import { ConfigStore } from '../../../src/config/index.ts';
import { count } from '../../support/count.ts';
import { isLinearizable } from '../../support/linearizable.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { makeHistory, model } from './histories.ts';

const operations = 500;
/** A bug that is not caught in so many histories goes uncaught. */
const mutantHistories = 200;

const store = 'store/config-store.ts';
const bugs: readonly Mutant[] = [
  {
    bug: 'a transaction goes on from what is on the disk, not from the one before it',
    file: store,
    find: 'const before = this.#staged ?? this.#file.current;',
    replace: 'const before = this.#file.current;',
  },
  {
    bug: 'a change is acknowledged before it is on the disk',
    file: store,
    find: '    await written;\n    return { result, revision, keys };',
    replace: '    return { result, revision, keys };',
  },
  {
    bug: 'two processes change the file side by side',
    file: 'store/process-lock.ts',
    find: '    if (file.tryLock()) return;\n    let wake',
    replace: "    if (file.tryLock() || path !== '') return;\n    let wake",
  },
  {
    bug: 'not all that was written together is seen',
    file: store,
    find: 'this.#seen = version;',
    replace: 'if (steps.length < 3) this.#seen = version;',
  },
  {
    bug: 'a transaction goes on from what was there before another process changed it',
    file: store,
    find: '    this.#staged = this.#file.current;\n    this.#show(steps);',
    replace: '    this.#show(steps);',
  },
  {
    bug: 'what was built on a write that failed is written nevertheless',
    file: 'store/group-commit.ts',
    find: '[...batch, ...this.#waiting.splice(0)]',
    replace: 'batch',
  },
  {
    bug: 'a transaction that read what failed meanwhile goes on',
    file: store,
    find: 'if (this.#commits.failures !== failures) throw this.#commits.error;',
    replace: '',
  },
  {
    bug: 'an inner transaction that throws leaves its changes',
    file: 'store/transaction.ts',
    find: '      this.#value = value;\n      this.#named = named;\n',
    replace: '      this.#named = named;\n',
  },
  {
    bug: 'the expected revision is not looked at',
    file: store,
    find: 'if (expected === undefined || expected === revision) return;',
    replace: 'if (expected === undefined || expected > 0) return;',
  },
  {
    bug: 'a transaction that changes nothing does not wait for what it read',
    file: store,
    find: 'const written = this.#commits.settled();',
    replace: 'const written = Promise.resolve();',
  },
  {
    bug: 'the first of a group alone is written',
    file: 'store/group-commit.ts',
    find: 'await this.#options.write(items);',
    replace: 'await this.#options.write(items.slice(0, 1));',
  },
  {
    bug: 'a revision is given twice',
    file: 'store/config-file.ts',
    find: 'Math.max(after, current, this.#highest, this.#disk.journal.highest) + 1',
    replace: 'current + 1',
  },
];

/** Whether a history is found that nobody can explain. */
async function isCaught(Store: typeof ConfigStore, histories: number): Promise<boolean> {
  const random = randomFrom(40);
  for (let made = 0; made < histories; made += 1) {
    const history = await makeHistory(Store, { operations: 100, random });
    if (!isLinearizable(history, model)) return true;
  }
  return false;
}

describe('a history of changes at once', () => {
  let caught = 0;

  test.each(bugs)(
    'cannot be explained when $bug',
    async (mutant) => {
      using plantation = new Plantation();
      const room = await plantation.plant<{ ConfigStore: typeof ConfigStore }>('config', mutant);
      expect(await isCaught(room.ConfigStore, mutantHistories)).toBe(true);
      caught += 1;
    },
    120_000,
  );

  test('is one of changes one after another', async () => {
    const random = randomFrom(41);
    const histories = count(1_000);
    for (let made = 0; made < histories; made += 1) {
      const history = await makeHistory(ConfigStore, { operations, random });
      expect(history).toHaveLength(operations);
      expect(isLinearizable(history, model), `history ${made}, seed ${seed}`).toBe(true);
    }
    recordProof({
      promise: 'Changes of the configuration are as if made one after another',
      test: `linearizable: histories of ${operations} operations`,
      count: histories,
      planted: bugs.length,
      caught,
    });
  }, 900_000);
});
