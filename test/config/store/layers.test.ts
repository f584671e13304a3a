import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigStore } from '../../../src/config/index.ts';
import type { ConfigStoreOptions, Migration } from '../../../src/config/index.ts';
import type { FileSystem } from '../../../src/config/store/file-system.ts';
import { nodeFileSystem } from '../../../src/config/store/node-file-system.ts';

const schema = z.strictObject({
  port: z.number().int().max(65_535).default(80),
  host: z.string().default('localhost'),
  devices: z.record(z.string(), z.strictObject({ node: z.number() })).default({}),
});
type Settings = z.infer<typeof schema>;

let folder: string;
let file: string;
const stores: ConfigStore<Settings>[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  file = join(folder, 'lab.toml');
  await mkdir(join(folder, 'devices'));
  await writeFile(join(folder, 'common.toml'), 'port = 1\nhost = "common"\n');
  await writeFile(join(folder, 'devices/b.toml'), '[devices.b]\nnode = 2\n');
  await writeFile(join(folder, 'devices/a.toml'), '[devices.a]\nnode = 1\n');
  await writeFile(file, 'include = ["common.toml", "devices/*.toml"]\nport = 2\n');
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

describe('included files', () => {
  test('are below the main file', async () => {
    const store = await opened();
    expect(store.value).toEqual({
      port: 2,
      host: 'common',
      devices: { a: { node: 1 }, b: { node: 2 } },
    });
  });

  test('come and go with a whole text', async () => {
    const store = await opened();
    await store.replace('include = "devices/a.toml"\nport = 3\n');
    expect(store.value).toEqual({ port: 3, host: 'localhost', devices: { a: { node: 1 } } });
    await store.set('port', 4);
    expect(store.value).toEqual({ port: 4, host: 'localhost', devices: { a: { node: 1 } } });
    await store.rollback(1);
    await store.set('port', 5);
    expect(store.value.host).toBe('common');
    expect(Object.keys(store.value.devices)).toEqual(['a', 'b']);
    const { revision } = store;
    await store.close();
    // Nothing looks like an edit by hand afterwards.
    expect((await opened()).revision).toBe(revision);
  });

  test('are watched from the change on that includes them', async () => {
    await writeFile(file, 'port = 2\n');
    const store = await opened();
    await store.replace('include = "common.toml"\n');
    await writeFile(join(folder, 'common.toml'), 'port = 7\n');
    await expect.poll(() => store.value.port).toBe(7);
  });

  test('are named in the file alone, as its version is', async () => {
    const store = await opened({ version: 1 });
    for (const name of ['include', 'version']) {
      await expect(store.set(name, 99)).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    }
    await expect(store.replace('version = 2\n')).rejects.toMatchObject({ code: 'CONFIG_VERSION' });
    expect(store.revision).toBe(1);
  });

  test('are never written', async () => {
    const store = await opened();
    await store.set('host', 'mine');
    await store.set('devices.a.node', 5);
    expect(await readFile(join(folder, 'common.toml'), 'utf8')).toContain('"common"');
    expect(await readFile(file, 'utf8')).toBe(
      'include = ["common.toml", "devices/*.toml"]\nport = 2\nhost = "mine"\n\n[devices.a]\nnode = 5\n',
    );
    expect(store.value.devices).toEqual({ a: { node: 5 }, b: { node: 2 } });
  });

  test('keep what is taken away above them', async () => {
    const store = await opened();
    await expect(store.delete('devices.b')).rejects.toMatchObject({
      code: 'CONFIG_READ_ONLY',
      message: `devices.b comes from ${join(folder, 'devices/b.toml')}, which is not written`,
    });
    await store.delete('port');
    expect(store.value.port).toBe(1);
  });

  test('are named with the line of what is wrong in them', async () => {
    await writeFile(join(folder, 'devices/b.toml'), '\n[devices.b]\nnode = "x"\n');
    await expect(opened()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${join(folder, 'devices/b.toml')}:3: devices.b.node: must be a number, not "x"`,
    });
    await writeFile(join(folder, 'devices/b.toml'), '\n[devices.b\n');
    await expect(opened()).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: expect.stringContaining(`${join(folder, 'devices/b.toml')}:2: `) as string,
    });
  });

  test('that are not there are missed, with the line', async () => {
    await writeFile(file, '# x\ninclude = ["gone.toml"]\n');
    await expect(opened()).rejects.toMatchObject({
      message: `${file}:2: include: ${join(folder, 'gone.toml')} does not exist`,
    });
  });

  test('that change, come or go are noticed', async () => {
    const store = await opened();
    const { revision } = store;
    await writeFile(join(folder, 'devices/c.toml'), '[devices.c]\nnode = 3\n');
    await expect.poll(() => store.value.devices).toHaveProperty('c');
    expect(store.revision).toBe(revision + 1);
    await rm(join(folder, 'devices/c.toml'));
    await expect.poll(() => store.value.devices).not.toHaveProperty('c');
    await writeFile(join(folder, 'common.toml'), 'host = "new"\n');
    await expect.poll(() => store.value.host).toBe('new');
  });
});

describe('an overlay', () => {
  test('is above the main file, and alone is written', async () => {
    const store = await opened({ environment: 'test' });
    const main = await readFile(file, 'utf8');
    await store.set('port', 3);
    expect(await readFile(join(folder, 'lab.test.toml'), 'utf8')).toBe('port = 3\n');
    expect(await readFile(file, 'utf8')).toBe(main);
    expect(store.value.port).toBe(3);
    await store.delete('port');
    expect(store.value.port).toBe(2);
  });

  test('that is a link stays one', async () => {
    const there = join(folder, 'devices/overlay');
    await writeFile(there, 'port = 3 # theirs\n');
    await symlink(there, join(folder, 'lab.test.toml'));
    const store = await opened({ environment: 'test' });
    await store.set('port', 4);
    expect(await readFile(there, 'utf8')).toBe('port = 4 # theirs\n');
    expect((await lstat(join(folder, 'lab.test.toml'))).isSymbolicLink()).toBe(true);
  });

  test('takes in what changes below it', async () => {
    const store = await opened({ environment: 'test' });
    await store.set('port', 3);
    await writeFile(file, 'host = "other"\n');
    await expect.poll(() => store.value).toEqual({ port: 3, host: 'other', devices: {} });
  });

  test('has a name of letters, digits and dashes', async () => {
    await expect(opened({ environment: '../x' })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });
});

test('where a value comes from can be asked', async () => {
  const store = await opened({ environment: 'test' });
  await store.set('devices.a.node', 9);
  expect(store.origin('devices.a.node')).toEqual({
    kind: 'overlay',
    file: join(folder, 'lab.test.toml'),
    line: 2,
  });
  expect(store.origin('port')).toEqual({ kind: 'main', file, line: 2 });
  expect(store.origin('host')).toMatchObject({ kind: 'include', line: 2 });
  await rm(join(folder, 'common.toml'));
  expect(store.origin('nothing')).toEqual({ kind: 'default' });
});

describe('a file of an older version', () => {
  const migrations: readonly Migration[] = [
    {
      from: 1,
      to: 2,
      migrate: (table) => {
        table['host'] = table['address'];
        delete table['address'];
      },
    },
    { from: 2, to: 3, migrate: ({ port, ...rest }) => ({ ...rest, port: Number(port) + 1 }) },
  ];

  beforeEach(async () => {
    await writeFile(file, '# the lab\n\naddress = "here" # where\nport = 5 # mine\n');
  });

  test('is copied, then migrated, and keeps the comments of what stays', async () => {
    const store = await opened({ version: 3, migrations });
    expect(store.value).toMatchObject({ host: 'here', port: 6 });
    expect(await readFile(file, 'utf8')).toBe(
      '# the lab\n\nport = 6 # mine\nhost = "here"\nversion = 3\n',
    );
    expect(store.notices).toMatchObject([{ kind: 'migrated' }]);
    expect(await store.history()).toMatchObject([
      { revision: 2, by: 'signalbox', why: 'migrated from version 1 to 3' },
    ]);
    expect(await store.backups()).toMatchObject([{ revision: 1 }]);
  });

  test('is migrated also where a crash has left half a copy', async () => {
    await writeFile(file, 'port = "2"\n');
    const made: string[] = [];
    const files: FileSystem = {
      ...nodeFileSystem,
      createFile: async (path, mode) => {
        // Of a process that had the same number.
        if (path.includes('.new-') && !made.includes(path)) await writeFile(path, 'half');
        made.push(path);
        return await nodeFileSystem.createFile(path, mode);
      },
    };
    const store = await opened({ version: 3, migrations, files });
    expect(store.notices).toMatchObject([{ kind: 'migrated' }]);
  });

  test('of which no migration leads on is refused', async () => {
    await expect(opened({ version: 4, migrations })).rejects.toMatchObject({
      code: 'CONFIG_VERSION',
      message: `${file} is of version 3, and nothing leads from there to 4`,
    });
  });

  test('of a newer version is refused', async () => {
    await writeFile(file, '\nversion = 9\n');
    await expect(opened({ version: 3, migrations })).rejects.toMatchObject({
      code: 'CONFIG_VERSION',
      message: `${file}:2: version 9 is newer than this program, which knows 3`,
    });
  });
});
