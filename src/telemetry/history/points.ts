import type {
  ExportPage,
  RecordedValue,
  Resolution,
  SeriesHistory,
  SeriesKind,
  SeriesName,
} from './history.ts';

/** A sample as it is kept: a number, or a text. */
export interface SampleRow {
  readonly at: number;
  readonly value: number | null;
  readonly text: string | null;
}

/** What several samples come to. */
export interface SummaryRow {
  readonly count: number;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The last one: a number, or a text. */
  readonly value: number | null;
  readonly text: string | null;
}

/** A value as it was recorded. */
export function valueOf(
  kind: SeriesKind,
  value: number | null,
  text: string | null,
): RecordedValue {
  if (text !== null) return text;
  return kind === 'boolean' ? value !== 0 : (value ?? 0);
}

/** The points of one series, as they are found. */
export class Points {
  readonly #name: SeriesName;
  readonly #resolution: Resolution;
  readonly #kind: SeriesKind;
  readonly #unit: string | null;
  readonly #partMs: number | undefined;
  readonly #atMs: number[] = [];
  readonly #mean: (number | null)[] = [];
  readonly #minimum: (number | null)[] = [];
  readonly #maximum: (number | null)[] = [];
  readonly #last: RecordedValue[] = [];
  readonly #count: number[] = [];

  /** @param partMs absent where each point is one sample */
  constructor(
    name: SeriesName,
    resolution: Resolution,
    kind: SeriesKind,
    unit: string | null,
    partMs?: number,
  ) {
    this.#name = name;
    this.#resolution = resolution;
    this.#kind = kind;
    this.#unit = unit;
    this.#partMs = partMs;
  }

  add(atMs: number, { count, mean, low, high, value, text }: SummaryRow): void {
    this.#atMs.push(atMs);
    this.#mean.push(mean);
    this.#minimum.push(low);
    this.#maximum.push(high);
    this.#last.push(valueOf(this.#kind, value, text));
    this.#count.push(count);
  }

  done(): SeriesHistory {
    const { instrument, parameter } = this.#name;
    return {
      instrument,
      parameter,
      ...(this.#unit === null ? {} : { unit: this.#unit }),
      resolution: this.#resolution,
      ...(this.#partMs === undefined ? {} : { partMs: this.#partMs }),
      atMs: this.#atMs,
      mean: this.#mean,
      minimum: this.#minimum,
      maximum: this.#maximum,
      last: this.#last,
      count: this.#count,
    };
  }
}

interface KnownSeries extends SeriesName {
  readonly unit: string | null;
  readonly kind: SeriesKind;
}

/** Rows in columns, as an export takes them. */
export class ExportRows {
  readonly #series: KnownSeries;
  readonly #rows: readonly (SampleRow & Partial<SummaryRow>)[];

  constructor(series: KnownSeries, rows: readonly (SampleRow & Partial<SummaryRow>)[]) {
    this.#series = series;
    this.#rows = rows;
  }

  page(): ExportPage {
    const { instrument, parameter, unit, kind } = this.#series;
    const { length } = this.#rows;
    const texts = new Map<number, string>();
    const columns = {
      atMs: new Float64Array(length),
      count: new Float64Array(length),
      mean: new Float64Array(length),
      minimum: new Float64Array(length),
      maximum: new Float64Array(length),
      last: new Float64Array(length),
    };
    for (const [index, row] of this.#rows.entries()) {
      const { at, value, text, count = 1, mean = value, low = value, high = value } = row;
      columns.atMs[index] = at;
      columns.count[index] = count;
      columns.mean[index] = mean ?? Number.NaN;
      columns.minimum[index] = low ?? Number.NaN;
      columns.maximum[index] = high ?? Number.NaN;
      columns.last[index] = value ?? Number.NaN;
      if (text !== null) texts.set(index, text);
    }
    return {
      instrument,
      parameter,
      kind,
      ...(unit === null ? {} : { unit }),
      ...columns,
      texts,
    };
  }
}
