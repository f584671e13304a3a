import { describe, expect, it } from 'vitest';
import { ask, owner } from '../support/line-transaction.ts';
import { openPort, silence } from './open-port.ts';

describe('a wait at a port', () => {
  it('ends every wait: the error names what is on the wire', async () => {
    const { port, clock } = await openPort((request, side) => {
      clock.schedule(90, () => side.reply(`re ${request}`));
    });
    const first = port.transact(ask('long'), owner('holder.py'));
    const second = port.transact(ask('short'), owner(), { waitMs: 20 });
    second.catch(() => {});
    await clock.advance(200);
    await first;
    await expect(second).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      message: expect.stringContaining('in use by holder.py'),
    });
  });

  it('drops a cancelled request from the line at once, and its reply when it is on the wire', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(10, () => side.reply(`re ${request}`));
    });
    const onWire = new AbortController();
    const inLine = new AbortController();
    const all = Promise.allSettled([
      port.transact(ask('one'), owner(), { signal: onWire.signal }),
      port.transact(ask('two'), owner(), { signal: inLine.signal }),
      port.transact(ask('three'), owner()),
    ]);
    await clock.advance(1);
    onWire.abort();
    inLine.abort();
    await clock.advance(100);
    expect(await all).toMatchObject([
      { reason: { code: 'CANCELLED' } },
      { reason: { code: 'CANCELLED' } },
      { value: 're three' },
    ]);
    expect(bench.written).toEqual(['one\n', 'three\n']);
  });

  it('settles everybody when it is closed, also a hundred that wait', async () => {
    const { port, clock } = await openPort(silence);
    const all = Promise.allSettled(
      Array.from({ length: 101 }, (_, n) => port.transact(ask(`q${n}`), owner())),
    );
    const leasing = port.lease({ by: owner(), waitMs: 60_000, holdMs: 1_000 });
    leasing.catch(() => {});
    await clock.advance(1);
    await port.close();
    const results = await all;
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(101);
    for (const result of results.slice(1)) {
      expect(result).toMatchObject({ reason: { code: 'CLOSED' } });
    }
    await expect(leasing).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(port.transact(ask('more'), owner())).rejects.toMatchObject({ code: 'CLOSED' });
    expect(clock.pendingCount).toBe(0);
  });

  it('finishes what is in line before it closes in an orderly way', async () => {
    const { port, clock } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const all = Promise.all([1, 2, 3].map((n) => port.transact(ask(`q${n}`), owner())));
    const drained = port.drain();
    await expect(port.transact(ask('late'), owner())).rejects.toMatchObject({ code: 'CLOSED' });
    await clock.advance(50);
    await drained;
    expect(await all).toEqual(['re q1', 're q2', 're q3']);
    expect(port.status().state).toBe('closed');
  });
});
