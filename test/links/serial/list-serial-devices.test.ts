import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listSerialDevices } from '../../../src/links/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-devices-'));
  mkdirSync(join(folder, 'dev/serial/by-id'), { recursive: true });
  mkdirSync(join(folder, 'tty'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function add(
  name: string,
  facts: { readonly hardware?: boolean; readonly type?: string } = {},
): void {
  const { hardware = true, type } = facts;
  writeFileSync(join(folder, 'dev', name), '');
  mkdirSync(join(folder, 'tty', name));
  if (hardware) mkdirSync(join(folder, 'tty', name, 'device'));
  if (type !== undefined) writeFileSync(join(folder, 'tty', name, 'type'), `${type}\n`);
}

async function listed(): Promise<string[]> {
  const places = { devices: join(folder, 'dev'), terminals: join(folder, 'tty') };
  const entries = await listSerialDevices(places);
  return entries.map(({ path }) => path.slice(folder.length));
}

it('devices are named by what stays the same when they are replugged', async () => {
  for (const name of ['ttyUSB10', 'ttyUSB2', 'ttyACM0']) add(name);
  symlinkSync('../../ttyACM0', join(folder, 'dev/serial/by-id/usb-Maker_Thing_42-if00'));
  expect(await listed()).toEqual([
    '/dev/serial/by-id/usb-Maker_Thing_42-if00',
    '/dev/ttyUSB2',
    '/dev/ttyUSB10',
  ]);
});

it('consoles, lines that are not fitted and those without a device file are left out', async () => {
  add('tty1', { hardware: false });
  add('ttyS0', { type: '4' });
  add('ttyS1', { type: '0' });
  add('ttyUSB0');
  rmSync(join(folder, 'dev/ttyUSB0'));
  expect(await listed()).toEqual(['/dev/ttyS0']);
});

it('where there is no /sys nothing is listed', async () => {
  rmSync(join(folder, 'tty'), { recursive: true });
  expect(await listed()).toEqual([]);
});
