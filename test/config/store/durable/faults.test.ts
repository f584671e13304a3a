import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigStore } from '../../../../src/config/index.ts';
import { isSignalboxError } from '../../../../src/kernel/index.ts';
import { recordProof } from '../../../support/proof.ts';
import { FaultyFileSystem } from './faulty-file-system.ts';
import { MemoryFileSystem } from './memory-file-system.ts';

const schema = z.strictObject({ counter: z.number().int(), text: z.string().default('') });
type Settings = z.infer<typeof schema>;

const file = '/lab/settings.toml';
const start = '# kept\ncounter = 0\n';

/** What a run came to. */
interface Outcome {
  readonly acknowledged: number;
  readonly errors: readonly unknown[];
  readonly seen: readonly number[];
}

/** Everything that a store does to a disk: it opens, commits, commits in groups, keeps copies, goes back. */
async function exercise({ files }: FaultyFileSystem): Promise<Outcome> {
  const errors: unknown[] = [];
  const seen: number[] = [];
  let acknowledged = 0;
  const attempt = async (run: () => Promise<unknown>): Promise<boolean> => {
    try {
      await run();
      return true;
    } catch (error) {
      errors.push(error);
      return false;
    }
  };
  let store: ConfigStore<Settings> | undefined;
  await attempt(async () => {
    store = await ConfigStore.open(file, { schema, files, watch: false, by: 'test' });
  });
  if (store === undefined) return { acknowledged, errors, seen };
  const opened = store;
  opened.onChange(({ snapshot }) => seen.push(snapshot.value.counter));
  const add = async (): Promise<void> => {
    const commit = opened.transaction((tx) => {
      const next = Number(tx.get('counter')) + 1;
      tx.set('counter', next);
      return next;
    });
    if (await attempt(async () => await commit)) {
      const { result } = await commit;
      acknowledged = Math.max(acknowledged, result);
      expect(opened.value.counter).toBeGreaterThanOrEqual(result);
    }
  };
  await add();
  await Promise.all([add(), add(), add()]);
  await add();
  await attempt(async () => await opened.diff(1));
  const before = opened.value.counter;
  if (await attempt(async () => await opened.rollback(1))) acknowledged = 0;
  expect([0, before]).toContain(opened.value.counter);
  await add();
  await attempt(async () => await opened.close());
  return { acknowledged, errors, seen };
}

let calls = 0;

const codes = ['ENOSPC', 'EIO', 'EROFS', 'EMFILE', 'short'] as const;

describe.each(codes)('%s at any call', (code) => {
  test.each([
    ['once', false],
    ['and from then on', true],
  ] as const)(
    '%s is a typed error, and the old or the new state stays, whole',
    async (_, stays) => {
      for (let at = 1; ; at += 1) {
        const memory = new MemoryFileSystem({ [file]: start });
        const faulty = new FaultyFileSystem(memory);
        faulty.fault = { code, at, stays };
        const { acknowledged, errors } = await exercise(faulty);
        const what = `${code} at call ${at}`;
        if (!faulty.hit) {
          expect(errors, what).toEqual([]);
          break;
        }
        calls += 1;
        if (code === 'short') expect(errors, what).toEqual([]);
        for (const error of errors) {
          expect(
            isSignalboxError(error) ? error.code : 'untyped',
            `${what}: ${String(error)}`,
          ).toMatch(/^CONFIG_|^NOT_FOUND$|^CLOSED$/);
        }
        // What is on the disk is whole, has all that was acknowledged, and can be changed again.
        const store = await ConfigStore.open(file, {
          schema,
          files: memory,
          watch: false,
          by: 'test',
        });
        expect(
          store.notices.filter(({ kind }) => kind === 'restored'),
          what,
        ).toEqual([]);
        const { counter } = store.value;
        const isUnknown = errors.some(
          (error) => isSignalboxError(error) && error.details['outcome'] === 'unknown',
        );
        // Where the disk took the new name and then refused everything, an error says so.
        if (isUnknown) expect([0, 1, 2, 3, 4, 5], what).toContain(counter);
        else expect(counter, what).toBe(acknowledged);
        await store.set('text', 'again');
        expect(Buffer.from(memory.files().get(file) ?? '').toString(), what).toContain('# kept\n');
        await store.close();
      }
    },
    60_000,
  );
});

test('every call of the file system was made to fail', () => {
  expect(calls).toBeGreaterThan(200);
  recordProof({
    promise: 'An error of the disk is a typed error, and leaves the configuration whole',
    test: 'ENOSPC, EIO, EROFS, EMFILE and short writes at each call until none is hit',
    count: calls,
    planted: 0,
    caught: 0,
  });
});
