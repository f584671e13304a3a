import type { InstrumentReport, SignalboxClient } from '../../client/index.ts';
import { asSignalboxError } from '../../kernel/index.ts';
import type { Place, ScannedPlace } from '../../gateway/index.ts';

/** Looks for instruments on a port of the gateway, in line with everybody else. */
export async function scanPort(
  place: Extract<Place, { kind: 'port' }>,
  client: SignalboxClient,
  instruments: readonly InstrumentReport[],
  how: {
    readonly signal: AbortSignal;
    readonly progress: (share: number, message: string) => void;
  },
): Promise<ScannedPlace> {
  try {
    const found = await client.discover(place.port, how);
    return {
      place,
      found: found.map((each) => {
        const known = instruments.find(
          ({ port, scope }) => port === place.port && scope === each.scope,
        );
        return { ...each, ...(known === undefined ? {} : { known: known.name }) };
      }),
    };
  } catch (error) {
    how.signal.throwIfAborted();
    return { place, found: [], skipped: asSignalboxError(error).toJSON() };
  }
}
