/** What the lines of a plot are at one moment. */
export interface Readout {
  readonly atMs: number;
  /** One for each line; undefined where it has no value near. */
  readonly values: readonly (number | undefined)[];
}

/** Which of the times is nearest; -1 when there is none. @param times in order */
export function nearestIndex(times: ArrayLike<number>, atMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < atMs) low = middle + 1;
    else high = middle;
  }
  if (low === times.length) return low - 1;
  if (low === 0) return 0;
  const before = atMs - (times[low - 1] as number);
  return before <= (times[low] as number) - atMs ? low - 1 : low;
}

/** What a line did over a window. */
export interface Summary {
  readonly newest: number | undefined;
  readonly least: number | undefined;
  readonly mean: number | undefined;
  readonly greatest: number | undefined;
}

/** @param line as it is drawn: values, with what they stand for */
export function summaryOf(line: {
  readonly values: readonly number[];
  readonly least: readonly number[];
  readonly greatest: readonly number[];
}): Summary {
  let least = Infinity;
  let greatest = -Infinity;
  let sum = 0;
  let count = 0;
  let newest: number | undefined;
  for (const [index, value] of line.values.entries()) {
    if (Number.isNaN(value)) continue;
    const low = line.least[index] ?? Number.NaN;
    const high = line.greatest[index] ?? Number.NaN;
    least = Math.min(least, Number.isNaN(low) ? value : low);
    greatest = Math.max(greatest, Number.isNaN(high) ? value : high);
    sum += value;
    count += 1;
    newest = value;
  }
  if (count === 0) return { newest, least: undefined, mean: undefined, greatest: undefined };
  return { newest, least, mean: sum / count, greatest };
}
