import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../src/kernel/index.ts';
import { silentRequestsMost } from '../../src/ports/conductor.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { echo, openPort, read } from './open-port.ts';

describe('a port whose link breaks', () => {
  it('comes back by itself and keeps those who wait', async () => {
    let broken = false;
    const { port, clock, bench } = await openPort((request, side) => {
      if (!broken) {
        broken = true;
        side.unplug();
      } else side.reply(`re ${request}`);
    });
    const reading = port.transact(read('v?'), owner());
    const waiting = port.transact(ask('set 1'), owner());
    await clock.advance(3_000);
    expect(await reading).toBe('re v?');
    expect(await waiting).toBe('re set 1');
    expect(bench.opens).toBe(2);
    expect(port.statistics().reconnects).toBe(1);
  });

  it('never gives up, and says why it is not open', async () => {
    const { port, clock, bench } = await openPort(echo);
    bench.openFailure = new SignalboxError('PORT_ABSENT', '/dev/ttyUSB0 is not there');
    bench.current?.side.unplug();
    await clock.advance(1);
    const impatient = port.transact(ask('v?'), owner(), { waitMs: 50 });
    impatient.catch(() => {});
    await clock.advance(100_000);
    await expect(impatient).rejects.toMatchObject({
      code: 'PORT_ABSENT',
      message: expect.stringContaining('/dev/ttyUSB0 is not there'),
    });
    expect(port.status()).toMatchObject({ state: 'absent', reason: '/dev/ttyUSB0 is not there' });
    expect(bench.opens).toBeGreaterThan(50);
    bench.openFailure = undefined;
    await clock.advance(1_001);
    expect(port.status().state).toBe('open');
    await expect(port.transact(ask('v?'), owner())).resolves.toBe('re v?');
  });

  it('hands the device to another program and takes it back', async () => {
    const { port, clock, bench } = await openPort(echo);
    await port.release(owner('operator'));
    expect(port.status().state).toBe('released');
    await expect(port.transact(ask('v?'), owner())).rejects.toMatchObject({
      code: 'PORT_RELEASED',
      message: expect.stringContaining('operator'),
    });
    await clock.advance(10_000);
    expect(bench.opens).toBe(1);
    port.reclaim(owner('operator'));
    await clock.advance(1);
    await expect(port.transact(ask('v?'), owner())).resolves.toBe('re v?');
  });

  it('opens a link anew that gives not one byte for several requests', async () => {
    let isWedged = true;
    const { port, clock, bench } = await openPort(
      (request, side) => {
        if (!isWedged) side.reply(`re ${request}`);
      },
      { resynchronization: { kind: 'none' } },
    );
    for (let request = 1; request < silentRequestsMost; request += 1) {
      const lost = port.transact(ask('lost', { repeat: 'once' }), owner());
      lost.catch(() => {});
      await clock.advance(200);
    }
    expect(bench.opens).toBe(1);
    port.transact(ask('lost', { repeat: 'once' }), owner()).catch(() => {});
    await clock.advance(200);
    expect(bench.opens).toBe(2);
    isWedged = false;
    const next = port.transact(ask('next'), owner());
    await clock.advance(1);
    expect(await next).toBe('re next');
  });

  it('does not open a link anew for one instrument among others that is silent', async () => {
    const { port, clock, bench } = await openPort(
      (request, side) => {
        if (request !== 'dead\n') side.reply(`re ${request}`);
      },
      { resynchronization: { kind: 'none' } },
    );
    for (let request = 0; request < 2 * silentRequestsMost; request += 1) {
      port.transact(ask('dead', { repeat: 'once' }), owner()).catch(() => {});
      const alive = port.transact(ask('alive', { repeat: 'once' }), owner());
      await clock.advance(200);
      expect(await alive).toBe('re alive');
    }
    expect(bench.opens).toBe(1);
  });

  it('opens a link anew of which only writing shows that it broke', async () => {
    const { port, clock, bench } = await openPort(echo);
    bench.writeFailure = new SignalboxError('LINK_USB', 'memory took no byte');
    const lost = port.transact(ask('lost'), owner());
    lost.catch(() => {});
    await clock.advance(1);
    bench.writeFailure = undefined;
    await expect(lost).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    const next = port.transact(ask('next'), owner());
    await clock.advance(1);
    expect(await next).toBe('re next');
    expect(bench.opens).toBe(2);
    expect(port.statistics().linkFailuresByCode).toEqual({ LINK_USB: 1 });
    port.resetStatistics();
    expect(port.statistics().linkFailuresByCode).toEqual({});
  });
});
