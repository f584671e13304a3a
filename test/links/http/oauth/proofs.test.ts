import { afterAll, describe, expect, it } from 'vitest';
import { TokenFile, TokenStore } from '../../../../src/links/index.ts';
import { count } from '../../../support/count.ts';
import { Plantation } from '../../../support/plantation.ts';
import type { Mutant } from '../../../support/plantation.ts';
import { recordProof } from '../../../support/proof.ts';
import { randomFrom } from '../../../support/random.ts';
import { seed } from '../../../support/seed.ts';
import { checkCrashes } from './check-crashes.ts';
import { checkRefreshes } from './check-refreshes.ts';
import type { TokenRoom } from './check-refreshes.ts';

const room: TokenRoom = { TokenFile, TokenStore };
const callers = 100;
const store = 'http/oauth/token-store.ts';
const file = 'http/oauth/token-file.ts';

const refreshBugs: readonly Mutant[] = [
  {
    bug: 'each process refreshes by itself',
    file: store,
    find: '    using _lock = await file.lock();\n    await this.#storeRest();',
    replace: '    await this.#storeRest();',
  },
  {
    bug: 'who waited for the lock does not look what the other has done',
    file: store,
    find: '    if (this.#isGood(stored)) return stored;\n    const isPausing',
    replace: '    const isPausing',
  },
  {
    bug: 'a token is taken for good to its last moment',
    file: store,
    find: 'return !this.#isOver(stored) && this.#leftMs(stored) > aheadMs(stored);',
    replace: 'return !this.#isOver(stored) && this.#leftMs(stored) > 0;',
  },
  {
    bug: 'a refreshed token is not stored',
    file: store,
    find: '      await this.#store(refreshed);\n      return refreshed;',
    replace: '      return refreshed;',
  },
];

const crashBugs: readonly Mutant[] = [
  {
    bug: 'the access token is used before its refresh token is stored',
    file: store,
    find: '      await this.#store(refreshed);\n      return refreshed;',
    replace: '      void this.#store(refreshed).catch(() => {});\n      return refreshed;',
  },
  {
    bug: 'the file is written in its place',
    file: file,
    find: 'const temporary = `${this.path}.new`;',
    replace: 'const temporary = this.path;',
  },
  {
    bug: 'the file is not flushed before it gets its name',
    file: file,
    find: '      await file.sync();\n    } finally {',
    replace: "      if (flags === 'r') await file.sync();\n    } finally {",
  },
  {
    bug: 'the folder is not flushed',
    file: file,
    find: "      await this.#flush(dirname(this.path), 'r');\n    } catch (error) {\n      throw this.#failure('written', error);",
    replace: "    } catch (error) {\n      throw this.#failure('written', error);",
  },
  {
    bug: 'a new refresh token is not taken',
    file: store,
    find: 'refreshToken: issued.refreshToken ?? stored.refreshToken,',
    replace: 'refreshToken: stored.refreshToken,',
  },
];

async function planted(mutant: Mutant, check: (room: TokenRoom) => Promise<void>): Promise<void> {
  using plantation = new Plantation();
  await check(await plantation.plant<TokenRoom>('links', mutant));
}

describe('an expired token', () => {
  let caught = 0;

  it.each(refreshBugs)('shows when $bug', async (mutant) => {
    await planted(mutant, async (broken) => {
      expect(await checkRefreshes(broken, 3, callers, randomFrom(5))).toBeDefined();
    });
    caught += 1;
  });

  it('is refreshed once for all callers of two stores', async () => {
    const expiries = count(1_000);
    const wrong = await checkRefreshes(room, expiries, callers, randomFrom(5));
    expect(wrong, `seed ${seed}`).toBeUndefined();
    recordProof({
      promise: 'One refresh serves all',
      test: `${callers} callers at each end of a token, in two stores of one file`,
      count: expiries,
      planted: refreshBugs.length,
      caught,
    });
  }, 300_000);
});

describe('a crash in the course of a refresh', () => {
  let caught = 0;
  let crashes = 0;

  it.each(crashBugs)('loses the sign-in when $bug', async (mutant) => {
    await planted(mutant, async (broken) => {
      expect((await checkCrashes(broken, 'first-use')).wrong).toMatch('the sign-in is lost');
    });
    caught += 1;
  });

  it.each(['first-use', 'never'] as const)(
    'loses no sign-in, where a refresh token that was replaced ends at %s',
    async (rotation) => {
      const check = await checkCrashes(room, rotation);
      expect(check.wrong).toBeUndefined();
      // Opening, writing, flushing, renaming, flushing the folder: before and after, lost and kept.
      expect(check.crashes).toBe(20);
      crashes += check.crashes;
    },
  );

  it('loses it only between the answer and the disk, where a replaced token ends at once', async () => {
    // Nobody can help that: the server has given the only token that is good, and nothing has it yet.
    expect((await checkCrashes(room, 'at-once')).wrong).toMatch('before step 0');
  });

  afterAll(() => {
    recordProof({
      promise: 'A sign-in survives a crash',
      test: 'a crash at each step of what a refresh writes',
      count: crashes,
      planted: crashBugs.length,
      caught,
    });
  });
});
