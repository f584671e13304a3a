import { describe, expect, it } from 'vitest';
import { hasCode, ManualClock, SignalboxError } from '../../src/kernel/index.ts';
import { Agent, Mutex, runAsAgent, WaitGraph, waitersMost } from '../../src/locks/index.ts';
import { settle } from './checks/locks-under-test.ts';
import { agentNamed, ownerNamed } from './support.ts';

describe('a mutex', () => {
  it('is released at the end of the block, also when the block throws', async () => {
    const mutex = new Mutex({ name: 'table' });
    const use = async (): Promise<void> => {
      using _guard = await mutex.acquire();
      throw new Error('oops');
    };
    await expect(use()).rejects.toThrow('oops');
    expect(mutex.isFree).toBe(true);
    {
      await using _guard = await mutex.acquire();
      expect(mutex.isFree).toBe(false);
    }
    expect(mutex.isFree).toBe(true);
  });

  it('lets tasks without a call chain exclude each other', async () => {
    const mutex = new Mutex({ name: 'table' });
    const first = await mutex.acquire();
    expect(mutex.tryAcquire()).toBeUndefined();
    const second = mutex.acquire();
    first.release();
    expect((await second).isReleased).toBe(false);
  });

  it('is taken again along the call chain, and by nobody beside it', async () => {
    const mutex = new Mutex({ name: 'table' });
    await runAsAgent(ownerNamed('ada'), async () => {
      using _outer = await mutex.acquire();
      await Promise.resolve();
      using _inner = await mutex.acquire({ timeoutMs: 0 });
      await runAsAgent(ownerNamed('helper of ada'), async () => {
        using _deeper = await mutex.acquire({ timeoutMs: 0 });
      });
      await expect(mutex.acquire({ by: agentNamed('ada'), timeoutMs: 0 })).rejects.toThrow(
        /table was not free/,
      );
    });
    expect(mutex.isFree).toBe(true);
    expect(mutex.statistics().acquisitions).toBe(1);
  });

  it('runs branches of one chain after each other', async () => {
    const mutex = new Mutex({ name: 'table' });
    const steps: string[] = [];
    const branch = async (name: string): Promise<void> =>
      await mutex.run(async () => {
        steps.push(`${name} begins`);
        await settle();
        await mutex.run(() => steps.push(`${name} nests`));
        steps.push(`${name} ends`);
      });
    await runAsAgent(
      ownerNamed('ada'),
      async () => await Promise.all([branch('one'), branch('two')]),
    );
    expect(steps).toEqual(
      ['one', 'two'].flatMap((name) => [`${name} begins`, `${name} nests`, `${name} ends`]),
    );
  });

  it('gives back what a run gives, and releases when it throws', async () => {
    const mutex = new Mutex({ name: 'table' });
    expect(await mutex.run(() => 42)).toBe(42);
    await expect(mutex.run(() => Promise.reject(new Error('oops')))).rejects.toThrow('oops');
    expect(mutex.isFree).toBe(true);
  });

  it('says who holds it and for how long when a wait times out', async () => {
    const clock = new ManualClock();
    const mutex = new Mutex({ name: 'the table', clock });
    using _guard = await mutex.acquire({ by: agentNamed('ada') });
    const wait = mutex.acquire({ timeoutMs: 250 });
    const refused = expect(wait).rejects.toThrow(
      'the table was not free within 250 ms: held by ada by test for 250 ms',
    );
    await clock.advance(249);
    expect(mutex.status().waiting).toHaveLength(1);
    await clock.advance(1);
    await refused;
    expect(mutex.statistics()).toMatchObject({ timedOut: 1, contended: 1, longestWaitMs: 250 });
  });

  it('ends a wait with the reason of the signal when that is one of ours', async () => {
    const mutex = new Mutex({ name: 'table' });
    using _guard = await mutex.acquire();
    const reason = new SignalboxError('CLOSED', 'the port was closed');
    const controller = new AbortController();
    const wait = mutex.acquire({ signal: controller.signal });
    controller.abort(reason);
    await expect(wait).rejects.toBe(reason);
    const plain = mutex.acquire({ signal: AbortSignal.abort() });
    await expect(plain).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(mutex.statistics().cancelled).toBe(1);
  });

  it('is not taken by who has cancelled already, free or not', async () => {
    const mutex = new Mutex({ name: 'table' });
    await expect(mutex.acquire({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(mutex.isFree).toBe(true);
  });

  it('refuses a timeout that is no time', async () => {
    const mutex = new Mutex({ name: 'table' });
    using _guard = await mutex.acquire();
    for (const timeoutMs of [-1, Number.NaN]) {
      await expect(mutex.acquire({ timeoutMs })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    }
  });

  it('holds no more waiters than its bound', async () => {
    const mutex = new Mutex({ name: 'table' });
    const guard = await mutex.acquire();
    const controller = new AbortController();
    const waits = Array.from({ length: waitersMost }, () => mutex.acquire());
    await expect(mutex.acquire(controller)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    guard.release();
    for (const wait of waits) (await wait).release();
    expect(mutex.isFree).toBe(true);
    expect(mutex.statistics().longestLine).toBe(waitersMost);
  });

  it('shows its holder since when, and who waits how long', async () => {
    const clock = new ManualClock(1_000);
    const mutex = new Mutex({ name: 'table', clock });
    expect(mutex.status()).toEqual({ name: 'table', mode: 'free', holders: [], waiting: [] });
    const [ada, bob] = [agentNamed('ada'), agentNamed('bob')];
    const guard = await mutex.acquire({ by: ada });
    await clock.advance(10);
    const wait = mutex.acquire({ by: bob });
    await clock.advance(20);
    expect(mutex.status()).toEqual({
      name: 'table',
      mode: 'exclusive',
      holders: [{ owner: ada.owner, sinceMs: 1_000, heldMs: 30 }],
      waiting: [{ owner: bob.owner, waitedMs: 20 }],
    });
    guard.release();
    (await wait).release();
    expect(mutex.statistics()).toEqual({
      acquisitions: 2,
      contended: 1,
      timedOut: 0,
      cancelled: 0,
      deadlocks: 0,
      totalWaitMs: 20,
      longestWaitMs: 20,
      totalHoldMs: 30,
      longestHoldMs: 30,
      longestLine: 1,
    });
  });

  it('counts the waits that were refused as deadlocks', async () => {
    const graph = new WaitGraph();
    const [one, two] = [new Mutex({ name: 'one', graph }), new Mutex({ name: 'two', graph })];
    const [ada, bob] = [agentNamed('ada'), agentNamed('bob')];
    const held = await one.acquire({ by: ada });
    using _two = await two.acquire({ by: bob });
    const wait = one.acquire({ by: bob });
    await expect(two.acquire({ by: ada })).rejects.toMatchObject({ code: 'DEADLOCK' });
    expect(two.statistics()).toMatchObject({ deadlocks: 1, contended: 0 });
    held.release();
    (await wait).release();
  });
});

describe('a mutex with a rank', () => {
  it('refuses to be taken after one of a higher rank, also by a child chain', async () => {
    const port = new Mutex({ name: 'port', rank: 1 });
    const visa = new Mutex({ name: 'visa', rank: 2 });
    const ada = agentNamed('ada');
    const child = new Agent(ada.owner, ada);
    const held = await visa.acquire({ by: ada });
    for (const by of [ada, child]) {
      const error: unknown = await port.acquire({ by }).catch((reason: unknown) => reason);
      expect(hasCode(error, 'LOCK_ORDER')).toBe(true);
      expect(() => port.tryAcquire(by)).toThrow(/asked for port \(rank 1\)/);
    }
    using _again = await visa.acquire({ by: child });
    held.release();
    _again.release();
    using _port = await port.acquire({ by: ada });
    using _visa = await visa.acquire({ by: ada });
    using _portAgain = await port.acquire({ by: ada });
  });

  it('refuses the wait, not only the taking', async () => {
    const port = new Mutex({ name: 'port', rank: 1 });
    const visa = new Mutex({ name: 'visa', rank: 2 });
    const ada = agentNamed('ada');
    using _port = await port.acquire();
    using _visa = await visa.acquire({ by: ada });
    await expect(port.acquire({ by: ada })).rejects.toMatchObject({ code: 'LOCK_ORDER' });
  });

  it('keeps its rank in mind when it is handed over', async () => {
    const port = new Mutex({ name: 'port', rank: 1 });
    const visa = new Mutex({ name: 'visa', rank: 2 });
    const ada = agentNamed('ada');
    const first = await visa.acquire();
    const wait = visa.acquire({ by: ada });
    first.release();
    const guard = await wait;
    await expect(port.acquire({ by: ada })).rejects.toMatchObject({ code: 'LOCK_ORDER' });
    guard.release();
    using _port = await port.acquire({ by: ada });
  });
});
