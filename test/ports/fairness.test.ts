import { describe, expect, it } from 'vitest';
import { ask, owner } from '../support/line-transaction.ts';
import { openPort } from './open-port.ts';

describe('the order at a port', () => {
  it('serves a poll under a flood of interactive requests after at most ten transactions', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(1, () => side.reply(`re ${request}`));
    });
    const flood = Array.from({ length: 50 }, (_, n) => port.transact(ask(`f${n}`), owner()));
    const poll = port.transact(ask('poll'), owner(), { priority: 'poll' });
    await clock.advance(200);
    await Promise.all([...flood, poll]);
    expect(bench.written.indexOf('poll\n')).toBeLessThanOrEqual(10);
  });

  it('lets owners take turns, however many requests one of them has in line', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(1, () => side.reply(`re ${request}`));
    });
    const [greedy, modest] = [owner(), owner()];
    const all = [
      ...Array.from({ length: 10 }, (_, n) => port.transact(ask(`g${n}`), greedy)),
      port.transact(ask('m'), modest),
    ];
    await clock.advance(50);
    await Promise.all(all);
    expect(bench.written.indexOf('m\n')).toBeLessThanOrEqual(2);
  });
});
