import { describe, expect, it } from 'vitest';
import { WaitGraph } from '../../src/locks/index.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { echo, openPort } from './open-port.ts';

describe('a lease', () => {
  const holding = { waitMs: 1_000, holdMs: 10_000 };

  it('keeps everybody else off the wire until it is released', async () => {
    const { port, clock, bench } = await openPort(echo);
    const lease = await port.lease({ by: owner(), ...holding });
    const other = port.transact(ask('other'), owner());
    await lease.transact(ask('mine'));
    await clock.advance(100);
    expect(bench.written).toEqual(['mine\n']);
    await lease.release();
    expect(await other).toBe('re other');
  });

  it('moves no byte once it has expired, in or out', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(50, () => side.reply(`re ${request}`));
    });
    const lease = await port.lease({ by: owner(), waitMs: 1_000, holdMs: 80 });
    const first = lease.transact(ask('first'));
    const second = lease.transact(ask('second'));
    const third = lease.transact(ask('third'));
    for (const each of [second, third]) each.catch(() => {});
    await clock.advance(1_000);
    expect(await first).toBe('re first');
    await expect(second).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(third).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(lease.transact(ask('fourth'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(bench.written).toEqual(['first\n', 'second\n']);
    expect(lease.lost.aborted).toBe(true);
  });

  it('of one instrument keeps the others free, and excludes one of the whole port', async () => {
    const { port, clock, bench } = await openPort(echo);
    const three = await port.lease({ by: owner(), scope: 'node 3', ...holding });
    const whole = port.lease({ by: owner(), ...holding });
    await port.transact(ask('five', { scope: 'node 5' }), owner());
    const blocked = port.transact(ask('three', { scope: 'node 3' }), owner());
    await clock.advance(10);
    expect(bench.written).toEqual(['five\n']);
    await three.release();
    const lease = await whole;
    const child = port.transact(ask('child', { scope: 'node 5' }), owner());
    await clock.advance(10);
    expect(bench.written).toEqual(['five\n']);
    await lease.release();
    await Promise.all([blocked, child]);
    expect(bench.written).toEqual(['five\n', 'three\n', 'child\n']);
  });

  it('that is shared waits while one who shares it has the port alone, and so does another', async () => {
    const { port, clock, bench } = await openPort(echo);
    const shared = { mode: { shared: 'bench' }, ...holding };
    const [one, two] = [
      await port.lease({ by: owner(), ...shared }),
      await port.lease({ by: owner(), ...shared }),
    ];
    const three = owner();
    await port.lease({ by: three, ...shared });
    const alone = await port.lease({ by: three, ...holding });
    const asked = [one.transact(ask('one')), two.transact(ask('two'))];
    await clock.advance(100);
    await alone.transact(ask('alone'));
    expect(bench.written).toEqual(['alone\n']);
    const late = port.transact(ask('late'), one.owner, { lease: one, waitMs: 50 });
    late.catch(() => {});
    await clock.advance(60);
    await expect(late).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      details: { holders: [three] },
    });
    await alone.release();
    expect(await Promise.all(asked)).toEqual(['re one', 're two']);
  });

  it('is shared by those who name the same key', async () => {
    const { port, clock, bench } = await openPort(echo);
    const shared = { mode: { shared: 'bench' }, ...holding };
    const [one, two] = [
      await port.lease({ by: owner(), ...shared }),
      await port.lease({ by: owner(), ...shared }),
    ];
    const stranger = port.transact(ask('stranger'), owner());
    await one.transact(ask('one'));
    await two.transact(ask('two'));
    await one.release();
    await clock.advance(10);
    expect(bench.written).toEqual(['one\n', 'two\n']);
    await two.release();
    await stranger;
  });

  it('ends with the connection that it is bound to', async () => {
    const { port } = await openPort(echo);
    const connection = new AbortController();
    const lease = await port.lease({ by: owner(), ...holding, boundTo: connection.signal });
    connection.abort();
    expect(lease.lost.aborted).toBe(true);
    await expect(port.transact(ask('next'), owner())).resolves.toBe('re next');
  });

  it('is broken by an operator, with a trace in the audit', async () => {
    const { port } = await openPort(echo);
    const audited: unknown[] = [];
    port.events.on('audit', (entry) => audited.push(entry));
    const lease = await port.lease({ by: owner('stuck.py'), ...holding });
    port.breakLease(lease.id, owner('operator'), 'it hangs');
    await expect(lease.transact(ask('x'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(audited).toMatchObject([{ action: 'break-lease', reason: 'it hangs' }]);
    expect(() => port.breakLease(lease.id, owner(), '')).toThrow(/no lease/);
  });

  it('is renewed, but not without end while others wait', async () => {
    const { port, clock } = await openPort(echo);
    const lease = await port.lease({ by: owner(), waitMs: 100, holdMs: 30_000 });
    await clock.advance(20_000);
    expect(lease.renew()).toBe(30_000);
    const other = port.transact(ask('other'), owner(), { waitMs: 200_000 });
    await clock.advance(29_000);
    expect(lease.renew()).toBeLessThan(30_000);
    await clock.advance(5_000);
    expect(() => lease.renew()).toThrow(/waited for/);
    await clock.advance(20_000);
    expect(await other).toBe('re other');
  });

  it('is not passed by safety requests, which pass the line', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(1, () => side.reply(`re ${request}`));
    });
    const all: Promise<unknown>[] = [1, 2, 3].map((n) => port.transact(ask(`q${n}`), owner()));
    await clock.advance(0);
    all.push(port.transact(ask('stop'), owner(), { priority: 'safety' }));
    await clock.advance(20);
    await Promise.all(all);
    expect(bench.written[1]).toBe('stop\n');
    const lease = await port.lease({ by: owner(), ...holding });
    const safety = port.transact(ask('again'), owner(), { priority: 'safety' });
    await clock.advance(20);
    expect(bench.written).toHaveLength(4);
    await lease.release();
    await clock.advance(20);
    await safety;
  });

  it('is broken by what cannot wait, for those who have the right', async () => {
    const { port, clock, bench } = await openPort(echo);
    const audited: unknown[] = [];
    port.events.on('audit', (entry) => audited.push(entry));
    const lease = await port.lease({ by: owner(), scope: 'node 3', ...holding });
    const other = await port.lease({ by: owner(), scope: 'node 5', ...holding });
    const stop = port.transact(ask('stop', { scope: 'node 3' }), owner(), {
      priority: 'safety',
      breakLeases: 'over-temperature',
    });
    await clock.advance(10);
    expect(await stop).toBe('re stop');
    expect(bench.written).toEqual(['stop\n']);
    expect([lease.lost.aborted, other.lost.aborted]).toEqual([true, false]);
    expect(audited).toMatchObject([
      { action: 'safety' },
      { action: 'break-lease', reason: 'over-temperature' },
    ]);
  });

  it('is refused when waiting for it would close a cycle over two ports', async () => {
    const graph = new WaitGraph();
    const { port: left } = await openPort(echo, { graph });
    const { port: right } = await openPort(echo, { graph, name: 'meter' });
    const [anna, bert] = [owner('anna.py'), owner('bert.py')];
    await left.lease({ by: anna, ...holding });
    await right.lease({ by: bert, ...holding });
    const waiting = left.lease({ by: bert, ...holding });
    waiting.catch(() => {});
    await expect(right.transact(ask('x'), anna)).rejects.toMatchObject({
      code: 'DEADLOCK',
      message: expect.stringMatching(/anna\.py.*meter.*bert\.py.*bus.*anna\.py/s),
    });
    await left.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it("gives the wire's bytes as they are, and none after its end", async () => {
    const { port, clock, bench } = await openPort((request, side) => side.reply(`<${request}>`));
    const lease = await port.lease({ by: owner(), ...holding });
    const raw = lease.raw();
    await raw.write(new TextEncoder().encode('abc'));
    await clock.advance(1);
    expect(new TextDecoder().decode(await raw.read(3, { timeoutMs: 100 }))).toBe('<ab');
    expect(new TextDecoder().decode(await raw.read(99, { timeoutMs: 100 }))).toBe('c>');
    await lease.release();
    await expect(raw.write(new Uint8Array(1))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(raw.read(1, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(bench.written).toEqual(['abc']);
  });
});
