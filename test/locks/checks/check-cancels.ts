import { getEventListeners } from 'node:events';
import { hasCode, ManualClock } from '../../../src/kernel/index.ts';
import type { AcquireOptions, WaitOptions } from '../../../src/locks/index.ts';
import { ownerNamed } from '../support.ts';
import { below, checkOf, must, pick, settleUntil } from './locks-under-test.ts';
import type { Check } from './locks-under-test.ts';

type Way = (options: AcquireOptions) => Promise<Disposable>;

/** How many tasks wait, and are cancelled in any order, in one run. */
export const cancelsEach = 100;

/** How many wait among them and are not cancelled. */
const others = 10;
const timeoutMostMs = 30;

/** Tasks on locks of all kinds, most of them cancelled before, during or after their wait. */
export const checkCancels: Check = checkOf(async (locks, random) => {
  const clock = new ManualClock();
  const graph = new locks.WaitGraph();
  const mutex = new locks.Mutex({ name: 'mutex', clock, graph });
  const table = new locks.ReadWriteLock({ name: 'table', clock, graph });
  const port = new locks.ResourceQueue({ name: 'port', clock, graph });
  const share = (key: string): Way => {
    return (options) => port.acquire({ ...options, mode: { shared: key } });
  };
  const sharing: readonly Way[] = [(options) => table.acquireRead(options), share('one')];
  const alone = [mutex, table.writing, port.wish({ mode: 'exclusive' })];
  const ways: readonly Way[] = [
    ...sharing,
    share('two'),
    (options) => locks.acquireAll(alone, { ...options, clock }),
    ...alone.map(
      (lock): Way =>
        (options) =>
          lock.acquire(options),
    ),
  ];
  const controllers = Array.from({ length: cancelsEach }, () => new AbortController());
  const errors: unknown[] = [];
  let unended = 0;
  const task = async (name: string, way: Way | undefined, options: WaitOptions): Promise<void> => {
    unended += 1;
    try {
      using _held = await way?.({ ...options, by: new locks.Agent(ownerNamed(name)) });
      for (let turn = below(random, 40); turn > 0; turn -= 1) await Promise.resolve();
    } catch (error) {
      errors.push(error);
    } finally {
      unended -= 1;
    }
  };
  // In some runs all is held throughout, so that only its cancel can end a wait, or shared by one
  // who is in the way of those alone that are cancelled.
  const shared = [table.reading, port.wish({ mode: { shared: 'one' } })];
  const kept = pick(random, [[], alone, shared]) ?? [];
  const keeper = await locks.acquireAll(kept);
  const otherWays = kept === shared ? sharing : ways;
  for (const [index, { signal }] of controllers.entries()) {
    const timeoutMs = random() < 0.2 ? below(random, timeoutMostMs) : undefined;
    void task(`task ${index}`, pick(random, ways), { signal, timeoutMs });
    if (index % (cancelsEach / others) === 0) {
      void task(`other ${index}`, pick(random, otherWays), {});
    }
  }
  for (const controller of controllers.toSorted(() => random() - 0.5)) {
    for (let turn = below(random, 4); turn > 0; turn -= 1) await Promise.resolve();
    controller.abort();
  }
  const left = kept === shared ? 0 : others;
  must(
    await settleUntil(() => unended <= left),
    "who is cancelled waits no longer, and is in nobody's way",
  );
  keeper[Symbol.dispose]();
  must(await settleUntil(() => unended === 0), 'nobody waits for ever');
  for (const error of errors) {
    must(hasCode(error, 'CANCELLED', 'WAIT_TIMEOUT'), `a wait ends as it must: ${String(error)}`);
  }
  must(mutex.isFree && table.status().mode === 'free' && port.lock.isFree, 'all is free again');
  must(graph.size + port.size + clock.pendingCount === 0, 'no wait and no timer is left');
  for (const { signal } of controllers) {
    must(getEventListeners(signal, 'abort').length === 0, 'no listener is left');
  }
});
