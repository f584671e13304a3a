import { realpath } from 'node:fs/promises';
import type { PortReport } from '../../client/index.ts';
import { didYouMean, isLoopback, SignalboxError } from '../../kernel/index.ts';
import { listSerialDevices } from '../../links/index.ts';
import type { Place } from './place.ts';

/**
 * Where to look: the places that were named, or else all ports of the gateway and all serial devices
 * that it does not own. A device of the gateway is looked at through the gateway.
 * @param ports of the gateway; undefined when none runs
 * @throws NOT_FOUND for a name that is neither a port, a device nor an address
 */
export async function placesToScan(
  named: readonly string[],
  ports: readonly PortReport[] | undefined,
): Promise<Place[]> {
  const owned = await ownedDevices(ports ?? []);
  if (named.length > 0) {
    return await Promise.all(named.map(async (text) => await placeOf(text, ports ?? [], owned)));
  }
  const devices = await listSerialDevices();
  const free = devices.filter(({ device }) => !owned.has(device));
  return [
    ...(ports ?? []).map(portPlace),
    ...free.map(({ path }): Place => ({ kind: 'serial', path })),
  ];
}

async function placeOf(
  text: string,
  ports: readonly PortReport[],
  owned: ReadonlyMap<string, PortReport>,
): Promise<Place> {
  const port = ports.find(({ name }) => name === text);
  if (port !== undefined) return portPlace(port);
  if (text.startsWith('/')) {
    const owner = owned.get(await realpath(text).catch(() => text));
    return owner === undefined ? { kind: 'serial', path: text } : portPlace(owner);
  }
  if (/^http:\/\/[^/\s]+\/?$/.test(text)) {
    const url = text.replace(/\/$/, '');
    const owner = ports.find(({ address }) => address === url);
    const isUnencrypted = !isLoopback(URL.parse(url)?.hostname);
    return owner === undefined ? { kind: 'http', url, isUnencrypted } : portPlace(owner);
  }
  if (/^\S+:\d{1,5}$/.test(text)) {
    const owner = ports.find(({ address }) => address === `tcp://${text}`);
    return owner === undefined ? { kind: 'tcp', address: text } : portPlace(owner);
  }
  const hint = didYouMean(
    text,
    ports.map(({ name }) => name),
  );
  throw new SignalboxError('NOT_FOUND', `there is no port '${text}'${hint}`, {
    nextStep: 'Name a port of the gateway, a device like /dev/ttyUSB0, HOST:PORT, or http://HOST.',
  });
}

/** From each device that the gateway owns to its port. One that was released is not owned now. */
async function ownedDevices(ports: readonly PortReport[]): Promise<Map<string, PortReport>> {
  const devices = ports.filter(
    ({ address, state }) => address.startsWith('/') && state !== 'released',
  );
  const pairs = devices.map(
    async (port) => [await realpath(port.address).catch(() => port.address), port] as const,
  );
  return new Map(await Promise.all(pairs));
}

function portPlace({ name, address }: PortReport): Place {
  return { kind: 'port', port: name, address };
}
