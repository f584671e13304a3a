import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigStore } from '../../../src/config/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';

const schema = z.strictObject({
  alarm: z
    .strictObject({
      time: z.string().default('07:00'),
      volume: z.number().int().min(0).max(100).default(20),
      weekdays: z.array(z.number()).default([]),
    })
    .prefault({}),
  counter: z.number().int().default(0),
});
type Settings = z.infer<typeof schema>;

const text = `# what wakes me
[alarm]
time = "06:30" # early
volume = 20
`;

let folder: string;
let file: string;
const stores: ConfigStore<Settings>[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  file = join(folder, 'settings.toml');
  await writeFile(file, text);
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await rm(folder, { recursive: true });
});

async function opened(path = file): Promise<ConfigStore<Settings>> {
  const store = await ConfigStore.open(path, { schema, by: 'test' });
  stores.push(store);
  return store;
}

describe('a snapshot', () => {
  test('has the values of the file, and defaults for the rest', async () => {
    const store = await opened();
    expect(store.value).toEqual({
      alarm: { time: '06:30', volume: 20, weekdays: [] },
      counter: 0,
    });
    expect(store.get('alarm.time')).toBe('06:30');
    expect(store.get('alarm.nothing')).toBeUndefined();
  });

  test('cannot be changed', async () => {
    const { value } = await opened();
    expect(() => Object.assign(value.alarm, { volume: 1 })).toThrow(TypeError);
    expect(() => value.alarm.weekdays.push(1)).toThrow(TypeError);
  });

  test('stays what it was when the configuration changes', async () => {
    const store = await opened();
    const { snapshot } = store;
    await store.set('alarm.volume', 50);
    expect(snapshot.get('alarm.volume')).toBe(20);
    expect(store.get('alarm.volume')).toBe(50);
    expect(store.revision).toBe(snapshot.revision + 1);
  });
});

describe('a listener that throws', () => {
  test.each(['change', 'notice'] as const)(
    'at a %s is told of, and disturbs nobody',
    async (event) => {
      const store = await opened();
      const fail = (): never => {
        throw new Error('no such lamp');
      };
      if (event === 'notice') store.onNotice(fail);
      const told: string[] = [];
      store.onChange(event === 'change' ? fail : () => told.push('change'));
      store.onChange(() => told.push('change'));
      store.onNotice(({ kind }) => told.push(kind));
      await store.set('counter', 1);
      if (event === 'notice') {
        await writeFile(file, 'counter = "x"\n');
        await expect.poll(() => store.notices.length).toBe(2);
        expect(told).toEqual(['change', 'change', 'invalid']);
      } else expect(told).toEqual(['listener-failed', 'change']);
      expect(store.notices.find(({ kind }) => kind === 'listener-failed')?.message).toMatch(
        /listens for a (change|notice) of .*: Error: no such lamp$/,
      );
    },
  );
});

