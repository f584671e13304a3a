import type {
  HistoryQuery,
  Resolution,
  Retention,
  Sample,
  SeriesHistory,
} from '../../../src/telemetry/index.ts';

const hourMs = 3_600_000;
const lengthOf: Readonly<Record<Resolution, number>> = { raw: 1, minute: 60_000, hour: hourMs };

/** What a history should hold: all samples that were ever taken, and before when nothing is left. */
export class HistoryModel {
  readonly #series = new Map<string, Map<number, number | string>>();
  readonly horizons: Record<Resolution, number> = { raw: 0, minute: 0, hour: 0 };

  append(samples: readonly Sample[]): { stored: number; duplicates: number; tooLate: number } {
    const result = { stored: 0, duplicates: 0, tooLate: 0 };
    for (const { parameter, value, atMs } of samples) {
      let series = this.#series.get(parameter);
      if (series === undefined) this.#series.set(parameter, (series = new Map()));
      if (atMs < this.horizons.raw) result.tooLate += 1;
      else if (series.has(atMs)) result.duplicates += 1;
      else {
        series.set(atMs, value as number | string);
        result.stored += 1;
      }
    }
    return result;
  }

  retain({ rawMs, minuteMs, hourMs: longest }: Retention, nowMs: number): void {
    const kept = { raw: rawMs, minute: minuteMs, hour: longest };
    for (const resolution of ['raw', 'minute', 'hour'] as const) {
      const before = Math.floor((nowMs - kept[resolution]) / hourMs) * hourMs;
      this.horizons[resolution] = Math.max(this.horizons[resolution], before);
    }
  }

  /** How many samples a series has in all, as far as hours are kept. */
  total(parameter: string): number {
    const times = [...(this.#series.get(parameter)?.keys() ?? [])];
    return times.filter((at) => at >= this.horizons.hour).length;
  }

  /** What is wrong with an answer; undefined when nothing is. */
  problem(query: HistoryQuery, answer: SeriesHistory): string | undefined {
    const { parameter, resolution, atMs } = answer;
    if (atMs.length > query.points) return `${atMs.length} points, not ${query.points}`;
    const row = lengthOf[resolution];
    const from = Math.floor(query.fromMs / row) * row;
    const to = Math.ceil(query.toMs / row) * row;
    const kept = [...(this.#series.get(parameter) ?? [])]
      .filter(([at]) => at >= Math.max(from, this.horizons[resolution]) && at < to)
      .sort(([one], [other]) => one - other);
    const isGone = query.fromMs < this.horizons.raw && resolution === 'raw';
    if (isGone && atMs.length > 0) return 'samples that are gone';
    let taken = 0;
    for (const [index, start] of atMs.entries()) {
      const next = atMs[index + 1] ?? Infinity;
      if (next <= start) return 'points are not in order';
      const inside: [number, number | string][] = [];
      for (; taken < kept.length && (kept[taken]?.[0] ?? 0) < next; taken += 1) {
        const sample = kept[taken];
        if (sample !== undefined) inside.push(sample);
      }
      const problem = pointProblem(answer, index, inside);
      if (problem !== undefined) return `point ${index} at ${start}: ${problem}`;
    }
    return taken === kept.length ? undefined : `${kept.length - taken} samples are in no point`;
  }
}

function pointProblem(
  { mean, minimum, maximum, last, count }: SeriesHistory,
  index: number,
  inside: readonly (readonly [number, number | string])[],
): string | undefined {
  const numbers = inside.flatMap(([, value]) => (typeof value === 'number' ? [value] : []));
  const expected = {
    count: inside.length,
    // Small whole numbers: their sums are exact in any order.
    mean:
      numbers.length === 0 ? null : numbers.reduce((sum, each) => sum + each, 0) / numbers.length,
    minimum: numbers.length === 0 ? null : Math.min(...numbers),
    maximum: numbers.length === 0 ? null : Math.max(...numbers),
    last: inside.at(-1)?.[1],
  };
  const found = {
    count: count[index],
    mean: mean[index] ?? null,
    minimum: minimum[index] ?? null,
    maximum: maximum[index] ?? null,
    last: last[index],
  };
  const [one, other] = [JSON.stringify(expected), JSON.stringify(found)];
  return one === other ? undefined : `it should be ${one}, and is ${other}`;
}
