import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigStore } from '../../../../src/config/index.ts';
import type { ConfigStoreOptions } from '../../../../src/config/index.ts';
import { count } from '../../../support/count.ts';
import { Plantation } from '../../../support/plantation.ts';
import type { Mutant } from '../../../support/plantation.ts';
import { recordProof } from '../../../support/proof.ts';
import { randomFrom } from '../../../support/random.ts';
import { seed } from '../../../support/seed.ts';
import { crashState, MemoryFileSystem } from './memory-file-system.ts';
import type { DiskImage, DiskState } from './memory-file-system.ts';

const schema = z.strictObject({ counter: z.number().int(), text: z.string().default('') });
type Settings = z.infer<typeof schema>;

const file = '/lab/settings.toml';
const start = '# kept\ncounter = 0 # how often\n';

/** A moment at which the power may go, and what was promised and begun until then. */
interface Moment {
  readonly image: DiskImage;
  /** How many of the values that were asked for are acknowledged. */
  readonly acknowledged: number;
  readonly revision: number;
  /** What was asked for by then, in order; the first is what was there before. */
  readonly asked: readonly number[];
}

/** A store that writes down what was asked of it and what it acknowledged. */
class Run {
  readonly moments: Moment[] = [];
  readonly #files = new MemoryFileSystem({ [file]: start });
  readonly #asked: number[] = [0];
  #acknowledged = 0;
  #revision = 0;
  #store: ConfigStore<Settings> | undefined;

  async open(Store: typeof ConfigStore): Promise<void> {
    this.#store = await Store.open(file, optionsOf(this.#files));
  }

