import type { DrawnLine } from './drawn-line.ts';

/** Where a line is drawn: pixels of the canvas, and what they stand for. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** At the left and right edge, ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** At the bottom and the top. */
  readonly least: number;
  readonly greatest: number;
}

/** More points a column than this are drawn as columns. */
const pointsEachColumn = 2;

/** Whether a line has so many points that it is a band of columns rather than a line. */
export function isDense({ times }: DrawnLine, columns: number): boolean {
  return times.length > columns * pointsEachColumn;
}

/**
 * The columns of a dense line, each from its highest to its lowest point, joined to the one before. What
 * looks the same as a line of as many strokes takes a tenth of the time.
 * @param thickness of a line that is flat, in pixels
 */
export function denseColumns(
  { times, values }: DrawnLine,
  place: Place,
  thickness: number,
  column: (x: number, y: number, height: number) => void,
): void {
  const { left, top, width, height, fromMs, toMs, least, greatest } = place;
  const perMs = width / Math.max(1, toMs - fromMs);
  const perUnit = height / Math.max(Number.MIN_VALUE, greatest - least);
  let at = Number.NaN;
  let high = 0;
  let low = 0;
  let last = Number.NaN;
  const finish = (): void => {
    if (Number.isNaN(at) || at < left || at > left + width) return;
    const size = Math.max(thickness, low - high);
    column(at, size > low - high ? (high + low - size) / 2 : high, size);
  };
  for (let index = 0; index < times.length; index += 1) {
    const value = values[index] as number;
    if (Number.isNaN(value)) {
      last = Number.NaN;
      continue;
    }
    const x = Math.floor(left + ((times[index] as number) - fromMs) * perMs);
    const y = top + height - (value - least) * perUnit;
    if (x === at) {
      if (y < high) high = y;
      if (y > low) low = y;
    } else {
      finish();
      const joined = Number.isNaN(last) ? y : last;
      at = x;
      high = Math.min(y, joined);
      low = Math.max(y, joined);
    }
    last = y;
  }
  finish();
}
