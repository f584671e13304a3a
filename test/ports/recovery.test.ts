import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../src/kernel/index.ts';
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
});
