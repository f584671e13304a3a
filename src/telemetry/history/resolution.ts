import type { Resolution } from './history.ts';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

/** How much time a row of each resolution stands for, in ms. */
export const rowMs: Readonly<Record<Resolution, number>> = {
  raw: 1,
  minute: minuteMs,
  hour: hourMs,
};

/** Where the rows of each resolution are. */
export type HistoryTable = 'samples' | 'minutes' | 'hours';
export const tableOf: Readonly<Record<Resolution, HistoryTable>> = {
  raw: 'samples',
  minute: 'minutes',
  hour: 'hours',
};

/** Before then nothing is left, by resolution. */
export type Horizons = Readonly<Partial<Record<Resolution, number>>>;

/** The beginning of the part of the time that something belongs to. */
export function partStart(atMs: number, lengthMs: number): number {
  return Math.floor(atMs / lengthMs) * lengthMs;
}

/**
 * The coarsest resolution that still gives so many points, unless the beginning is kept more coarsely only.
 */
export function resolutionFor(
  fromMs: number,
  toMs: number,
  points: number,
  horizons: Horizons,
): Resolution {
  const lengthMs = (toMs - fromMs) / points;
  const wished: Resolution = lengthMs >= hourMs ? 'hour' : lengthMs >= minuteMs ? 'minute' : 'raw';
  if (wished === 'raw' && fromMs >= (horizons.raw ?? -Infinity)) return 'raw';
  if (wished !== 'hour' && fromMs >= (horizons.minute ?? -Infinity)) return 'minute';
  return 'hour';
}

/** How a stretch of time is cut into parts, each of which becomes a point. */
export interface Cut {
  /** From the beginning of the row that `fromMs` is in. */
  readonly firstMs: number;
  readonly lengthMs: number;
  /** Parts begin at multiples of their length after it. */
  readonly originMs: number;
}

/**
 * Cuts so that there are no more parts than points. Their length is a whole number of rows, and they begin
 * at multiples of it, so that a page that moves along sees the same parts again.
 */
export function cut(fromMs: number, toMs: number, points: number, resolution: Resolution): Cut {
  const row = rowMs[resolution];
  const firstMs = partStart(fromMs, row);
  // Both ends may lie within a part; a single one begins where it has to.
  const [parts, originMs] = points === 1 ? [1, firstMs] : [points - 1, 0];
  const lengthMs = Math.max(row, Math.ceil((toMs - firstMs) / parts / row) * row);
  return { firstMs, lengthMs, originMs };
}
