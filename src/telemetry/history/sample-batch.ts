import type { RecordedValue, SeriesDefinition, SeriesKind } from './history.ts';

/** A sample as somebody gives it. */
export interface Sample {
  readonly instrument: string;
  readonly parameter: string;
  readonly value: RecordedValue;
  readonly unit?: string | undefined;
  /** ms since 1970; fractions are rounded. */
  readonly atMs: number;
}

/** The bytes of a batch, as they go to another thread and come back. */
export interface BatchColumns {
  /** Places in the {@link SeriesBook}. */
  readonly series: Uint32Array<ArrayBuffer>;
  readonly atMs: Float64Array<ArrayBuffer>;
  /** NaN where the value is a text. */
  readonly values: Float64Array<ArrayBuffer>;
}

/**
 * Samples on their way to the disk, in columns: they cost 20 bytes each, whatever their number, and go to
 * another thread without a copy.
 */
export class SampleBatch {
  readonly capacity: number;
  readonly texts: Map<number, string> = new Map();
  columns: BatchColumns;
  #size = 0;
  #earliestMs = Infinity;
  #latestMs = -Infinity;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.columns = {
      series: new Uint32Array(capacity),
      atMs: new Float64Array(capacity),
      values: new Float64Array(capacity),
    };
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size === this.capacity;
  }

  /** Of its samples, ms since 1970. */
  get earliestMs(): number {
    return this.#earliestMs;
  }

  get latestMs(): number {
    return this.#latestMs;
  }

  /** There has to be room. @param series its place in the book */
  add(series: number, atMs: number, value: RecordedValue): void {
    const index = this.#size;
    const wholeMs = Math.round(atMs);
    this.columns.series[index] = series;
    this.columns.atMs[index] = wholeMs;
    if (typeof value === 'string') {
      this.columns.values[index] = Number.NaN;
      this.texts.set(index, value);
    } else {
      this.columns.values[index] = Number(value);
    }
    if (wholeMs < this.#earliestMs) this.#earliestMs = wholeMs;
    if (wholeMs > this.#latestMs) this.#latestMs = wholeMs;
    this.#size = index + 1;
  }

  /** Its memory is used again. */
  clear(): void {
    this.#size = 0;
    this.#earliestMs = Infinity;
    this.#latestMs = -Infinity;
    this.texts.clear();
  }
}

/** Gives each series a number. What has one keeps it. */
export class SeriesBook {
  readonly #places = new Map<string, Map<string, number>>();
  readonly #definitions: SeriesDefinition[] = [];
  /** One more whenever a definition is new or another. */
  #revision = 0;

  get definitions(): readonly SeriesDefinition[] {
    return this.#definitions;
  }

  get revision(): number {
    return this.#revision;
  }

  /** @param unit that of the newest value counts */
  place(instrument: string, parameter: string, kind: SeriesKind, unit: string | undefined): number {
    let ofInstrument = this.#places.get(instrument);
    if (ofInstrument === undefined) {
      ofInstrument = new Map();
      this.#places.set(instrument, ofInstrument);
    }
    const place = ofInstrument.get(parameter);
    if (place === undefined) {
      ofInstrument.set(parameter, this.#definitions.length);
      this.#revision += 1;
      return this.#definitions.push({ instrument, parameter, kind, unit }) - 1;
    }
    const known = this.#definitions[place];
    if (known?.kind !== kind || known.unit !== unit) {
      this.#definitions[place] = { instrument, parameter, kind, unit };
      this.#revision += 1;
    }
    return place;
  }
}

/** What kind of series a value belongs to. */
export function kindOf(value: RecordedValue): SeriesKind {
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}
