import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigStore } from '../../../src/config/index.ts';
import type { ConfigStoreOptions } from '../../../src/config/index.ts';

const schema = z.strictObject({
  volume: z.number().int().min(0).max(100).default(20),
  device: z.string().default(''),
});
type Settings = z.infer<typeof schema>;

const text = '# loud enough\nvolume = 30\ndevice = "kitchen"\n';

let folder: string;
let file: string;
let kept: string;
const stores: ConfigStore<Settings>[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  file = join(folder, 'settings.toml');
  kept = join(folder, '.settings.toml.signalbox');
  await writeFile(file, text);
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await rm(folder, { recursive: true });
});

async function opened(
  options: Partial<ConfigStoreOptions<Settings>> = {},
): Promise<ConfigStore<Settings>> {
  const store = await ConfigStore.open(file, { schema, by: 'test', ...options });
  stores.push(store);
  return store;
}

/** A store that has written, and is closed again. */
async function used(): Promise<void> {
  const store = await ConfigStore.open(file, { schema, by: 'test' });
  await store.set('volume', 40);
  await store.set('volume', 50);
  await store.close();
}

const setAside = async (): Promise<string[]> => await readdir(join(kept, 'set-aside'));

/** What makes a file unreadable. */
const damages: Readonly<Record<string, (before: string) => string>> = {
  'does not parse': () => 'volume = = 3\n',
  'is zeroed': (before) => '\0'.repeat(before.length),
  'is empty': () => '',
  'is cut short': (before) => before.slice(0, -8),
  'is cut short at the end of a value': (before) => before.slice(0, -1),
};

