import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';
import type { PortReport } from '../../client/index.ts';
import {
  broadcastInterfaces,
  browseServices,
  findVxi11Servers,
  visaLinkFactory,
} from '../../links/index.ts';
import type { FoundService, NetworkInterface } from '../../links/index.ts';
import { formatVisaResource, visaDefaults } from '../../protocols/index.ts';
import type { VisaResource } from '../../protocols/index.ts';
import type { Place, ScannedPlace } from './place.ts';

/** The services of instruments that VISA has a name for, the best way to an instrument first. */
const serviceTypes = ['_hislip._tcp', '_vxi-11._tcp', '_scpi-raw._tcp'] as const;

type NetworkPlace = Extract<Place, { kind: 'visa' }>;

/**
 * Asks the networks of this machine for instruments, by multicast DNS and by a VXI-11 broadcast.
 * @param only names or addresses of interfaces; all where there are none
 * @throws BAD_ARGUMENT for an interface that is not there; CANCELLED
 */
export async function networkPlaces(
  only: readonly string[],
  signal: AbortSignal,
): Promise<NetworkPlace[]> {
  const all = broadcastInterfaces();
  const interfaces = chosen(all, only);
  const [servers, services] = await Promise.all([
    findVxi11Servers({ interfaces, signal }),
    browseServices(serviceTypes, { interfaces, signal }),
  ]);
  const found: VisaResource[] = [
    ...services.toSorted((a, b) => rankOf(a) - rankOf(b)).flatMap(resourceOf),
    ...servers.map(({ address }): VisaResource => {
      const { board, device } = visaDefaults;
      return { kind: 'vxi11', board, host: address, device };
    }),
  ];
  // What this machine offers others, as a gateway here, is in no network that it looks into.
  const others = found.filter(
    (each) => !('host' in each && all.some(({ address }) => address === each.host)),
  );
  const names = new Set(others.flatMap(nameOf));
  return Array.from(names, (resource): NetworkPlace => ({ kind: 'visa', resource }));
}

/** The addresses that no port of the gateway has: an instrument of a port is looked at through it. */
export async function withoutOwned(
  places: readonly NetworkPlace[],
  ports: readonly Pick<PortReport, 'address' | 'state'>[],
): Promise<NetworkPlace[]> {
  const owned = new Set(
    ports.filter(({ state }) => state !== 'released').map(({ address }) => address),
  );
  return places.filter(({ resource }) => !owned.has(visaLinkFactory(resource).address));
}

/** The further ways to an instrument that was found already: same host, same words of itself. */
export function withoutFurtherWays(scanned: readonly ScannedPlace[]): ScannedPlace[] {
  const seen = new Set<string>();
  return scanned.filter(({ place, found: [first] }) => {
    if (first?.identity === undefined) return true;
    const isNew = seen.size < seen.add(`${hostOf(place)} ${first.identity.text}`).size;
    return isNew || place.kind !== 'visa';
  });
}

/** Empty for what is not in the network. */
function hostOf(place: Place): string {
  if (place.kind === 'serial') return '';
  if (place.kind === 'http') return URL.parse(place.url)?.hostname ?? '';
  const name = place.kind === 'visa' ? place.resource : place.address;
  if (/^TCPIP\d*::/.test(name)) return name.split('::')[1] ?? '';
  return /^(?:tcp:\/\/)?([^/]*):\d+$/.exec(name)?.[1] ?? '';
}

function chosen(
  interfaces: readonly NetworkInterface[],
  only: readonly string[],
): readonly NetworkInterface[] {
  for (const text of only) {
    if (interfaces.some(({ name, address }) => text === name || text === address)) continue;
    const known = interfaces.map(({ name, address }) => `${name} (${address})`).join(', ');
    throw new SignalboxError('BAD_ARGUMENT', `there is no network interface '${text}'`, {
      nextStep: known === '' ? 'This machine is in no network.' : `There are: ${known}.`,
    });
  }
  if (only.length === 0) return interfaces;
  return interfaces.filter(({ name, address }) => only.includes(name) || only.includes(address));
}

function rankOf({ type }: FoundService): number {
  return serviceTypes.findIndex((each) => each === type);
}

/** Which device of a server is meant no standard key says: it is the first. */
function resourceOf({ type, address: host, port }: FoundService): VisaResource[] {
  const { board, device } = visaDefaults;
  switch (type) {
    case '_hislip._tcp':
      return [{ kind: 'hislip', board, host, device: 'hislip0', port }];
    case '_vxi-11._tcp':
      return [{ kind: 'vxi11', board, host, device }];
    case '_scpi-raw._tcp':
      return [{ kind: 'socket', board, host, port }];
    default:
      return [];
  }
}

/** Anybody may say anything of a service: what gives no name is none. */
function nameOf(resource: VisaResource): string[] {
  try {
    return [formatVisaResource(resource)];
  } catch (error) {
    if (isSignalboxError(error)) return [];
    throw error;
  }
}
