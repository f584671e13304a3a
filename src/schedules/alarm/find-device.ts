import type { PlayerDevice } from './alarm-player.ts';

/** A device that can be told what to do. */
export interface UsableDevice {
  readonly id: string;
  readonly name: string;
}

/**
 * The device of a name: case and spaces do not count; or else one with the name in its own, where the
 * active one goes first; or else the one that had the name before: it may sleep, and wake when it is
 * told to play.
 */
export function findDevice(
  devices: readonly PlayerDevice[],
  wanted: string,
  known: readonly UsableDevice[],
): UsableDevice | undefined {
  const name = plain(wanted);
  const parts = devices.filter((device) => plain(device.name).includes(name));
  return (
    devices.find((device) => plain(device.name) === name) ??
    parts.find(({ isActive }) => isActive) ??
    parts[0] ??
    known.find((device) => plain(device.name) === name)
  );
}

/** Where nobody named one: what is active, or was used last, or is the only one. */
export function anyDevice(
  devices: readonly PlayerDevice[],
  last: UsableDevice | undefined,
): UsableDevice | undefined {
  const only = devices.length === 1 ? devices[0] : undefined;
  return devices.find(({ isActive }) => isActive) ?? only ?? last ?? devices[0];
}

function plain(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}