  get store(): ConfigStore<Settings> {
    if (this.#store === undefined) throw new RangeError('not open');
    return this.#store;
  }

  async add(): Promise<void> {
    const value = Math.max(...this.#asked) + 1;
    await this.#ask(value, async () => await this.store.set('counter', value));
  }

  async rollback(revision: number, value: number): Promise<void> {
    await this.#ask(value, async () => await this.store.rollback(revision));
  }

  /** Waits until a copy of the newest revision is kept. */
  async kept(): Promise<void> {
    await expect
      .poll(async () => (await this.store.backups())[0]?.revision, { interval: 5 })
      .toBe(this.store.revision);
  }

  /** From now on each operation is a place to crash. */
  watch(): void {
    this.#files.onOperation = () => {
      this.moments.push({
        image: this.#files.image(),
        acknowledged: this.#acknowledged,
        revision: this.#revision,
        asked: [...this.#asked],
      });
    };
  }

  async #ask(value: number, change: () => Promise<{ readonly revision: number }>): Promise<void> {
    const index = this.#asked.push(value) - 1;
    const { revision } = await change();
    this.#acknowledged = Math.max(this.#acknowledged, index);
    this.#revision = Math.max(this.#revision, revision);
  }
}

function optionsOf(files: MemoryFileSystem): ConfigStoreOptions<Settings> {
  return { schema, files, watch: false, by: 'test' };
}

function shown(left: DiskState): string {
  return [...left]
    .map(([path, data]) => `${path} ${data === 'folder' ? '' : Buffer.from(data).toString('hex')}`)
    .join('\n');
}

/** What is wrong with what a crash left; undefined when nothing is. */
async function wrongWith(
  left: DiskState,
  { acknowledged, revision, asked }: Moment,
): Promise<string | undefined> {
  const files = MemoryFileSystem.of(left);
  const options = optionsOf(files);
  try {
    const store = await ConfigStore.open(file, options);
    const found = store.value.counter;
    const restored = store.notices.find(({ kind }) => kind === 'restored' || kind === 'read-only');
    if (restored !== undefined) return restored.message;
    if (!asked.slice(acknowledged).includes(found)) {
      return `of ${asked.join()} no. ${acknowledged} was promised, ${found} is there`;
    }
    if (store.revision < revision) return `revision ${store.revision} after ${revision}`;
    const next = await store.set('text', 'after');
    if (next.revision <= revision) return `revision ${next.revision} comes twice`;
    await store.close();
    const again = await ConfigStore.open(file, options);
    const { value } = again;
    await again.close();
    if (value.text !== 'after' || value.counter !== found) {
      return `after another change there is ${JSON.stringify(value)}`;
    }
    const text = Buffer.from(files.files().get(file) ?? '').toString('utf8');
    if (!text.includes('# kept\n') || !text.includes('# how often')) {
      return `comments are lost: ${text}`;
    }
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** Runs of which each step is a place to crash. */
const runs: Readonly<Record<string, (run: Run) => Promise<void>>> = {
  'the first commit of all': async (run) => {
    run.watch();
    await run.add();
  },
  'commits one after another': async (run) => {
    await run.add();
    await run.kept();
    run.watch();
    for (let done = 0; done < 3; done += 1) await run.add();
  },
  'groups of commits': async (run) => {
    await run.add();
    run.watch();
    await Promise.all([1, 2, 3, 4].map(async () => await run.add()));
    await Promise.all([1, 2, 3].map(async () => await run.add()));
  },
  'the making of copies': async (run) => {
    await run.add();
    await run.kept();
    await run.add();
    run.watch();
    await run.kept();
    await run.add();
    await run.kept();
  },
  'a rollback': async (run) => {
    await run.add();
    await run.kept();
    await run.add();
    await run.kept();
    run.watch();
    await run.rollback(2, 1);
    await run.add();
  },
};

const bugs: readonly Mutant[] = [
  {
    bug: 'the new name is not flushed',
    file: 'store/disk.ts',
    find: '        this.files.syncFolder(dirname(this.path)),\n        this.files.stat(this.path),',
    replace: '        undefined,\n        this.files.stat(this.path),',
  },
  {
    bug: 'the new file is not flushed',
    file: 'store/disk.ts',
    find: '      written?.();\n      await file.sync();',
    replace: '      written?.();',
  },
  {
    bug: 'the journal is not flushed',
    file: 'store/journal.ts',
    find: '      await until;\n      await file.sync();',
    replace: '      await until;',
  },
  {
    bug: 'the name of a new journal is not flushed',
    file: 'store/journal.ts',
    find: 'if (!this.#exists) await this.#files.syncFolder(dirname(this.path));',
    replace: '',
  },
];

/** Looks at so many different states that crashes leave of a run; says what is wrong with the first bad one. */
async function lookAt(
  Store: typeof ConfigStore,
  name: string,
  wanted: number,
): Promise<{
  readonly seen: number;
  readonly moments: number;
  readonly wrong: string | undefined;
}> {
  const random = randomFrom(name.length);
  const choose = (of: number): number => Math.floor(random() * of);
  const made = new Run();
  await made.open(Store);
  await runs[name]?.(made);
  await made.store.close();
  const { moments } = made;
  const seen = new Set<string>();
  for (let tries = 0; seen.size < wanted && tries < wanted * 20; tries += 1) {
    const moment = moments[tries % moments.length];
    if (moment === undefined) break;
    const left = crashState(moment.image, choose);
    const state = `${moment.acknowledged} acknowledged\n${shown(left)}`;
    if (seen.has(state)) continue;
    seen.add(state);
    const wrong = await wrongWith(left, moment);
    if (wrong !== undefined) {
      return { seen: seen.size, moments: moments.length, wrong: `${wrong}: ${state}` };
    }
  }
  return { seen: seen.size, moments: moments.length, wrong: undefined };
}

describe('whenever the power goes', () => {
  let states = 0;
  let caught = 0;

  test.each(bugs)(
    'it shows when $bug',
    async (mutant) => {
      using plantation = new Plantation();
      const room = await plantation.plant<{ ConfigStore: typeof ConfigStore }>('config', mutant);
      const found: unknown[] = [];
      for (const name of Object.keys(runs).slice(0, 2)) {
        found.push((await lookAt(room.ConfigStore, name, 1_000)).wrong);
      }
      expect(found.some((wrong) => wrong !== undefined)).toBe(true);
      caught += 1;
    },
    120_000,
  );

  test.each(Object.keys(runs))(
    'during %s, what was acknowledged is there and all is readable',
    async (name) => {
      const { seen, moments, wrong } = await lookAt(ConfigStore, name, count(1_200));
      expect(wrong, `${name}, seed ${seed}`).toBeUndefined();
      expect(moments).toBeGreaterThan(10);
      states += seen;
    },
    300_000,
  );

  test('enough different states of the disk were looked at', () => {
    expect(states).toBeGreaterThanOrEqual(count(5_000));
    recordProof({
      promise: 'No acknowledged change of the configuration is lost, whatever crashes',
      test: 'crash at every file-system operation, with torn and reordered writes',
      count: states,
      planted: bugs.length,
      caught,
    });
  });
});
