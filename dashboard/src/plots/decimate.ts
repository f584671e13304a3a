import { addPoint } from './drawn-line.ts';
import type { DrawnLine } from './drawn-line.ts';
import type { Extent, SampleBuffer } from './sample-buffer.ts';

/** Below so many samples a column each of them is drawn as it is. */
const samplesEachColumn = 4;

/** What is to be seen of a plot. */
export interface View {
  readonly fromMs: number;
  readonly toMs: number;
  /** Columns of pixels. */
  readonly columns: number;
}

/**
 * Adds to a line what can be seen of samples: for each column of pixels the first, the least, the
 * greatest and the last, so that no peak is lost, however short (M4: Jugel and others, VLDB 2014). One
 * sample beyond each edge is kept, so that the line does not end before it.
 */
export function decimate(samples: SampleBuffer, view: View, line: DrawnLine): void {
  const { fromMs, toMs, columns } = view;
  const first = Math.max(0, samples.firstFrom(fromMs) - 1);
  const end = Math.min(samples.length, samples.firstFrom(toMs) + 1);
  const { times, values } = samples;
  if (end - first <= columns * samplesEachColumn) {
    for (let index = first; index < end; index += 1) {
      addPoint(line, times[index] as number, values[index] as number);
    }
    return;
  }
  const widthMs = (toMs - fromMs) / columns;
  const extent: Extent = { least: 0, greatest: 0 };
  let index = first;
  for (let column = 0; column < columns && index < end; column += 1) {
    const until =
      column === columns - 1
        ? end
        : Math.min(end, nextFrom(times, index, end, fromMs + (column + 1) * widthMs));
    if (until > index) addColumn(samples, index, until, extent, line);
    index = until;
  }
}

/** One column: at most four points. */
function addColumn(
  samples: SampleBuffer,
  from: number,
  to: number,
  extent: Extent,
  line: DrawnLine,
): void {
  const { times, values } = samples;
  const first = values[from] as number;
  addPoint(line, times[from] as number, first);
  if (to - from === 1) return;
  samples.extent(from, to, extent);
  const last = values[to - 1] as number;
  const middleMs = times[(from + to) >>> 1] as number;
  // A column of nothing but gaps stays one.
  if (!Number.isNaN(extent.least)) {
    // In the order that makes the shorter way, as the samples themselves went more likely.
    const falls = first > last;
    addPoint(line, middleMs, falls ? extent.greatest : extent.least);
    addPoint(line, middleMs, falls ? extent.least : extent.greatest);
  }
  addPoint(line, times[to - 1] as number, last);
}

/** The first from `index` on that is not before a time; near in most plots, so it is looked for from there. */
function nextFrom(times: Float64Array, index: number, end: number, atMs: number): number {
  let step = 1;
  let low = index;
  let high = index;
  while (high < end && (times[high] as number) < atMs) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  if (high > end) high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
