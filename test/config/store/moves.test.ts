import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigStore } from '../../../src/config/index.ts';

const schema = z.strictObject({
  ports: z
    .record(
      z.string(),
      z.strictObject({ path: z.string(), retries: z.number().max(10).default(2) }),
    )
    .default({}),
});
type Settings = z.infer<typeof schema>;

let folder: string;
let file: string;
let store: ConfigStore<Settings>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-moves-'));
  file = join(folder, 'settings.toml');
  await writeFile(file, '[ports.bus]\npath = "here"\n');
  store = await ConfigStore.open(file, { schema, settle: absolute, by: 'test' });
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** As a configuration makes its paths absolute. */
function absolute({ ports }: Settings): Settings {
  const entries = Object.entries(ports);
  const settled = entries.map(([name, port]) => [name, { ...port, path: `/at/${port.path}` }]);
  return { ports: Object.fromEntries(settled) as Settings['ports'] };
}

describe('a table that is moved', () => {
  test('is written as it was, without defaults', async () => {
    const { keys } = await store.transaction((tx) => tx.move('ports.bus', 'ports.line'));
    expect(keys.toSorted()).toEqual(['ports.bus.path', 'ports.line.path']);
    expect(store.value).toEqual({ ports: { line: { path: '/at/here', retries: 2 } } });
    expect(store.written).toEqual({ ports: { line: { path: 'here' } } });
  });

  test('can be changed before and after', async () => {
    await store.transaction((tx) => {
      tx.set('ports.bus.retries', 3);
      tx.move('ports.bus', 'ports.line');
      tx.set('ports.line.path', 'there');
      tx.move('ports.line', 'ports.wire');
    });
    expect(store.written).toEqual({ ports: { wire: { path: 'there', retries: 3 } } });
  });

  test('has to be there, and replaces no other', async () => {
    await store.set('ports.other', { path: 'x' });
    const move = async (from: string, to: string) =>
      await store.transaction((tx) => tx.move(from, to));
    await expect(move('ports.none', 'ports.line')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(move('ports.bus', 'ports.other')).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    expect(Object.keys(store.value.ports)).toEqual(['bus', 'other']);
  });

  test('stays where it was when the part of the transaction that moves it throws', async () => {
    await store.transaction(async (tx) => {
      tx.set('ports.bus.retries', 4);
      const inner = store.transaction((part) => {
        part.move('ports.bus', 'ports.line');
        throw new RangeError('not this');
      });
      await expect(inner).rejects.toThrow('not this');
    });
    expect(store.written).toEqual({ ports: { bus: { path: 'here', retries: 4 } } });
  });
});

test('a change can be tried: it is checked and told of, and nothing is changed', async () => {
  const before = await readFile(file, 'utf8');
  const tried = await store.set('ports.bus.retries', 5, { dryRun: true });
  expect(tried).toMatchObject({ revision: 1, keys: ['ports.bus.retries'] });
  const bad = store.set('ports.bus.retries', 11, { dryRun: true });
  await expect(bad).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: { problems: [{ path: 'ports.bus.retries' }] },
  });
  expect(store.revision).toBe(1);
  expect(await readFile(file, 'utf8')).toBe(before);
});
