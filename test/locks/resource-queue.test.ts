import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/kernel/index.ts';
import { ResourceQueue, WaitGraph } from '../../src/locks/index.ts';
import { settle } from './checks/locks-under-test.ts';
import { agentNamed, ownerNamed } from './support.ts';

const bench = { shared: 'bench' };

describe('a queue for a resource', () => {
  it('grants to the next in line when a hold is released, expires or is broken', async () => {
    const clock = new ManualClock();
    const queue = new ResourceQueue({ name: 'port bus', clock });
    const first = await queue.acquire({ by: agentNamed('ada'), mode: 'exclusive' });
    const second = queue.acquire({ by: agentNamed('bob'), mode: 'exclusive', holdMs: 100 });
    const third = queue.acquire({ by: agentNamed('eve'), mode: 'exclusive' });
    const fourth = queue.acquire({ by: agentNamed('kim'), mode: 'exclusive' });
    expect(queue.status().map(({ owner }) => owner.id)).toEqual(['bob', 'eve', 'kim']);
    first.release();
    await second;
    await clock.advance(100);
    await third;
    queue.lock.break(ownerNamed('operator'), 'gone home');
    using guard = await fourth;
    expect(queue.lock.validate(guard.token).by.owner.id).toBe('kim');
  });

  it('lets nobody pass, also where the holds would go together', async () => {
    const queue = new ResourceQueue({ name: 'port bus', graph: new WaitGraph() });
    const shared = await queue.acquire({ by: agentNamed('ada'), mode: bench });
    const alone = queue.acquire({ by: agentNamed('bob'), mode: 'exclusive' });
    const late = queue.acquire({ by: agentNamed('eve'), mode: bench });
    await settle();
    expect(queue.size).toBe(2);
    shared.release();
    (await alone).release();
    (await late).release();
  });

  it('finds the deadlock of one who waits behind another', async () => {
    const graph = new WaitGraph();
    const port = new ResourceQueue({ name: 'port', graph });
    const meter = new ResourceQueue({ name: 'meter', graph });
    const [ada, bob, eve] = [agentNamed('ada'), agentNamed('bob'), agentNamed('eve')];
    const controller = new AbortController();
    using _shared = await port.acquire({ by: ada, mode: bench });
    using _meter = await meter.acquire({ by: eve, mode: 'exclusive' });
    const alone = port.acquire({ by: bob, mode: 'exclusive', signal: controller.signal });
    const behind = port.acquire({ by: eve, mode: bench });
    await expect(meter.acquire({ by: ada, mode: 'exclusive' })).rejects.toMatchObject({
      code: 'DEADLOCK',
    });
    controller.abort();
    await expect(alone).rejects.toMatchObject({ code: 'CANCELLED' });
    (await behind).release();
  });

  it('lets a holder that wants more come before those who wait for it', async () => {
    const queue = new ResourceQueue({ name: 'port bus', graph: new WaitGraph() });
    const [ada, bob] = [agentNamed('ada'), agentNamed('bob')];
    using _ada = await queue.acquire({ by: ada, mode: bench });
    const bobs = await queue.acquire({ by: bob, mode: bench });
    const waiting = queue.acquire({ by: agentNamed('eve'), mode: 'exclusive' });
    const alone = await queue.acquire({ by: bob, mode: 'exclusive' });
    const upgrade = queue.acquire({ by: ada, mode: 'exclusive' });
    alone.release();
    (await upgrade).release();
    bobs.release();
    _ada.release();
    (await waiting).release();
  });

  it('limits renewals while somebody waits in it', async () => {
    const clock = new ManualClock();
    const queue = new ResourceQueue({ name: 'port bus', clock, renewedLongestMs: 150 });
    const hold = await queue.acquire({ by: agentNamed('ada'), mode: 'exclusive', holdMs: 100 });
    const wait = queue.acquire({ by: agentNamed('bob'), mode: 'exclusive' });
    await clock.advance(50);
    expect(hold.renew()).toBe(100);
    await clock.advance(50);
    expect(() => hold.renew()).toThrow(/not renewed beyond 150 ms/);
    await clock.advance(50);
    (await wait).release();
    expect(hold.release()).toBe(false);
  });

  it('says who holds it, how and since when, when a wait times out', async () => {
    const clock = new ManualClock();
    const queue = new ResourceQueue({ name: 'port bus', clock });
    using _hold = await queue.acquire({ by: agentNamed('ada'), mode: bench });
    const wait = queue.acquire({ by: agentNamed('bob'), mode: 'exclusive', timeoutMs: 10 });
    const refused = expect(wait).rejects.toThrow(
      /^port bus was not free within 10 ms: .*held by ada by test, shared by key 'bench', since/,
    );
    await clock.advance(10);
    await refused;
  });
});
