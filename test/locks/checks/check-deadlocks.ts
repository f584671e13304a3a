import { hasCode, isSignalboxError, ManualClock } from '../../../src/kernel/index.ts';
import type { Acquirable, Agent, CycleStep, WaitGraph } from '../../../src/locks/index.ts';
import { ownerNamed } from '../support.ts';
import { below, checkOf, must, pick, settle, settleUntil } from './locks-under-test.ts';
import type { Check, Locks } from './locks-under-test.ts';

/** A refusal that takes longer is no refusal at once. Of the thread's own time: others may load it. */
const refusalLongestMs = 50;

/** One lock: how it is held, and a wish that this hold is in the way of. */
interface Contested {
  readonly hold: Acquirable;
  readonly wish: Acquirable;
  /** Whether others may hold it in the same way at the same time. */
  readonly isShared: boolean;
}

const sharedOne = { shared: 'one' };
const sharedTwo = { shared: 'two' };

/** Each kind of lock, in each way in which one hold is in the way of another. */
const kinds: readonly ((locks: Locks, graph: WaitGraph, name: string) => Contested)[] = [
  (locks, graph, name) => {
    const mutex = new locks.Mutex({ name, graph });
    return { hold: mutex, wish: mutex, isShared: false };
  },
  ...(['reading', 'writing'] as const).map(
    (side) => (locks: Locks, graph: WaitGraph, name: string) => {
      const lock = new locks.ReadWriteLock({ name, graph });
      return { hold: lock.writing, wish: lock[side], isShared: false };
    },
  ),
  (locks, graph, name) => {
    const lock = new locks.ReadWriteLock({ name, graph });
    return { hold: lock.reading, wish: lock.writing, isShared: true };
  },
  ...(['exclusive', sharedOne] as const).map(
    (mode) => (locks: Locks, graph: WaitGraph, name: string) => {
      const queue = new locks.ResourceQueue({ name, graph, clock: new ManualClock() });
      const [hold, wish] = [queue.wish({ mode: 'exclusive' }), queue.wish({ mode })];
      return { hold, wish, isShared: false };
    },
  ),
  ...(['exclusive', sharedTwo] as const).map(
    (mode) => (locks: Locks, graph: WaitGraph, name: string) => {
      const queue = new locks.ResourceQueue({ name, graph, clock: new ManualClock() });
      return { hold: queue.wish({ mode: sharedOne }), wish: queue.wish({ mode }), isShared: true };
    },
  ),
];

function contested(locks: Locks, graph: WaitGraph, random: () => number, name: string): Contested {
  const make = pick(random, kinds);
  if (make === undefined) throw new Error('there are no kinds of locks');
  return make(locks, graph, name);
}

interface Chain {
  readonly index: number;
  readonly lock: Contested;
  /** The chain itself, or a child of it: who will wait. */
  readonly by: Agent;
}

/**
 * Each of 2 to 10 chains holds one lock and waits for the next one's, some in a child chain, some
 * beside others who hold the same lock. Whoever comes last would close the circle.
 */
export const checkCycles: Check = checkOf(async (locks, random) => {
  const graph = new locks.WaitGraph();
  const length = 2 + below(random, 9);
  const held: Disposable[] = [];
  const chains: Chain[] = [];
  for (let index = 0; index < length; index += 1) {
    const lock = contested(locks, graph, random, `lock ${index}`);
    const agent = new locks.Agent(ownerNamed(`chain ${index}`));
    const by = random() < 0.3 ? new locks.Agent(agent.owner, agent) : agent;
    held.push(await lock.hold.acquire({ by: agent }));
    if (lock.isShared && random() < 0.5) {
      held.push(await lock.hold.acquire({ by: new locks.Agent(ownerNamed('bystander')) }));
    }
    chains.push({ index, lock, by });
  }
  const errors: unknown[] = [];
  let granted = 0;
  const ask = async (by: Agent, wish: Acquirable): Promise<void> => {
    try {
      using _guard = await wish.acquire({ by });
      granted += 1;
    } catch (error) {
      errors.push(error);
    }
  };
  let refusalMs = 0;
  for (const { index, by } of chains.toSorted(() => random() - 0.5)) {
    const next = chains[(index + 1) % length];
    const start = process.threadCpuUsage();
    if (next !== undefined) void ask(by, next.lock.wish);
    await settle();
    const { user, system } = process.threadCpuUsage(start);
    refusalMs = (user + system) / 1_000;
  }
  const [error] = errors;
  must(errors.length === 1 && hasCode(error, 'DEADLOCK'), 'the wait that closes it is refused');
  must(refusalMs < refusalLongestMs, 'a deadlock is refused at once');
  must(graph.size === length - 1, 'only the last wait is refused');
  if (isSignalboxError(error)) checkWords(error.message, error.details['cycle'], length);
  for (const each of held) {
    each[Symbol.dispose]();
    await settle();
  }
  must(granted === length - 1, 'all the others get what they waited for');
  must(graph.size === 0, 'nothing is left of the waits');
});

function checkWords(message: string, details: unknown, length: number): void {
  const cycle = details as readonly CycleStep[];
  must(cycle.length === length, 'the cycle has all its steps');
  for (let index = 0; index < length; index += 1) {
    must(message.includes(`lock ${index}, held by chain ${index} by test`), 'it is told in words');
  }
  for (const [index, step] of cycle.entries()) {
    const next = cycle[(index + 1) % length];
    must(step.holder === next?.waiter, 'each waits for the next one');
  }
}

const acyclicChains = 6;
const acyclicLocks = 5;

/** Chains that take locks in one order, some twice, some in child chains, but never in a circle. */
export const checkAcyclic: Check = checkOf(async (locks, random) => {
  const graph = new locks.WaitGraph();
  const all = Array.from({ length: acyclicLocks }, (_, index) =>
    contested(locks, graph, random, `lock ${index}`),
  );
  let ended = 0;
  let refused = '';
  const chain = async (number: number): Promise<void> => {
    let by = new locks.Agent(ownerNamed(`chain ${number}`));
    using held = new DisposableStack();
    for (const { hold, wish } of all) {
      if (random() < 0.5) continue;
      if (random() < 0.3) by = new locks.Agent(by.owner, by);
      const way = random() < 0.5 ? hold : wish;
      const early = held.use(await way.acquire({ by }));
      for (let turn = below(random, 6); turn > 0; turn -= 1) await Promise.resolve();
      if (random() < 0.3) held.use(await way.acquire({ by }));
      if (random() < 0.5) early[Symbol.dispose]();
    }
  };
  for (let number = 0; number < acyclicChains; number += 1) {
    void chain(number)
      .catch((error: unknown) => (refused = String(error)))
      .finally(() => (ended += 1));
  }
  must(await settleUntil(() => ended === acyclicChains), 'nobody waits for ever');
  must(refused === '', `nobody is refused: ${refused}`);
  must(graph.size === 0, 'nothing is left of the waits');
});
