import type { InstrumentReport, SignalboxClient } from '../../client/index.ts';
import { nameOfPlace } from './place.ts';
import type { Place, ScannedPlace } from './place.ts';
import { scanDirectly } from './scan-directly.ts';
import { scanPort } from './scan-port.ts';

/** So many places are looked at at once; each is a wire of its own. */
export const scannedAtOnceMost = 8;

/** How a scan is done. */
export interface Scan {
  /** Absent when no gateway runs. */
  readonly client?: SignalboxClient;
  readonly instruments: readonly InstrumentReport[];
  readonly baudRates: readonly number[];
  readonly signal: AbortSignal;
  /** Told how far all of it is, from 0 to 1. */
  readonly progress: (share: number, message: string) => void;
}

/** Looks at all places, several at a time. @throws when the signal aborts */
export async function scanAll(places: readonly Place[], scan: Scan): Promise<ScannedPlace[]> {
  const shares = places.map(() => 0);
  const results: ScannedPlace[] = [];
  const left = [...places.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, place] = next;
      const progress = (share: number, message: string): void => {
        shares[index] = share;
        const all = shares.reduce((sum, each) => sum + each, 0) / places.length;
        scan.progress(all, `${message} on ${nameOfPlace(place)}`);
      };
      results[index] = await scanOne(place, { ...scan, progress });
      shares[index] = 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(scannedAtOnceMost, places.length) }, work));
  return results;
}

async function scanOne(place: Place, scan: Scan): Promise<ScannedPlace> {
  const { client, instruments } = scan;
  if (place.kind !== 'port') return await scanDirectly(place, scan);
  if (client === undefined) return { place, found: [] };
  return await scanPort(place, client, instruments, scan);
}