describe('at start', () => {
  test('a file that breaks the schema is refused with its line and what is allowed', async () => {
    await used();
    await writeFile(file, '# x\nvolume = 300\n');
    await expect(opened()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${file}:2: volume: must be at most 100, not 300`,
    });
    expect(await readFile(file, 'utf8')).toBe('# x\nvolume = 300\n');
  });

  test.each(Object.entries(damages))(
    'a file that %s is set aside, and the newest good copy put in its place',
    async (_, damage) => {
      await used();
      const bad = damage(await readFile(file, 'utf8'));
      await writeFile(file, bad);
      const store = await opened();
      expect(store.value).toEqual({ volume: 50, device: 'kitchen' });
      expect(await readFile(file, 'utf8')).toBe(text.replace('30', '50'));
      const [name = ''] = await setAside();
      expect(await readFile(join(kept, 'set-aside', name), 'utf8')).toBe(bad);
      expect(store.notices).toMatchObject([{ kind: 'restored' }]);
      await store.set('volume', 60);
      expect((await store.history())[1]).toMatchObject({ by: 'signalbox' });
    },
  );

  test('a change that was taken back by hand is a new revision, not one that never was', async () => {
    await used();
    await writeFile(file, text.replace('30', '40'));
    const store = await opened();
    expect(store.revision).toBe(4);
    expect((await store.history()).map(({ revision }) => revision)).toEqual([4, 3, 2, 1]);
    expect((await store.history())[0]?.by).toMatch(/^hand edit/);
  });

  test('a file that is gone comes back from the newest good copy', async () => {
    await used();
    await rm(file);
    const store = await opened();
    expect(store.value.volume).toBe(50);
    expect(await readFile(file, 'utf8')).toContain('volume = 50');
  });

  test('a copy that is damaged too is passed over', async () => {
    await used();
    await writeFile(file, '\0\0');
    const backups = join(kept, 'backups');
    const [newest = ''] = (await readdir(backups)).toSorted().toReversed();
    await writeFile(join(backups, newest), 'volume = 1\n');
    const store = await opened();
    expect(store.value.volume).toBe(30);
  });

  test('without anything good there are defaults, which are not written, until the file is good', async () => {
    await writeFile(file, 'volume = = 3\n');
    const store = await opened();
    expect(store.value).toEqual({ volume: 20, device: '' });
    await expect(store.set('volume', 1)).rejects.toMatchObject({ code: 'CONFIG_READ_ONLY' });
    expect(await readFile(file, 'utf8')).toBe('volume = = 3\n');
    expect(store.notices).toMatchObject([{ kind: 'read-only' }]);
    await writeFile(file, 'volume = 3\n');
    await expect.poll(() => store.value.volume).toBe(3);
    await store.set('volume', 4);
    expect(await readFile(file, 'utf8')).toBe('volume = 4\n');
  });

  test('a file that was never there is made by the first change', async () => {
    await rm(file);
    const store = await opened();
    expect(store.value).toEqual({ volume: 20, device: '' });
    expect(await readdir(folder)).toEqual([]);
    await store.set('volume', 5);
    expect(await readFile(file, 'utf8')).toBe('volume = 5\n');
  });

  test('a file that has to be there is missed', async () => {
    await rm(file);
    await expect(opened({ mustExist: true })).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: `${file} does not exist`,
    });
  });

  test('a file that cannot be read is not replaced', async () => {
    await used();
    await rm(file);
    await mkdir(file);
    await expect(opened()).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' });
  });

  test('a damaged journal is told of, kept and written anew; no revision comes twice', async () => {
    await used();
    const journal = join(kept, 'journal');
    const lines = await readFile(journal, 'utf8');
    await writeFile(journal, lines.replace('"revision":3', '"revision":9'));
    const store = await opened();
    expect(store.notices).toMatchObject([{ kind: 'journal-damaged' }]);
    expect(store.revision).toBe(4);
    await store.set('volume', 7);
    expect(store.revision).toBe(5);
    expect(await setAside()).toEqual([expect.stringMatching(/-journal$/)]);
  });
});

describe('while running', () => {
  test('an edit by hand is a new revision', async () => {
    const store = await opened();
    const { revision } = store;
    await writeFile(file, text.replace('30', '33'));
    await expect.poll(() => store.value.volume).toBe(33);
    expect(store.revision).toBe(revision + 1);
    const [last] = await store.history();
    expect(last).toMatchObject({ keys: ['volume'], isKept: true });
    expect(last?.by).toMatch(/^hand edit \(/);
  });

  test('an edit by hand that nobody has noticed yet is what a transaction goes on from', async () => {
    const store = await opened({ watch: false });
    await store.set('device', 'hall');
    await writeFile(file, 'volume = 33\n# mine\n');
    await store.set('device', 'attic');
    expect(await readFile(file, 'utf8')).toBe('volume = 33\ndevice = "attic"\n# mine\n');
  });

  test('an edit that breaks the schema is refused; what was is still read, and nothing is written', async () => {
    const store = await opened();
    const bad = text.replace('30', '300');
    await writeFile(file, bad);
    await expect.poll(() => store.notices).toMatchObject([{ kind: 'invalid' }]);
    expect(store.value.volume).toBe(30);
    await expect(store.set('device', 'hall')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${file}:2: volume: must be at most 100, not 300`,
    });
    expect(await readFile(file, 'utf8')).toBe(bad);
    await writeFile(file, text.replace('30', '31'));
    await expect.poll(() => store.value.volume).toBe(31);
    await store.set('device', 'hall');
  });

  test.each(Object.entries(damages))(
    'a file that %s is set aside, and what is in memory put in its place',
    async (_, damage) => {
      const store = await opened();
      await store.set('volume', 50);
      const bad = damage(await readFile(file, 'utf8'));
      await writeFile(file, bad);
      await expect
        .poll(() => store.notices, { timeout: 5_000 })
        .toMatchObject([{ kind: 'restored' }]);
      expect(await readFile(file, 'utf8')).toBe(text.replace('30', '50'));
      expect(store.value.volume).toBe(50);
      const [name = ''] = await setAside();
      expect(await readFile(join(kept, 'set-aside', name), 'utf8')).toBe(bad);
      await store.set('volume', 51);
    },
  );

  test('a file that is gone comes back from memory', async () => {
    const store = await opened();
    await rename(file, join(folder, 'elsewhere'));
    await expect
      .poll(() => store.notices, { timeout: 5_000 })
      .toMatchObject([{ kind: 'restored' }]);
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
