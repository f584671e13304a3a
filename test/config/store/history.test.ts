import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigStore } from '../../../src/config/index.ts';

const schema = z.strictObject({
  volume: z.number().int().min(0).max(100).default(20),
  device: z.string().default(''),
});
type Settings = z.infer<typeof schema>;

const text = '# loud enough\nvolume = 30\n';

let folder: string;
let file: string;
let store: ConfigStore<Settings>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  file = join(folder, 'settings.toml');
  await writeFile(file, text);
  store = await ConfigStore.open(file, { schema, by: 'test' });
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** Changes something, and waits until a copy is kept. */
async function kept(path: string, value: unknown): Promise<number> {
  const { revision } = await store.set(path, value);
  await expect
    .poll(async () => (await store.backups()).map((each) => each.revision))
    .toContain(revision);
  return revision;
}

test('tells who changed what, and why, the newest first', async () => {
  await store.set('volume', 31, { by: 'ada', why: 'louder' });
  await store.set('device', 'hall', { by: 'eve' });
  expect(await store.history()).toMatchObject([
    { revision: 3, by: 'eve', keys: ['device'] },
    { revision: 2, by: 'ada', why: 'louder', keys: ['volume'] },
    { revision: 1, why: 'as it was found', keys: [] },
  ]);
  expect(await store.history({ limit: 1 })).toHaveLength(1);
  expect(await store.history({ before: 2 })).toHaveLength(1);
});

test('tells which comments went with what was taken away', async () => {
  await store.delete('volume');
  expect((await store.history())[0]).toMatchObject({
    keys: ['volume'],
    removedComments: ['# loud enough'],
  });
});

test('shows what differs between two revisions', async () => {
  await kept('volume', 31);
  await kept('device', 'hall');
  expect(await store.diff(1, 3)).toEqual({
    keys: [
      { key: 'volume', before: 30, after: 31 },
      { key: 'device', before: undefined, after: 'hall' },
    ],
    text: [
      '--- settings.toml (revision 1)',
      '+++ settings.toml (revision 3)',
      '@@ -1,2 +1,3 @@',
      ' # loud enough',
      '-volume = 30',
      '+volume = 31',
      '+device = "hall"',
      '',
    ].join('\n'),
  });
  expect((await store.diff(2)).keys).toHaveLength(1);
});

test('goes back to an earlier revision, comments and all, as a new one', async () => {
  await kept('volume', 31);
  await store.rollback(1, { by: 'ada' });
  expect(await readFile(file, 'utf8')).toBe(text);
  expect(store.revision).toBe(3);
  expect((await store.history())[0]).toMatchObject({
    by: 'ada',
    why: 'rollback to 1',
    keys: ['volume'],
  });
  await store.set('volume', 32);
  expect(await readFile(file, 'utf8')).toBe(text.replace('30', '32'));
});

test('says which revisions it can go back to', async () => {
  await kept('volume', 31);
  await expect(store.rollback(7)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    details: { kept: [2, 1] },
  });
});

test('keeps one copy of what was written at once', async () => {
  await Promise.all([1, 2, 3, 4, 5].map(async (volume) => await store.set('volume', volume)));
  await expect
    .poll(async () => await store.backups())
    .toMatchObject([{ revision: 6 }, { revision: 1 }]);
  expect((await store.history()).map(({ isKept }) => isKept)).toEqual([
    true,
    false,
    false,
    false,
    false,
    true,
  ]);
});

test('a conflict names the revision, who made it, and what changed', async () => {
  const { revision } = store;
  await store.set('volume', 31, { by: 'ada' });
  await expect(store.set('volume', 32, { expectedRevision: revision })).rejects.toMatchObject({
    code: 'CONFIG_CONFLICT',
    message: `${file} is at revision 2, made by ada, not at 1; since then volume changed`,
    details: { revision: 2, expectedRevision: 1, by: 'ada', keys: ['volume'] },
  });
});

test('what is done to another store of the file is in the history of both', async () => {
  await using other = await ConfigStore.open(file, { schema, by: 'other' });
  const heard: unknown[] = [];
  store.onChange(({ revision, by, keys }) => heard.push({ revision, by, keys }));
  await other.set('volume', 44);
  await expect.poll(() => heard).toEqual([{ revision: 2, by: 'other', keys: ['volume'] }]);
  expect(store.value.volume).toBe(44);
  expect(await store.history()).toEqual(await other.history());
});
