import type { TraceReport } from '../../../../src/client/index.ts';

/** So many of the newest exchanges are kept. */
export const exchangesMost = 1_000;

/** What has come is put behind what there is; a port that began anew counts from the start again. */
export function merged(kept: TraceReport[], come: readonly TraceReport[]): TraceReport[] {
  const last = kept.at(-1)?.sequence ?? -1;
  const newest = come.at(-1)?.sequence ?? last;
  const isAnew = newest < last;
  const fresh = isAnew ? come : come.filter(({ sequence }) => sequence > last);
  const all = isAnew ? [...fresh] : [...kept, ...fresh];
  return all.length > exchangesMost ? all.slice(-exchangesMost) : all;
}
