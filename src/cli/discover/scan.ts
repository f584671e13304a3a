import type { InstrumentReport, SignalboxClient } from '../../client/index.ts';
import type { Place, ScannedPlace } from '../../gateway/index.ts';
import { scanDirectly, scanEach } from '../../gateway/index.ts';
import type { Owner } from '../../kernel/index.ts';
import { userName } from '../user-name.ts';
import { scanPort } from './scan-port.ts';

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
  const one = async (place: Place, progress: Scan['progress']): Promise<ScannedPlace> =>
    await scanOne(place, { ...scan, progress });
  return await scanEach(places, one, scan.progress);
}

/** Who asks where no gateway does. */
function asker(): Owner {
  return {
    id: 'discover',
    program: 'signalbox',
    user: userName(),
    pid: process.pid,
    door: 'inline',
    sinceMs: Date.now(),
  };
}

async function scanOne(place: Place, scan: Scan): Promise<ScannedPlace> {
  const { client, instruments } = scan;
  if (place.kind !== 'port') return await scanDirectly(place, { ...scan, by: asker() });
  if (client === undefined) return { place, found: [] };
  return await scanPort(place, client, instruments, scan);
}
