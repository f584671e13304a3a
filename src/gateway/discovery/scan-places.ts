import type { Config } from '../../config/index.ts';
import type {
  Directory,
  DiscoveredPlaces,
  DiscoveryContext,
  PlaceWish,
} from '../../doors/index.ts';
import type { Instrument } from '../../instruments/index.ts';
import { asSignalboxError } from '../../kernel/index.ts';
import type { BuiltPort } from '../build-port.ts';
import { discoverOn } from '../discover.ts';
import { laboratoryData, laboratoryOf, withKnown } from './laboratory.ts';
import { networkPlaces, withoutFurtherWays, withoutOwned } from './network-places.ts';
import type { Place, ScannedPlace } from './place.ts';
import { placesToScan } from './places.ts';
import { scanDirectly } from './scan-directly.ts';
import { scanEach } from './scan-each.ts';
import { scanNetworks } from './scan-networks.ts';

/** In the order in which they are tried: what instruments are delivered with comes first. */
const usualBaudRates: readonly number[] = [38_400, 9_600, 115_200, 19_200, 57_600, 230_400];

/** What a gateway scans with. */
export interface ScanParts {
  readonly directory: Pick<Directory, 'ports' | 'instruments'>;
  readonly built: ReadonlyMap<string, BuiltPort>;
  /** As it is now. */
  readonly config: () => Config;
}

/**
 * Looks for instruments where somebody wishes: on the gateway's own ports in line with everybody, at
 * everything else directly. Gives what was found, and what would be added to the configuration for it.
 * @throws NOT_FOUND for an address that makes no sense, CANCELLED
 */
export async function scanPlaces(
  wish: PlaceWish,
  { directory, built, config }: ScanParts,
  context: DiscoveryContext,
): Promise<DiscoveredPlaces> {
  const { signal, by, progress } = context;
  const { where, addresses, networks = [], baudRates = usualBaudRates } = wish;
  const ports = Array.from(directory.ports.values(), (port) => port.status());
  const local: Place[] = [];
  if (addresses.length > 0) local.push(...(await placesToScan(addresses, ports)));
  if (where.includes('ports') || where.includes('serial')) {
    const all = await placesToScan([], ports);
    local.push(...all.filter(({ kind }) => where.includes(kind === 'port' ? 'ports' : 'serial')));
  }
  if (where.includes('network')) progress(0, 'asking the network who is there');
  const far = where.includes('network') ? await networkPlaces([], signal) : [];
  const places = [...local, ...(await withoutOwned(far, ports))];
  const instruments = [...directory.instruments.values()];
  const scanned = await scanEach(
    places,
    async (place, told) => {
      const how = { signal, by, progress: told };
      if (place.kind !== 'port') return await scanDirectly(place, { ...how, baudRates });
      const port = directory.ports.get(place.port);
      if (port === undefined) return { place, found: [] };
      try {
        const found = await discoverOn(port, built.get(port.name), how);
        return { place, found: withNames(found, place.port, instruments) };
      } catch (error) {
        signal.throwIfAborted();
        return { place, found: [], skipped: asSignalboxError(error).toJSON() };
      }
    },
    progress,
  );
  const owned = ports.map(({ address }) => address);
  const { httpPort, rpcPort, ports: wanted, timeoutMs } = wish;
  const ways = { httpPort, rpcPort, ports: wanted, timeoutMs };
  const asked =
    networks.length === 0 ? [] : await scanNetworks({ networks, owned, signal, progress, ...ways });
  const known = await withKnown([...withoutFurtherWays(scanned), ...asked], config());
  const names = instruments.map(({ name }) => name);
  const laboratory = await laboratoryOf(known, { names, config: config() });
  return { places: known, laboratory: laboratoryData(laboratory) };
}

/** Marks what has a name already. */
function withNames(
  found: ScannedPlace['found'],
  port: string,
  instruments: readonly Instrument[],
): ScannedPlace['found'] {
  return found.map((each) => {
    const same = instruments.find(
      ({ port: its, driver }) => its.name === port && driver.scope === each.scope,
    );
    return same === undefined ? each : { ...each, known: same.name };
  });
}
