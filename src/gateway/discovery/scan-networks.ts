import { minerPorts, plainMac, writtenMac } from '../../instruments/index.ts';
import { isLoopback, systemClock } from '../../kernel/index.ts';
import { addressRange } from './address-range.ts';
import { findMiners } from './find-miners.ts';
import type { Place, ScannedPlace } from './place.ts';
import { probeMiner, probePorts } from './probe-miner.ts';
import type { FoundMiner } from './probe-miner.ts';

/** How networks are searched for devices that do not tell of themselves: miners. */
export interface NetworkScan {
  /** `192.168.1.0/24`. */
  readonly networks: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: (share: number, message: string) => void;
  /** Addresses of ports, as `tcp://host:port` and `http://host`: their devices are left alone. */
  readonly owned: readonly string[];
  readonly httpPort?: number | undefined;
  readonly rpcPort?: number | undefined;
  /** Goes before both. */
  readonly ports?: readonly number[] | undefined;
  readonly timeoutMs?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly perSecond?: number | undefined;
}

/**
 * Asks every address of some networks who is there; each that answers is a place.
 * @throws BAD_ARGUMENT as {@link addressRange} does, before anything is asked; CANCELLED
 */
export async function scanNetworks(scan: NetworkScan): Promise<ScannedPlace[]> {
  const { networks, signal, progress, owned, concurrency, perSecond } = scan;
  const ranges = networks.map(addressRange);
  const { bitaxe, cgminer } = minerPorts;
  const { httpPort: http = bitaxe, rpcPort: rpc = cgminer } = scan;
  const ports = scan.ports === undefined ? [{ http, rpc }] : probePorts(scan.ports);
  const known = new Set(owned.flatMap((address) => hostOf(address) ?? []));
  const places: ScannedPlace[] = [];
  for (const [index, range] of ranges.entries()) {
    const found = await findMiners(
      range,
      async (host) => await probeMiner(host, { ...scan, ports }),
      {
        signal,
        concurrency,
        perSecond,
        clock: systemClock,
        isKnown: (host) => known.has(host),
        progress: (share, message) => progress((index + share) / ranges.length, message),
      },
    );
    places.push(...found.map(scannedMiner));
  }
  return places;
}

/** A miner as a place with what was found there. */
export function scannedMiner(miner: FoundMiner): ScannedPlace {
  const { driver, type, id, identity } = miner;
  const mac = identity.serial === undefined ? undefined : plainMac(identity.serial);
  return {
    place: placeAt(miner),
    language: { protocol: driver === 'cgminer' ? 'cgminer' : 'http' },
    found: [
      {
        family: driver,
        identity,
        name: id,
        trial: { passed: true, found: identity.firmware ?? 'answers' },
        details: { type, ...(mac === undefined ? {} : { mac: writtenMac(mac) }) },
      },
    ],
  };
}

function placeAt({ host, port, driver }: FoundMiner): Place {
  if (driver === 'cgminer') return { kind: 'tcp', address: `${host}:${port}` };
  const url = port === minerPorts.bitaxe ? `http://${host}` : `http://${host}:${port}`;
  return { kind: 'http', url, isUnencrypted: !isLoopback(host) };
}

function hostOf(address: string): string | undefined {
  return URL.parse(address)?.hostname;
}
