import { SignalboxError } from '../../kernel/index.ts';
import { pointsMost, seriesMost } from './history.ts';
import type { HistoryQuery } from './history.ts';

/** @throws BAD_ARGUMENT for a query that makes no sense */
export function checkQuery({ series, fromMs, toMs, points }: HistoryQuery): void {
  if (series.length > seriesMost) {
    throw bad(`${series.length} series are too many at once: ${seriesMost} may be asked for`);
  }
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || fromMs >= toMs) {
    throw bad(`a history ends after it begins, not from ${shown(fromMs)} to ${shown(toMs)}`);
  }
  if (!Number.isInteger(points) || points < 1 || points > pointsMost) {
    throw bad(`1 to ${pointsMost} points can be asked for, not ${points}`);
  }
}

function bad(message: string): SignalboxError {
  return new SignalboxError('BAD_ARGUMENT', message);
}

function shown(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? String(atMs) : date.toISOString();
}
