import { decimate } from './decimate.ts';
import type { View } from './decimate.ts';
import { addBand, addPoint } from './drawn-line.ts';
import type { DrawnLine } from './drawn-line.ts';
import { SampleBuffer } from './sample-buffer.ts';

/** How densely a piece of history is kept. */
export type Resolution = 'raw' | 'minute' | 'hour';

/** What the gateway says of one series; lists of equal length. */
export interface HistorySeries {
  readonly instrument: string;
  readonly parameter: string;
  readonly unit?: string | null;
  readonly resolution: Resolution;
  readonly atMs: readonly number[];
  readonly mean: readonly (number | null)[];
  readonly minimum: readonly (number | null)[];
  readonly maximum: readonly (number | null)[];
  /** How many readings each point stands for. */
  readonly count?: readonly number[];
}

const stepMs: Readonly<Record<Resolution, number>> = { raw: 0, minute: 60_000, hour: 3_600_000 };
/** Nothing for so many times the usual distance is a gap. */
const gapSteps = 4;
/** Raw readings nearer than this are never a gap: polls may be late. */
const gapLeastMs = 2_000;

/** A piece of history of one parameter, from when to when it was asked for. */
export class HistoryPiece {
  readonly fromMs: number;
  readonly toMs: number;
  readonly resolution: Resolution;
  /** How many points it has. */
  readonly length: number;
  /** Whether each of its points is one reading: there is nothing finer. */
  readonly isWhole: boolean;
  /** Of its last point; -Infinity when it has none. */
  readonly newestMs: number;
  readonly #means: SampleBuffer;
  readonly #least: SampleBuffer;
  readonly #greatest: SampleBuffer;
  /** Whether its points stand for several readings. */
  readonly #isBand: boolean;

  constructor(series: HistorySeries, fromMs: number, toMs: number) {
    this.fromMs = fromMs;
    this.toMs = toMs;
    this.resolution = series.resolution;
    this.length = series.atMs.length;
    this.newestMs = series.atMs.at(-1) ?? -Infinity;
    const { resolution, count = [] } = series;
    this.isWhole = resolution === 'raw' && count.every((each) => each <= 1);
    this.#isBand = series.minimum.some((least, index) => least !== series.maximum[index]);
    this.#means = samplesOf(series, series.mean);
    this.#least = this.#isBand ? samplesOf(series, series.minimum) : this.#means;
    this.#greatest = this.#isBand ? samplesOf(series, series.maximum) : this.#means;
  }

  /** Adds what can be seen of it to a line. */
  draw(view: View, line: DrawnLine): void {
    if (!this.#isBand) decimate(this.#means, view, line);
    else this.#drawBand(view, line);
  }

  #drawBand({ fromMs, toMs, columns }: View, line: DrawnLine): void {
    const { times, values } = this.#means;
    const first = Math.max(0, this.#means.firstFrom(fromMs) - 1);
    const end = Math.min(times.length, this.#means.firstFrom(toMs) + 1);
    const each = Math.max(1, Math.ceil((end - first) / columns));
    const low = { least: 0, greatest: 0 };
    const high = { least: 0, greatest: 0 };
    for (let index = first; index < end; index += each) {
      const until = Math.min(end, index + each);
      const value = meanOf(values, index, until);
      if (Number.isNaN(value)) {
        addPoint(line, times[index] as number, value);
        continue;
      }
      this.#least.extent(index, until, low);
      this.#greatest.extent(index, until, high);
      const { least } = low;
      addBand(line, times[index] as number, { value, least, greatest: high.greatest });
    }
  }
}

function meanOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let index = from; index < to; index += 1) {
    const value = values[index] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? Number.NaN : sum / count;
}

/** With a gap wherever nothing was kept for longer than usual. */
function samplesOf(
  { atMs, resolution }: HistorySeries,
  values: readonly (number | null)[],
): SampleBuffer {
  const longestMs = Math.max(gapLeastMs, gapSteps * usualStep(atMs, stepMs[resolution]));
  const samples = new SampleBuffer(atMs.length * 2);
  for (let index = 0; index < atMs.length; index += 1) {
    const at = atMs[index] as number;
    if (at - samples.newestMs > longestMs && samples.length > 0) samples.pushGap(at - 1);
    samples.push(at, values[index] ?? Number.NaN);
  }
  return samples;
}

/** The middle one of the distances; of those at the start, which are as good as any. */
function usualStep(atMs: readonly number[], leastMs: number): number {
  const looked = 1_000;
  const steps: number[] = [];
  for (let index = 1; index < atMs.length && index < looked; index += 1) {
    steps.push((atMs[index] as number) - (atMs[index - 1] as number));
  }
  steps.sort((one, other) => one - other);
  return Math.max(leastMs, steps[steps.length >>> 1] ?? 0);
}
