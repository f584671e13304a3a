import { SignalboxError } from '../../../kernel/index.ts';
import type { PlayerDevice } from './player-types.ts';

/**
 * The device that is meant: by its id, its name (case and spaces do not count), or else a part of its
 * name, where the active one goes first.
 * @throws PLAYER_DEVICE_MISSING; PLAYER_REFUSED for one that takes no commands
 */
export function findDevice(devices: readonly PlayerDevice[], wanted: string): PlayerDevice {
  const name = plain(wanted);
  const found =
    devices.find(({ id }) => id === wanted && id !== '') ??
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
  if (!found.isRestricted) return found;
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
