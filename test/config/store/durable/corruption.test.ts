import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigStore } from '../../../../src/config/index.ts';
import type { ConfigStoreOptions } from '../../../../src/config/index.ts';
import { hasCode } from '../../../../src/kernel/index.ts';
import { count } from '../../../support/count.ts';
import { recordProof } from '../../../support/proof.ts';
import { randomFrom } from '../../../support/random.ts';
import { seed } from '../../../support/seed.ts';
import { hurriedClock, MemoryFileSystem } from './memory-file-system.ts';

const schema = z.strictObject({
  counter: z.number().int(),
  names: z.record(z.string(), z.strictObject({ node: z.number().int() })),
});

type Settings = z.infer<typeof schema>;

function optionsOf(files: MemoryFileSystem): ConfigStoreOptions<Settings> {
  return { schema, files, watch: false, by: 'test', clock: hurriedClock };
}

const file = '/lab/settings.toml';
const beside = '/lab/.settings.toml.signalbox';
const revisions = 6;

/** All files as a store left them that was used and closed in order. */
let whole: ReadonlyMap<string, Uint8Array>;
/** What each revision says. */
const counters = new Map<number, number>();

beforeAll(async () => {
  const names = Array.from(
    { length: 12 },
    (_, node) => `[names.bus${node}] # ${node}\nnode = ${node}\n`,
  );
  const files = new MemoryFileSystem({ [file]: `# kept\ncounter = 100\n\n${names.join('\n')}` });
  for (let done = 0; done < revisions; done += 1) {
    const store = await ConfigStore.open(file, optionsOf(files));
    counters.set(store.revision, store.value.counter);
    const { revision } = await store.set('counter', 101 + done);
    counters.set(revision, 101 + done);
    await store.close();
  }
  whole = files.files();
});

type Damage = (bytes: Uint8Array, random: (below: number) => number) => Uint8Array;

const damages: readonly Damage[] = [
  (bytes) => new Uint8Array(bytes.length),
  (bytes, random) => bytes.slice(0, random(bytes.length)),
  (bytes, random) => {
    const result = Uint8Array.from(bytes);
    const at = random(bytes.length);
    result[at] = (result[at] ?? 0) ^ (1 << random(8));
    return result;
  },
  (bytes, random) => {
    const result = Uint8Array.from(bytes);
    const length = 1 + random(32);
    const [one, other] = [random(bytes.length), random(bytes.length)];
    result.set(
      bytes.subarray(one, one + Math.min(length, bytes.length - Math.max(one, other))),
      other,
    );
    return result;
  },
  (bytes, random) => {
    const result = Uint8Array.from(bytes);
    result.fill(0, random(bytes.length));
    return result;
  },
  () => new Uint8Array(),
  (bytes, random) => Uint8Array.from(bytes, () => random(256)),
];

/** The paths of the copies, the newest first. */
function copies(): string[] {
  return [...whole.keys()]
    .filter((path) => path.startsWith(`${beside}/backups/`))
    .toSorted()
    .toReversed();
}

test('whatever is damaged is found, the newest good copy is used, and the bad file is kept', async () => {
  const float = randomFrom(12);
  const random = (below: number): number => Math.floor(float() * below);
  const times = count(10_000);
  const seen = { restored: 0, refused: 0, edited: 0, journal: 0, nothingGood: 0 };
  for (let time = 0; time < times; time += 1) {
    const files = new Map(whole);
    const damage = (path: string): boolean => {
      const bytes = whole.get(path) ?? new Uint8Array();
      const way = damages[random(damages.length)] ?? ((all) => all);
      const bad = way(bytes, random);
      files.set(path, bad);
      return !Buffer.from(bad).equals(bytes);
    };
    const kind = time % 4;
    // The main file; it and some copies; it and all copies; the journal.
    const badCopies = kind === 1 ? 1 + random(copies().length - 1) : kind === 2 ? Infinity : 0;
    const isMainBad = kind !== 3 && damage(file);
    const damaged = copies().slice(0, badCopies).filter(damage);
    const isJournalBad = kind === 3 && damage(`${beside}/journal`);
    if (!isMainBad && !isJournalBad) continue;
    const good = copies().find((path) => !damaged.includes(path));
    await judge(files, { isMainBad, good, seen, what: `no. ${time}, seed ${seed}` });
  }
  for (const [what, number] of Object.entries(seen)) expect(number, what).toBeGreaterThan(0);
  recordProof({
    promise: 'A damaged configuration is found, kept, and replaced by the newest good copy',
    test: 'corruptions of the file, its copies and the journal',
    count: times,
    planted: 0,
    caught: 0,
  });
}, 600_000);

/** Opens what is left, and checks that nothing of the damage went unnoticed. */
async function judge(
  left: ReadonlyMap<string, Uint8Array>,
  {
    isMainBad,
    good,
    seen,
    what,
  }: {
    isMainBad: boolean;
    good: string | undefined;
    seen: {
      restored: number;
      refused: number;
      edited: number;
      journal: number;
      nothingGood: number;
    };
    what: string;
  },
): Promise<void> {
  const files = MemoryFileSystem.of(left);
  const bad = left.get(file) ?? new Uint8Array();
  const last = Math.max(...counters.keys());
  let store;
  try {
    store = await ConfigStore.open(file, optionsOf(files));
  } catch (error) {
    // It parses and breaks the schema, or there is nothing good and the schema has no defaults.
    expect(
      hasCode(error, 'CONFIG_INVALID', 'CONFIG_UNREADABLE', 'CONFIG_VERSION'),
      `${what}: ${String(error)}`,
    ).toBe(true);
    if (hasCode(error, 'CONFIG_UNREADABLE')) {
      expect(good, what).toBeUndefined();
      seen.nothingGood += 1;
    } else seen.refused += 1;
    expect(Buffer.from(files.files().get(file) ?? '').equals(bad), what).toBe(true);
    return;
  }
  const kinds = store.notices.map(({ kind }) => kind);
  if (!isMainBad) {
    // The journal alone: the file is good, and the damage is told of or costs a revision at most.
    expect(store.value.counter, what).toBe(counters.get(last));
    expect(
      kinds.includes('journal-damaged') || store.revision !== last || !hasWholeJournal(files),
      what,
    ).toBe(true);
    seen.journal += 1;
  } else if (kinds.includes('restored')) {
    const revision = Number(/(\d+)-/.exec(good?.split('/').at(-1) ?? '')?.[1]);
    expect(store.value.counter, what).toBe(counters.get(revision));
    const kept = [...files.files()].filter(([path]) => path.startsWith(`${beside}/set-aside/`));
    expect(
      kept.some(([, bytes]) => Buffer.from(bytes).equals(bad)),
      `${what} is kept`,
    ).toBe(true);
    seen.restored += 1;
  } else {
    // Different from what was written, and valid: taken for an edit, as a new revision.
    expect(store.revision, what).toBeGreaterThan(last);
    seen.edited += 1;
  }
  const { revision } = await store.transaction((tx) => tx.set('counter', 7));
  expect(revision, what).toBeGreaterThan(last);
  await store.close();
}

/** A journal that was cut between two lines looks like one that was never longer. */
function hasWholeJournal(files: MemoryFileSystem): boolean {
  const before = whole.get(`${beside}/journal`)?.length ?? 0;
  return (files.files().get(`${beside}/journal`)?.length ?? 0) >= before;
}
