/** What is drawn of one parameter: points in order of time; NaN breaks the line. */
export interface DrawnLine {
  readonly times: number[];
  readonly values: number[];
  /** The least and greatest at the same time, where several readings became one point; NaN elsewhere. */
  readonly least: number[];
  readonly greatest: number[];
}

/** One without a point. */
export function emptyLine(): DrawnLine {
  return { times: [], values: [], least: [], greatest: [] };
}

/** Adds a reading that stands for itself. */
export function addPoint(line: DrawnLine, atMs: number, value: number): void {
  line.times.push(atMs);
  line.values.push(value);
  line.least.push(Number.NaN);
  line.greatest.push(Number.NaN);
}

/** Adds a point that stands for several readings. */
export function addBand(
  line: DrawnLine,
  atMs: number,
  band: { readonly value: number; readonly least: number; readonly greatest: number },
): void {
  line.times.push(atMs);
  line.values.push(band.value);
  line.least.push(band.least);
  line.greatest.push(band.greatest);
}
