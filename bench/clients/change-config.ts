import { readFile } from 'node:fs/promises';
import { parse, stringify } from '@decimalturn/toml-patch';
import lockfile from 'proper-lockfile';
import writeFileAtomic from 'write-file-atomic';
import { ConfigStore } from '../../src/config/index.ts';
import { benchSchema } from './config-text.ts';
import type { BenchConfig } from './config-text.ts';

/** A process that adds to one number of a configuration: `change-config.ts WAY FILE TIMES WARM`. */
const [way = 'ours', file = '', times = '1', warm = '0'] = process.argv.slice(2);

/** Until the code has run a while its times are those of the compiler. */
async function measured(commit: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < Number(warm); done += 1) await commit();
  await begun();
  for (let done = 0; done < Number(times); done += 1) await commit();
}

async function withStore(): Promise<void> {
  await using store = await ConfigStore.open(file, { schema: benchSchema, by: 'bench' });
  await measured(
    async () => await store.transaction((tx) => tx.set('counter', Number(tx.get('counter')) + 1)),
  );
}

async function withLockfile(): Promise<void> {
  await measured(async () => {
    const release = await lockfile.lock(file, {
      retries: { forever: true, minTimeout: 1, maxTimeout: 20, factor: 1.5 },
    });
    try {
      const config = parse(await readFile(file, 'utf8')) as BenchConfig;
      config.counter += 1;
      await writeFileAtomic(file, stringify(config));
    } finally {
      await release();
    }
  });
}

/** All processes begin together. */
async function begun(): Promise<void> {
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
}

await (way === 'ours' ? withStore() : withLockfile());
process.disconnect();
