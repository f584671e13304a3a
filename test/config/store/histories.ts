import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { ConfigStore } from '../../../src/config/index.ts';
import { hasCode } from '../../../src/kernel/index.ts';
import type { Operation, SequentialModel } from '../../support/linearizable.ts';
import { FaultyFileSystem } from './durable/faulty-file-system.ts';
import { MemoryFileSystem } from './durable/memory-file-system.ts';

/** Two accounts between which amounts go. */
export interface Accounts {
  a: number;
  b: number;
}

const schema: z.ZodType<Accounts> = z.strictObject({ a: z.number().int(), b: z.number().int() });

interface State extends Accounts {
  readonly revision: number;
}

/** What was done, and what came of it. */
export interface Deed extends Operation {
  readonly kind: 'read' | 'add' | 'move' | 'half' | 'compareAndSet' | 'nothing';
  readonly amount: number;
  /** What it saw or made; undefined when it failed, which is to have had no effect. */
  readonly seen: State | undefined;
  readonly expectedRevision?: number | undefined;
  readonly isConflict?: boolean;
}

/** One configuration, changed by one at a time. */
export const model: SequentialModel<State, Deed> = {
  initial: { a: 0, b: 0, revision: 1 },
  keyOf: ({ a, b, revision }) => `${a},${b},${revision}`,
  step: (state, { kind, amount, seen, expectedRevision, isConflict }) => {
    if (isConflict === true) return state.revision === expectedRevision ? undefined : state;
    if (seen === undefined || kind === 'nothing') return state;
    const { a, b } = state;
    if (kind === 'read')
      return isState(seen, { a, b }) && seen.revision === state.revision ? state : undefined;
    if (kind === 'compareAndSet' && state.revision !== expectedRevision) return undefined;
    const next =
      kind === 'move'
        ? { a: a - amount, b: b + amount }
        : kind === 'compareAndSet'
          ? { a: amount, b }
          : { a: a + amount, b };
    return isState(seen, next) && seen.revision > state.revision ? seen : undefined;
  },
};

function isState(seen: State, { a, b }: Accounts): boolean {
  return seen.a === a && seen.b === b;
}

const file = '/lab/accounts.toml';

/** Lets several clients change a configuration at once, some of them in vain, and writes down what came of it. */
export async function makeHistory(
  Store: typeof ConfigStore,
  { operations, random }: { readonly operations: number; readonly random: () => number },
): Promise<readonly Deed[]> {
  const below = (most: number): number => Math.floor(random() * most);
  const disk = new FaultyFileSystem(new MemoryFileSystem({ [file]: 'a = 0\nb = 0\n' }));
  const options = { schema, files: disk.files, watch: false, by: 'test' };
  const stores = [await Store.open(file, options)];
  // A second one is as another process: it sees what the first one does in its transactions.
  if (random() < 0.5) stores.push(await Store.open(file, options));
  const history: Deed[] = [];
  let now = 0;
  let left = operations;
  const note = (deed: Omit<Deed, 'ended'>): void => {
    history.push({ ...deed, ended: (now += 1) });
  };
  const change = async (
    store: ConfigStore<Accounts>,
    deed: Omit<Deed, 'ended' | 'seen'>,
  ): Promise<void> => {
    const { kind, amount, expectedRevision } = deed;
    try {
      const { result, revision } = await store.transaction(
        async (tx) => {
          const { a, b } = tx.load();
          // Some take long enough for a write to end, or fail, meanwhile.
          const pause = random();
          if (pause < 0.3) await Promise.resolve();
          else if (pause < 0.45) await setImmediate();
          if (kind === 'move') tx.save({ a: a - amount, b: b + amount });
          else tx.set('a', kind === 'compareAndSet' ? amount : a + amount);
          if (kind === 'half') {
            // The inner part comes to nothing, the outer one goes on.
            await store
              .transaction((part) => {
                part.set('b', 1_000_000);
                throw new RangeError('not this part');
              })
              .catch(() => {});
          }
          if (kind === 'nothing') throw new RangeError('nothing of this');
          return tx.load();
        },
        { expectedRevision, timeoutMs: waitMs },
      );
      note({ ...deed, seen: { ...result, revision } });
    } catch (error) {
      const isConflict =
        expectedRevision !== undefined &&
        hasCode(error, 'CONFIG_CONFLICT') &&
        String(error).includes('is at revision');
      note({ ...deed, seen: undefined, isConflict });
    }
  };
  const read = async (store: ConfigStore<Accounts>, begun: number): Promise<void> => {
    if (stores.length === 1 && random() < 0.6) {
      const { value, revision } = store.snapshot;
      note({ kind: 'read', amount: 0, begun, seen: { ...value, revision } });
      return;
    }
    try {
      const { result, revision } = await store.transaction((tx) => tx.load(), {
        timeoutMs: waitMs,
      });
      note({ kind: 'read', amount: 0, begun, seen: { ...result, revision } });
    } catch {
      note({ kind: 'read', amount: 0, begun, seen: undefined });
    }
  };
  const client = async (): Promise<void> => {
    while ((left -= 1) >= 0) {
      const store = stores[below(stores.length)] ?? stores[0];
      if (store === undefined) return;
      if (random() < 0.03)
        disk.fault = { code: 'EIO', at: disk.calls + 1 + below(20), stays: false };
      const begun = (now += 1);
      const amount = 1 + below(9);
      const way = random();
      if (way < 0.3) await read(store, begun);
      else if (way < 0.55) await change(store, { kind: 'add', amount, begun });
      else if (way < 0.75) await change(store, { kind: 'move', amount, begun });
      else if (way < 0.82) await change(store, { kind: 'half', amount, begun });
      else if (way < 0.86) await change(store, { kind: 'nothing', amount, begun });
      else {
        // A number that is not there yet: a change that changes nothing makes no revision.
        const value = 10_000 * now;
        const { revision } = store.snapshot;
        await change(store, {
          kind: 'compareAndSet',
          amount: value,
          begun,
          expectedRevision: revision,
        });
      }
    }
  };
  await Promise.all(Array.from({ length: 3 + below(5) }, client));
  disk.fault = undefined;
  for (const store of stores) await store.close();
  return history;
}

/** What a planted bug leaves locked for ever is given up after so long. */
const waitMs = 2_000;
