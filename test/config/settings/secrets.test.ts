import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigStore } from '../../../src/config/index.ts';
import { Settings } from '../../../src/config/settings/settings.ts';

test.each([
  ['literal', `password = '''hunter2'''`],
  ['basic', `password = """hunter2"""`],
  ['longer', `password = """\nbegin\nhunter2\n"""`],
])('a secret that is written as a %s string of lines is in no difference', async (_, line) => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-secrets-'));
  const file = join(folder, 'lab.toml');
  await writeFile(file, `first = 1\n${line}\nlast = 1\n`);
  const schema = z.strictObject({ first: z.number(), password: z.string(), last: z.number() });
  const store = await ConfigStore.open(file, { schema });
  try {
    const settings = new Settings({ store, schema });
    await settings.change([{ path: 'last', value: 2 }]);
    const { text } = await settings.diff(1, 2);
    expect(text).toContain('+last = 2');
    expect(text).not.toContain('hunter2');
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});

test('a secret gets no name under which it would be shown', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-secrets-'));
  const file = join(folder, 'lab.toml');
  await writeFile(file, '[ports.x]\npassword = "hunter2"\n');
  const schema = z.strictObject({
    ports: z.record(z.string(), z.record(z.string(), z.string())),
  });
  const store = await ConfigStore.open(file, { schema });
  try {
    const settings = new Settings({ store, schema });
    const rename = settings.change([{ path: 'ports.x.password', rename: 'note' }]);
    await expect(rename).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    expect(JSON.stringify(settings.report())).not.toContain('hunter2');
    await settings.change([{ path: 'ports.x.password', rename: 'token' }]);
    await settings.change([{ path: 'ports.x', rename: 'y' }]);
    expect(store.value).toEqual({ ports: { y: { token: 'hunter2' } } });
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});
