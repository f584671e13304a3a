import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deviceCacheMs, SharedResources } from '../../../src/instruments/index.ts';
import type { SharedResourcesOptions } from '../../../src/instruments/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import type { Owner } from '../../../src/kernel/index.ts';
import { runAsAgent } from '../../../src/locks/index.ts';
import { EchoLine } from '../../support/echo-line.ts';
import type { SerialDeviceEntry } from '../../../src/links/index.ts';
import { MessageInstrument } from '../../support/message-instrument.ts';

function begin(options: SharedResourcesOptions = {}): {
  readonly resources: SharedResources;
  readonly clock: ManualClock;
  readonly meter: MessageInstrument;
} {
  const clock = new ManualClock(undefined, turnOfLoop);
  const meter = new MessageInstrument();
  const resources = new SharedResources({
    visaResources: { 'TCPIP::10.0.0.7::INSTR': { link: meter } },
    clock,
    ...options,
  });
  return { resources, clock, meter };
}

describe('what the parts of a program share', () => {
  it('has one session for each resource, whatever name it is asked for by', async () => {
    const { resources, clock, meter } = begin();
    const one = resources.getVisaSession('TCPIP0::10.0.0.7::inst0::INSTR');
    expect(resources.getVisaSession('tcpip::10.0.0.7')).toBe(one);
    const asked = Promise.all(['v2', 'v4'].map((owner) => one.enqueueCommand('A?', 1_000, owner)));
    await clock.advance(10);
    expect(await asked).toEqual(['re A?', 're A?']);
    expect(meter.journal.filter((entry) => entry === 'open')).toHaveLength(1);
  });

  it('puts commands in line for the only resource, or for one that is named', async () => {
    const { resources, clock } = begin();
    const only = resources.enqueueVisaCommand('*IDN?', 2_000, 'v2_actor');
    await clock.advance(10);
    expect(await only).toBe('re *IDN?');
    const named = resources.enqueueVisaCommand('A?', 2_000, 'v2_actor', 'TCPIP::10.0.0.7::INSTR');
    await clock.advance(10);
    expect(await named).toBe('re A?');
  });

  it('asks which one is meant where there are several, or none', async () => {
    const { resources } = begin({
      visaResources: { 'TCPIP::a::5025::SOCKET': {}, 'TCPIP::b::5025::SOCKET': {} },
    });
    await expect(resources.enqueueVisaCommand('A?', 1_000, 'me')).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      message: expect.stringContaining('TCPIP0::a::5025::SOCKET'),
    });
    const { resources: none } = begin({ visaResources: {} });
    await expect(none.enqueueVisaCommand('A?', 1_000, 'me')).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
  });

  it('has one serial port for each path, with the settings that it was told', async () => {
    await using resources = new SharedResources({
      serialPorts: { '/dev/none': { baudRate: 19_200 } },
    });
    const port = resources.getSharedSerialPort('/dev/none');
    expect(resources.getSharedSerialPort('/dev/none')).toBe(port);
    expect(port.baudRate).toBe(19_200);
    expect(resources.getSharedSerialPort('/dev/other')).not.toBe(port);
  });

  it('closes all, and opens nothing more', async () => {
    const { resources, clock } = begin();
    const last = resources.enqueueVisaCommand('A?', 1_000, 'me');
    await clock.advance(0);
    const closed = resources.close();
    await clock.advance(10);
    await closed;
    expect(await last).toBe('re A?');
    expect(() => resources.getVisaSession('TCPIP::other::INSTR')).toThrow(/closed/);
    expect(() => resources.getSharedSerialPort('/dev/none')).toThrow(/closed/);
  });
});

describe('the devices of this machine', () => {
  it('are looked for once by all who ask at the time, and again when that is old', async () => {
    let looks = 0;
    const entry: SerialDeviceEntry = { path: '/dev/serial/by-id/a', device: '/dev/ttyUSB0' };
    const { resources, clock } = begin({
      enumerate: async () => {
        looks += 1;
        return [entry];
      },
    });
    const seen = await Promise.all([resources.devices(), resources.devices()]);
    expect(seen).toEqual([[entry], [entry]]);
    expect(looks).toBe(1);
    await clock.advance(deviceCacheMs - 1);
    await resources.devices();
    expect(looks).toBe(1);
    await clock.advance(1);
    await resources.devices();
    expect(looks).toBe(2);
    await resources.devices(0);
    expect(looks).toBe(3);
  });

  it('are looked for again after a look that failed', async () => {
    let looks = 0;
    const { resources } = begin({
      enumerate: async () => {
        looks += 1;
        if (looks === 1) throw new Error('no /sys');
        return [];
      },
    });
    await expect(resources.devices()).rejects.toThrow('no /sys');
    expect(await resources.devices()).toEqual([]);
  });

  it('are taken by rank where a call chain is declared: serial ports, then VISA', async () => {
    await using line = await EchoLine.open();
    const meter = new MessageInstrument();
    await using resources = new SharedResources({ visaResources: { meter: { link: meter } } });
    const owner: Owner = { id: 'me', program: 'me', door: 'inline', sinceMs: 0 };
    await runAsAgent(owner, async () => {
      const port = resources.getSharedSerialPort(line.path);
      const guard = await port.acquire('me', 2_000);
      const hold = await resources.holdVisa(2_000, 'me');
      expect(await hold.command('A?', 2_000)).toBe('re A?');
      await guard.release();
      await expect(port.acquire('me', 2_000)).rejects.toMatchObject({
        code: 'LOCK_ORDER',
        message: expect.stringContaining(line.path),
      });
      await hold.release();
      await (await port.acquire('me', 2_000)).release();
    });
    // Chains that are not declared are in no order.
    await using _hold = await resources.holdVisa(2_000, 'somebody');
    await using _guard = await resources.getSharedSerialPort(line.path).acquire('somebody', 2_000);
  });
});
