import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serialLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { startSimulator } from '../../../src/simulators/index.ts';
import type { Simulator } from '../../../src/simulators/index.ts';
import { ask, owner } from '../../support/line-transaction.ts';

const patientMs = 20_000;
let folder: string;
/** As udev makes them in /dev/serial/by-id. */
let name: string;
let closing: AsyncDisposableStack;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-moved-'));
  name = join(folder, 'usb-FTDI_FT232R_USB_UART_A10KZP45-if00-port0');
  closing = new AsyncDisposableStack();
});

afterEach(async () => {
  await closing.disposeAsync();
  rmSync(folder, { recursive: true, force: true });
});

/** A meter on a terminal of its own, known there as `device` and to who asks as `identity`. */
async function plug(device: string, identity = device): Promise<Simulator> {
  const path = join(folder, device);
  return closing.use(await startSimulator({ kind: 'multimeter', path, identity }));
}

async function unplug(simulator: Simulator): Promise<void> {
  await simulator.unplug(Number.POSITIVE_INFINITY);
}

/** Lets the name lead to another device, in one step as udev does. */
function nameLeadsTo(device: string): void {
  const temporary = `${name}.new`;
  symlinkSync(device, temporary);
  renameSync(temporary, name);
}

function portOfName(): Port {
  const port = closing.use(new Port({ name: 'meter', link: serialLinkFactory({ path: name }) }));
  port.open();
  return port;
}

async function identify(port: Port, program?: string, repeat: 'safe' | 'never' = 'safe') {
  const transaction = ask('*IDN?', { timeoutMs: patientMs, repeat });
  return await port.transact(transaction, owner(program), { waitMs: patientMs });
}

describe('a port whose device has a stable name', () => {
  it('finds it where the name leads after it was plugged in elsewhere, and nobody else there', async () => {
    const before = await plug('ttyUSB0', 'ours, first plug');
    nameLeadsTo('ttyUSB0');
    const port = portOfName();
    expect(await identify(port)).toBe('ours, first plug');

    unlinkSync(name);
    await unplug(before);
    await expect.poll(() => port.status().state).toBe('absent');
    expect(port.status().reason).toContain(name);
    const programs = ['a', 'b', 'c', 'd'];
    const waiting = Promise.all(programs.map((each) => identify(port, each, 'never')));
    expect(port.status().queue.map(({ owner: { program } }) => program)).toEqual(programs);

    // Another device takes the number that ours had.
    const stranger = await plug('ttyUSB0', 'a stranger');
    const after = await plug('ttyUSB1', 'ours, second plug');
    expect(port.status().state).toBe('absent');
    nameLeadsTo('ttyUSB1');
    expect(await waiting).toEqual(programs.map(() => 'ours, second plug'));
    expect(await stranger.transactions()).toEqual([]);
    expect((await after.report()).transactions).toBe(programs.length);
    expect(port.statistics().reconnects).toBe(1);
  });

  it('keeps the device that it has open when the name moves, until that one goes', async () => {
    const old = await plug('ttyUSB0');
    const other = await plug('ttyUSB1');
    nameLeadsTo('ttyUSB0');
    const port = portOfName();
    expect(await identify(port)).toBe('ttyUSB0');

    nameLeadsTo('ttyUSB1');
    expect(await Promise.all([identify(port, 'a'), identify(port, 'b')])).toEqual([
      'ttyUSB0',
      'ttyUSB0',
    ]);
    expect(await other.transactions()).toEqual([]);
    expect(port.statistics().reconnects).toBe(0);

    const asked = (await old.report()).transactions;
    await unplug(old);
    expect(await identify(port)).toBe('ttyUSB1');
    expect((await old.report()).transactions).toBe(asked);
    expect(port.statistics().reconnects).toBe(1);
  });

  it.each([
    ['is absent', () => {}],
    ['leads nowhere yet', () => nameLeadsTo('ttyUSB0')],
  ])('waits for a name that %s at its start', async (_what, prepare) => {
    prepare();
    const port = portOfName();
    await expect.poll(() => port.status()).toMatchObject({ state: 'absent' });
    expect(port.status().reason).toContain(name);
    const impatient = port.transact(ask('*IDN?'), owner(), { waitMs: 1 });
    await expect(impatient).rejects.toMatchObject({
      code: 'PORT_ABSENT',
      message: expect.stringContaining(name),
      nextStep: expect.stringContaining('Plug it in'),
    });
    const waiting = identify(port);
    await plug('ttyUSB0');
    nameLeadsTo('ttyUSB0');
    expect(await waiting).toBe('ttyUSB0');
    expect(port.statistics().linkFailuresByCode).toEqual({ PORT_ABSENT: 1 });
  });

  it('is refused by its lock when two names lead to one device', async () => {
    await plug('ttyUSB0');
    nameLeadsTo('ttyUSB0');
    const port = portOfName();
    await identify(port);
    const link = serialLinkFactory({ path: join(folder, 'ttyUSB0') }).create();
    await expect(link.open(new AbortController().signal)).rejects.toMatchObject({
      code: 'PORT_BUSY',
      message: expect.stringContaining(`pid ${process.pid}`),
    });
    expect(await identify(port)).toBe('ttyUSB0');
  });
});
