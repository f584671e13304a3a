import { SignalboxError } from '../../../kernel/index.ts';
import type { PlayerDevice } from './player-types.ts';

/** A device that can be told what to do. */
export type CommandableDevice = PlayerDevice & { readonly id: string };

/**
 * The device that is meant: by its id, its name (case and spaces do not count), or else a part of its
 * name, where the active one goes first.
 * @throws PLAYER_DEVICE_MISSING; PLAYER_REFUSED for one that takes no commands
 */
export function findDevice(devices: readonly PlayerDevice[], wanted: string): CommandableDevice {
  const name = plain(wanted);
  const found =
    devices.find(({ id }) => id === wanted) ??
    devices.find((device) => plain(device.name) === name) ??
    partial(devices, name);
  if (found === undefined) {
    const names = devices.map((device) => device.name).join(', ') || 'none';
    throw new SignalboxError(
      'PLAYER_DEVICE_MISSING',
      `the player has no device '${wanted.slice(0, 100)}'; it has ${names}`,
      { details: { device: wanted, devices: devices.map((device) => device.name) } },
    );
  }
  const { id, isRestricted } = found;
  if (id !== undefined && !isRestricted) return { ...found, id };
  throw new SignalboxError(
    'PLAYER_REFUSED',
    `device '${found.name}' takes no commands from outside`,
    { details: { device: found.name }, nextStep: 'Play on another device.' },
  );
}

function partial(devices: readonly PlayerDevice[], name: string): PlayerDevice | undefined {
  if (name === '') return undefined;
  const alike = devices.filter((device) => plain(device.name).includes(name));
  return alike.find(({ isActive }) => isActive) ?? alike[0];
}

function plain(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}
