import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A serial device of this machine. */
export interface SerialDeviceEntry {
  /** What to open: the name under `by-id` where there is one, which survives replugging. */
  readonly path: string;
  /** The device itself: `/dev/ttyUSB0`. */
  readonly device: string;
}

/** Where devices are to be found; other places are for tests. */
export interface DeviceFolders {
  /** @default '/dev' */
  readonly devices?: string;
  /** @default '/sys/class/tty' */
  readonly terminals?: string;
}

/** More devices than this are not listed. */
export const listedDevicesMost = 256;

/**
 * The serial devices of this machine, by name: terminals that belong to hardware, so neither
 * consoles nor pseudo-terminals. A built-in line that is not fitted (type 0, PORT_UNKNOWN of
 * linux/serial_core.h) is left out. Empty where there is no /sys.
 */
export async function listSerialDevices(folders: DeviceFolders = {}): Promise<SerialDeviceEntry[]> {
  const { devices = '/dev', terminals = '/sys/class/tty' } = folders;
  const stableNames = await namesById(join(devices, 'serial', 'by-id'));
  const names = (await readdir(terminals).catch(() => [])).slice(0, listedDevicesMost);
  const found = await Promise.all(
    names.map(async (name): Promise<SerialDeviceEntry | undefined> => {
      if (!(await isFitted(join(terminals, name)))) return undefined;
      const device = join(devices, name);
      if ((await stat(device).catch(() => undefined)) === undefined) return undefined;
      return { path: stableNames.get(await realpath(device)) ?? device, device };
    }),
  );
  return found
    .filter((entry) => entry !== undefined)
    .sort((one, other) => one.path.localeCompare(other.path, 'en', { numeric: true }));
}

async function isFitted(terminal: string): Promise<boolean> {
  const hardware = await stat(join(terminal, 'device')).catch(() => undefined);
  if (hardware === undefined) return false;
  const type = await readFile(join(terminal, 'type'), 'utf8').catch(() => undefined);
  return type?.trim() !== '0';
}

/** From the device to the first of its names. */
async function namesById(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => []);
  names.sort((one, other) => one.localeCompare(other));
  const pairs = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return [await realpath(path).catch(() => ''), path] as const;
    }),
  );
  return new Map(pairs.reverse());
}
