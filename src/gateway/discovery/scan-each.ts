import { nameOfPlace } from './place.ts';
import type { Place, ScannedPlace } from './place.ts';

/** So many places are looked at at once; each is a wire of its own. */
export const scannedAtOnceMost = 8;

/** Told how far all of it is, from 0 to 1. */
export type ScanProgress = (share: number, message: string) => void;

/** Looks at all places, several at a time. @throws what looking at one throws */
export async function scanEach(
  places: readonly Place[],
  scan: (place: Place, progress: ScanProgress) => Promise<ScannedPlace>,
  told: ScanProgress,
): Promise<ScannedPlace[]> {
  const shares = places.map(() => 0);
  const results: ScannedPlace[] = [];
  const left = [...places.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, place] = next;
      const progress: ScanProgress = (share, message) => {
        shares[index] = share;
        const all = shares.reduce((sum, each) => sum + each, 0) / places.length;
        told(all, `${message} on ${nameOfPlace(place)}`);
      };
      progress(0, 'looking');
      results[index] = await scan(place, progress);
      shares[index] = 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(scannedAtOnceMost, places.length) }, work));
  return results;
}
