import { describe, expect, it } from 'vitest';
import { ask, owner } from '../support/line-transaction.ts';
import { openPort, read } from './open-port.ts';

describe('a bus with a dead instrument', () => {
  const scope = 'node 9';

  it('costs its neighbours its timeout once a probe, not once a request', async () => {
    const { port, clock, bench } = await openPort(
      (request, side) => {
        if (!request.startsWith('dead')) side.reply(`re ${request}`);
      },
      { resynchronization: { kind: 'none' } },
    );
    const all = Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => port.transact(read(`dead${n}`, { scope }), owner())),
    );
    await clock.advance(500);
    const results = await all;
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(bench.written).toHaveLength(3);
    await expect(port.transact(read('dead', { scope }), owner())).rejects.toMatchObject({
      code: 'INSTRUMENT_OFFLINE',
    });
    await expect(port.transact(ask('alive', { scope: 'node 3' }), owner())).resolves.toBe(
      're alive',
    );
    expect(port.status().circuits[scope]).toMatchObject({ state: 'offline' });
  });

  it('sends one probe after a while, and comes back when that is answered', async () => {
    let dead = true;
    const { port, clock, bench } = await openPort(
      (request, side) => {
        if (!dead) side.reply(`re ${request}`);
      },
      { resynchronization: { kind: 'none' } },
    );
    const first = port.transact(read('a', { scope }), owner());
    first.catch(() => {});
    await clock.advance(2_000);
    const probe = port.transact(read('b', { scope }), owner());
    const turnedAway = port.transact(read('c', { scope }), owner());
    for (const each of [probe, turnedAway]) each.catch(() => {});
    await clock.advance(5_000);
    await expect(turnedAway).rejects.toMatchObject({ code: 'INSTRUMENT_OFFLINE' });
    await expect(probe).rejects.toMatchObject({ code: 'INSTRUMENT_TIMEOUT' });
    expect(bench.written.filter((text) => text === 'b\n')).toHaveLength(1);
    dead = false;
    await expect(port.transact(read('d', { scope }), owner())).resolves.toBe('re d');
    expect(port.status().circuits).toEqual({});
  });
});
