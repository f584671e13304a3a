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
  const usable = devices.flatMap((device) => {
    const { id, isRestricted } = device;
    return id === undefined || isRestricted ? [] : [{ ...device, id }];
  });
  const parts = usable.filter((device) => plain(device.name).includes(name));
  return (
    usable.find((device) => plain(device.name) === name) ??
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
  const usable = devices.filter(({ id, isRestricted }) => id !== undefined && !isRestricted);
  const found =
    usable.find(({ isActive }) => isActive) ?? (usable.length === 1 ? usable[0] : undefined);
  if (found?.id !== undefined) return { id: found.id, name: found.name };
  return (
    last ?? (usable[0]?.id === undefined ? undefined : { id: usable[0].id, name: usable[0].name })
  );
}

function plain(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}
