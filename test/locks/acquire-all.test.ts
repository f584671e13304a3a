import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/kernel/index.ts';
import {
  acquireAll,
  Mutex,
  ReadWriteLock,
  ResourceQueue,
  WaitGraph,
} from '../../src/locks/index.ts';
import type { Acquirable } from '../../src/locks/index.ts';
import { agentNamed } from './support.ts';

/** Notes in which order locks are asked for. */
function spied(lock: Acquirable, order: string[]): Acquirable {
  return {
    name: lock.name,
    rank: lock.rank,
    acquire: (options) => {
      order.push(lock.name);
      return lock.acquire(options);
    },
  };
}

describe('acquireAll', () => {
  it('takes locks by rank, then by name, whatever the order in which they are named', async () => {
    const order: string[] = [];
    const locks = [
      new Mutex({ name: 'b' }),
      new Mutex({ name: 'visa', rank: 2 }),
      new Mutex({ name: 'a' }),
      new Mutex({ name: 'port', rank: 1 }),
    ].map((lock) => spied(lock, order));
    using _first = await acquireAll(locks, { by: agentNamed('ada') });
    expect(order).toEqual(['port', 'visa', 'a', 'b']);
  });

  it('takes locks of one name in the same order both ways round', async () => {
    const order: string[] = [];
    const twins = [new Mutex({ name: 'twin' }), new Mutex({ name: 'twin' })].map((lock, index) => {
      const spy = spied(lock, order);
      return { ...spy, acquire: (options) => (order.push(`${index}`), spy.acquire(options)) };
    }) satisfies Acquirable[];
    (await acquireAll(twins))[Symbol.dispose]();
    const first = order.splice(0);
    (await acquireAll(twins.toReversed()))[Symbol.dispose]();
    expect(order).toEqual(first);
  });

  it('never lets two who take the same locks wait for each other', async () => {
    const graph = new WaitGraph();
    const one = new Mutex({ name: 'one', graph });
    const two = new ReadWriteLock({ name: 'two', graph });
    const three = new ResourceQueue({ name: 'three', graph });
    const wish = three.wish({ mode: 'exclusive' });
    const turns = Array.from({ length: 50 }, async (_, index) => {
      const locks = [one, two.writing, wish];
      using _held = await acquireAll(index % 2 === 0 ? locks : locks.toReversed(), {
        by: agentNamed(`chain ${index}`),
      });
      await Promise.resolve();
    });
    await Promise.all(turns);
    expect(three.lock.isFree && one.isFree && graph.size === 0).toBe(true);
  });

  it('releases what it took when one of them is not to be had', async () => {
    const clock = new ManualClock();
    const [one, two] = [new Mutex({ name: 'a', clock }), new Mutex({ name: 'b', clock })];
    using _other = await two.acquire({ by: agentNamed('bob') });
    const all = acquireAll([one, two], { by: agentNamed('ada'), timeoutMs: 100, clock });
    const refused = expect(all).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
    await clock.advance(99);
    expect(one.isFree).toBe(false);
    await clock.advance(1);
    await refused;
    expect(one.isFree).toBe(true);
  });

  it('has one timeout for all locks together', async () => {
    const clock = new ManualClock();
    const [one, two] = [new Mutex({ name: 'a', clock }), new Mutex({ name: 'b', clock })];
    const first = await one.acquire({ by: agentNamed('bob') });
    using _second = await two.acquire({ by: agentNamed('bob') });
    const all = acquireAll([one, two], { timeoutMs: 100, clock });
    const refused = expect(all).rejects.toThrow(/b was not free within 40 ms/);
    await clock.advance(60);
    first.release();
    await clock.advance(40);
    await refused;
    expect(one.isFree).toBe(true);
  });

  it('takes a lock that is named twice once, and releases in the opposite order', async () => {
    const mutex = new Mutex({ name: 'a' });
    const held = await acquireAll([mutex, mutex]);
    held[Symbol.dispose]();
    expect(mutex.isFree).toBe(true);
    expect(mutex.statistics().acquisitions).toBe(1);
  });
});
