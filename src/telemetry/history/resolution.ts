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

/**
 * How long each part is so that there are no more than so many: a whole number of rows. Parts begin at
 * multiples of it, so that a page that moves along sees the same parts again.
 */
export function partLength(
  fromMs: number,
  toMs: number,
  points: number,
  resolution: Resolution,
): number {
  const row = rowMs[resolution];
  // Both ends may lie within a part.
  const most = Math.max(1, points - 1);
  return Math.max(row, Math.ceil((toMs - fromMs) / most / row) * row);
}
