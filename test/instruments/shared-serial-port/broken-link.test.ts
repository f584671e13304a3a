import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SharedSerialPort } from '../../../src/instruments/index.ts';
import type { SerialGuard } from '../../../src/instruments/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { Pty, serialLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';

let folder: string;
let path: string;
let pty: Pty;
/** Stands still unless it is moved: no read here ends because its time is over. */
let clock: ManualClock;
let port: Port;
let guard: SerialGuard;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-broken-'));
  path = join(folder, 'line');
  pty = await Pty.open({ stablePath: path });
  clock = new ManualClock();
  port = new Port({ name: 'line', link: serialLinkFactory({ path }), clock });
  port.open();
  guard = await new SharedSerialPort({ path, port, clock, holdMs: 3_600_000 }).acquire(
    'actor',
    1_000,
  );
});

afterEach(async () => {
  await port.close();
  await pty.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The device comes back, and says what it is told as soon as it is asked. */
async function plugIn(answer: string): Promise<void> {
  pty = await Pty.open({ stablePath: path });
  pty.onData(() => void pty.write(Buffer.from(answer)));
  await expect
    .poll(async () => {
      await clock.advance(100);
      return port.status().state;
    })
    .toBe('open');
}

async function readText(bytesMost: number): Promise<string> {
  return Buffer.from(await guard.read(bytesMost)).toString();
}

const isGone = {
  code: 'LINK_USB',
  message: expect.stringContaining('line') as string,
  nextStep: expect.stringContaining('cable') as string,
};

describe('a guard of a shared serial port', () => {
  it('whose device goes is told so at once by the read that waits, and then uses the new one', async () => {
    const reading = guard.read(8);
    await Promise.all([expect(reading).rejects.toMatchObject(isGone), pty.close()]);
    await plugIn('again');
    await guard.writeAll(Buffer.from('?'));
    expect(await readText(8)).toBe('again');
  });

  it('whose device goes reads first what it had sent, then is told once', async () => {
    pty.write(Buffer.from('last words'));
    expect(await readText(4)).toBe('last');
    await pty.close();
    await expect.poll(() => port.status().state).not.toBe('open');
    expect(await readText(64)).toBe(' words');
    await plugIn('again');
    await expect(guard.read(8)).rejects.toMatchObject(isGone);
    const reading = readText(8);
    pty.write(Buffer.from('more'));
    expect(await reading).toBe('more');
  });

  it('that writes after its device went is answered by the new one', async () => {
    await pty.close();
    await expect.poll(() => port.status().state).toBe('absent');
    await expect(guard.writeAll(Buffer.from('?'))).rejects.toMatchObject({ code: 'PORT_ABSENT' });
    await plugIn('again');
    await guard.writeAll(Buffer.from('?'));
    expect(await readText(8)).toBe('again');
  });

  it('whose port is closed is told so at once by the read that waits', async () => {
    const reading = guard.read(8);
    const refused = expect(reading).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:CLOSED|LEASE_LOST)$/),
    });
    await port.close();
    await refused;
  });
});
