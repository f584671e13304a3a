import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/kernel/index.ts';
import { ReadWriteLock, runAsAgent, WaitGraph } from '../../src/locks/index.ts';
import type { Guard } from '../../src/locks/index.ts';
import { count } from '../support/count.ts';
import { settle } from './checks/locks-under-test.ts';
import { agentNamed, ownerNamed } from './support.ts';

/** Grants in their order, by name. */
class Order {
  readonly names: string[] = [];
  readonly guards = new Map<string, Guard>();

  note(name: string, wait: Promise<Guard>): void {
    void wait.then((guard) => {
      this.names.push(name);
      this.guards.set(name, guard);
    });
  }

  async release(...names: readonly string[]): Promise<void> {
    for (const name of names) this.guards.get(name)?.release();
    await settle();
  }
}

describe('a read-write lock', () => {
  it('alternates phases of readers and of writers while both wait', async () => {
    const lock = new ReadWriteLock({ name: 'table' });
    const order = new Order();
    order.note('writer 1', lock.acquireWrite());
    order.note('reader 1', lock.acquireRead());
    order.note('writer 2', lock.acquireWrite());
    order.note('reader 2', lock.acquireRead());
    await settle();
    expect(order.names).toEqual(['writer 1']);
    await order.release('writer 1');
    expect(order.names.slice(1)).toEqual(['reader 1', 'reader 2']);
    order.note('reader 3', lock.acquireRead());
    await order.release('reader 1');
    expect(order.names).toHaveLength(3);
    await order.release('reader 2');
    expect(order.names.slice(3)).toEqual(['writer 2']);
    await order.release('writer 2');
    expect(order.names.slice(4)).toEqual(['reader 3']);
  });

  it('wakes the readers behind a writer that times out or is cancelled', async () => {
    const clock = new ManualClock();
    const lock = new ReadWriteLock({ name: 'table', clock });
    const controller = new AbortController();
    using _reader = await lock.acquireRead();
    const gone = [
      lock.acquireWrite({ timeoutMs: 10 }),
      lock.acquireWrite({ signal: controller.signal }),
    ].map(async (wait) => await expect(wait).rejects.toBeDefined());
    const behind = lock.acquireRead();
    await clock.advance(10);
    expect(lock.status().waiting).toHaveLength(2);
    controller.abort();
    await Promise.all(gone);
    (await behind).release();
  });

  it('lets a writer in before every reader that came after it, whatever their number', async () => {
    const rounds = count(10_000);
    const lock = new ReadWriteLock({ name: 'table', clock: new ManualClock() });
    let readers = await Promise.all(Array.from({ length: 10 }, () => lock.acquireRead()));
    for (let round = 0; round < rounds; round += 1) {
      let isIn = false;
      const write = lock.acquireWrite().then((guard) => {
        isIn = true;
        return guard;
      });
      const flood = Array.from({ length: 10 }, () =>
        lock.acquireRead().then((guard) => {
          if (!isIn) throw new Error(`a reader passed the writer in round ${round}`);
          return guard;
        }),
      );
      for (const reader of readers) reader.release();
      const guard = await write;
      const next = lock.acquireWrite();
      guard.release();
      // The readers come before the next writer, so that neither side starves.
      readers = await Promise.all(flood);
      for (const reader of readers.splice(5)) reader.release();
      for (const reader of readers) reader.release();
      (await next).release();
      readers = await Promise.all(Array.from({ length: 10 }, () => lock.acquireRead()));
    }
  });

  it('lets who holds it read again although a writer waits', async () => {
    const lock = new ReadWriteLock({ name: 'table', graph: new WaitGraph() });
    await runAsAgent(ownerNamed('ada'), async () => {
      const outer = await lock.acquireRead();
      const writer = lock.acquireWrite({ by: agentNamed('bob') });
      using _inner = await lock.acquireRead({ timeoutMs: 0 });
      _inner.release();
      outer.release();
      (await writer).release();
    });
  });

  it('goes from writing to reading without letting another writer in between', async () => {
    const lock = new ReadWriteLock({ name: 'table' });
    const [ada, bob] = [agentNamed('ada'), agentNamed('bob')];
    const write = await lock.acquireWrite({ by: ada });
    const read = await lock.acquireRead({ by: ada });
    let isIn = false;
    const other = lock.acquireWrite({ by: bob }).then((guard) => {
      isIn = true;
      return guard;
    });
    write.release();
    await settle();
    expect(lock.status().mode).toBe('shared');
    expect(isIn).toBe(false);
    read.release();
    (await other).release();
  });

  it('refuses who reads to go on to write, as it would wait for itself', async () => {
    const lock = new ReadWriteLock({ name: 'table' });
    const by = agentNamed('ada');
    const read = await lock.acquireRead({ by });
    await expect(lock.acquireWrite({ by })).rejects.toMatchObject({
      code: 'DEADLOCK',
      message: 'ada by test reads table and would wait for itself to write',
    });
    expect(lock.tryAcquireWrite(by)).toBeUndefined();
    read.release();
    expect(lock.tryAcquireWrite(by)).toBeDefined();
  });

  it('runs readers together and writers alone', async () => {
    const lock = new ReadWriteLock({ name: 'table' });
    let inside = 0;
    let most = 0;
    const enter = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await settle();
      inside -= 1;
    };
    await Promise.all([lock.read(enter), lock.read(enter), lock.read(enter)]);
    expect(most).toBe(3);
    most = 0;
    await Promise.all([lock.write(enter), lock.write(enter), lock.write(enter)]);
    expect(most).toBe(1);
  });

  it('counts readers and writers apart, and shows who waits, the longest first', async () => {
    const clock = new ManualClock(0);
    const lock = new ReadWriteLock({ name: 'table', clock });
    const read = await lock.acquireRead({ by: agentNamed('ada') });
    const write = lock.acquireWrite({ by: agentNamed('bob') });
    await clock.advance(5);
    const late = lock.acquireRead({ by: agentNamed('eve') });
    await clock.advance(5);
    expect(lock.status()).toMatchObject({
      mode: 'shared',
      holders: [{ owner: { id: 'ada' }, heldMs: 10 }],
      waiting: [
        { owner: { id: 'bob' }, waitedMs: 10 },
        { owner: { id: 'eve' }, waitedMs: 5 },
      ],
    });
    read.release();
    (await write).release();
    (await late).release();
    expect(lock.statistics()).toMatchObject({
      read: { acquisitions: 2, contended: 1, longestWaitMs: 5, longestHoldMs: 10 },
      write: { acquisitions: 1, contended: 1, longestWaitMs: 10, longestHoldMs: 0 },
    });
  });

  it('stands in the order of ranks on both sides', async () => {
    const low = new ReadWriteLock({ name: 'low', rank: 1 });
    const high = new ReadWriteLock({ name: 'high', rank: 2 });
    const by = agentNamed('ada');
    const held = await high.acquireRead({ by });
    await expect(low.acquireRead({ by })).rejects.toMatchObject({ code: 'LOCK_ORDER' });
    await expect(low.acquireWrite({ by })).rejects.toMatchObject({ code: 'LOCK_ORDER' });
    held.release();
    using _low = await low.acquireWrite({ by });
    using _high = await high.acquireWrite({ by });
  });
});