describe('a transaction', () => {
  test('changes the file and nothing else in it', async () => {
    const store = await opened();
    await store.set('alarm.volume', 35, { why: 'louder' });
    expect(await readFile(file, 'utf8')).toBe(text.replace('20', '35'));
  });

  test('writes what was changed in a loaded copy, and no defaults', async () => {
    const store = await opened();
    await store.transaction((tx) => {
      const settings = tx.load();
      settings.alarm.time = '07:15';
      tx.save(settings);
    });
    expect(await readFile(file, 'utf8')).toBe(text.replace('06:30', '07:15'));
  });

  test('sees its own changes, and nobody else does before its end', async () => {
    const store = await opened();
    await store.transaction((tx) => {
      tx.set('alarm.volume', 60);
      expect(tx.get('alarm.volume')).toBe(60);
      expect(store.get('alarm.volume')).toBe(20);
    });
    expect(store.get('alarm.volume')).toBe(60);
  });

  test('that throws leaves nothing', async () => {
    const store = await opened();
    const failing = store.transaction((tx) => {
      tx.set('alarm.volume', 60);
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(store.get('alarm.volume')).toBe(20);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('that makes the configuration invalid is refused with what is allowed', async () => {
    const store = await opened();
    await expect(store.set('alarm.volume', 101)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${file}: alarm.volume: must be at most 100, not 101`,
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('on a revision that is no more is refused', async () => {
    const store = await opened();
    const { revision } = store;
    await store.set('counter', 1, { expectedRevision: revision });
    await expect(store.set('counter', 2, { expectedRevision: revision })).rejects.toMatchObject({
      code: 'CONFIG_CONFLICT',
    });
    expect(store.get('counter')).toBe(1);
  });

  test('inside of another comes about with it', async () => {
    const store = await opened();
    const before = store.revision;
    await store.transaction(async (tx) => {
      tx.set('counter', 1);
      await store.set('alarm.volume', 5);
      expect(tx.get('alarm.volume')).toBe(5);
    });
    expect(store.revision).toBe(before + 1);
    expect(store.value).toMatchObject({ counter: 1, alarm: { volume: 5 } });
  });

  test('inside of another that throws leaves no part of itself', async () => {
    const store = await opened();
    await store.transaction(async (tx) => {
      tx.set('counter', 1);
      const inner = store.transaction((part) => {
        part.set('alarm.volume', 5);
        throw new RangeError('not this');
      });
      await expect(inner).rejects.toThrow('not this');
    });
    expect(store.value).toMatchObject({ counter: 1, alarm: { volume: 20 } });
  });
});

test('125 increments of 5 tasks at once are 125', async () => {
  const store = await opened();
  const task = async (): Promise<void> => {
    for (let done = 0; done < 25; done += 1) {
      await store.transaction((tx) => {
        const settings = tx.load();
        settings.counter += 1;
        tx.save(settings);
      });
    }
  };
  await Promise.all(Array.from({ length: 5 }, task));
  expect(store.get('counter')).toBe(125);
  expect(await readFile(file, 'utf8')).toContain('counter = 125');
});

test('listeners hear of each change in order, and one that throws stops no other', async () => {
  const store = await opened();
  const heard: unknown[] = [];
  store.onChange(() => {
    throw new RangeError('a listener');
  });
  store.onChange(({ snapshot, keys, by, why }) =>
    heard.push([snapshot.get('counter'), keys, by, why]),
  );
  await Promise.all([1, 2, 3].map((value) => store.set('counter', value, { why: `no. ${value}` })));
  expect(heard).toEqual([1, 2, 3].map((value) => [value, ['counter'], 'test', `no. ${value}`]));
});

test('the folder beside the file is made with the first transaction', async () => {
  const store = await opened();
  expect(await readdir(folder)).toEqual(['settings.toml']);
  await store.set('counter', 1, { by: 'ada', why: 'because' });
  expect(await readdir(folder)).toEqual(['.settings.toml.signalbox', 'settings.toml']);
  expect(await store.history()).toMatchObject([
    { revision: 2, by: 'ada', why: 'because', keys: ['counter'] },
    { revision: 1, why: 'as it was found' },
  ]);
});

test('a transaction that outlasts its store writes nothing', async () => {
  const clock = new ManualClock();
  const store = await ConfigStore.open(file, { schema, clock });
  const entered = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const change = store.transaction(async (tx) => {
    entered.resolve();
    await gate.promise;
    tx.set('counter', 7);
  });
  await entered.promise;
  const closed = store.close();
  await clock.advance(60_000);
  await closed;
  gate.resolve();
  await expect(change).rejects.toMatchObject({ code: 'CLOSED' });
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('two stores of one file lose nothing of each other', async () => {
  const one = await opened();
  const other = await opened();
  const add = async (store: ConfigStore<Settings>): Promise<void> => {
    for (let done = 0; done < 20; done += 1) {
      await store.transaction((tx) => tx.set('counter', Number(tx.get('counter')) + 1));
    }
  };
  await Promise.all([add(one), add(other)]);
  expect(await readFile(file, 'utf8')).toContain('counter = 40');
});

test('a store that closes lets what runs come to its end, and begins nothing more', async () => {
  const store = await opened();
  const begun = Promise.withResolvers<void>();
  const going = Promise.withResolvers<void>();
  const runs = store.transaction(async (tx) => {
    begun.resolve();
    await going.promise;
    tx.set('counter', 1);
  });
  await begun.promise;
  const closing = store.close();
  const late = expect(store.set('counter', 2)).rejects.toMatchObject({ code: 'CLOSED' });
  going.resolve();
  expect((await runs).revision).toBe(2);
  await late;
  await closing;
  expect(await readFile(file, 'utf8')).toContain('counter = 1');
});

test('where each of thousands of values comes from is told at once', async () => {
  const ports = Array.from(
    { length: 1_000 },
    (_, at) => `[ports.p${at}]\nhost = "h"\nport = ${at}\n`,
  );
  await writeFile(file, ports.join('\n'));
  const many = z.strictObject({ ports: z.record(z.string(), z.looseObject({})) });
  await using store = await ConfigStore.open(file, { schema: many });
  // Each line is looked up, and the file read once for all of them.
  const lines = ports.map((_, at) => store.origin(`ports.p${at}.port`));
  expect(lines).toEqual(
    ports.map((_, at) => ({ kind: 'main', file: store.file, line: at * 4 + 3 })),
  );
});
