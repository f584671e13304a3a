import type * as ApacheArrow from 'apache-arrow';
import type { Data, Dictionary, Float64, Int32, Utf8 } from 'apache-arrow';
import type { ExportPage, ExportQuery, SeriesInfo, SeriesName } from '../history.ts';
import type { ExportChunk } from './export-history.ts';

type Arrow = typeof ApacheArrow;

/**
 * A stream of record batches as Apache Arrow has them (Columnar Format 1.5, IPC streaming format), one for
 * each page. `series` is a dictionary of `instrument.parameter`; the units are metadata of the schema.
 */
export async function* arrowChunks(
  pages: AsyncIterable<ExportPage>,
  { series, resolution }: ExportQuery,
  known: readonly SeriesInfo[],
): AsyncGenerator<ExportChunk, void, undefined> {
  const arrow = await import('apache-arrow');
  const columns = new ColumnMaker(arrow, series, resolution === 'raw', unitsOf(series, known));
  const writer = new arrow.RecordBatchStreamWriter();
  const bytes = new WrittenBytes(writer);
  writer.reset(undefined, columns.schema);
  for await (const page of pages) {
    writer.write(columns.batch(page));
    yield { bytes: await bytes.next(), rows: page.atMs.length };
  }
  writer.finish();
  yield { bytes: await bytes.rest(), rows: 0 };
}

/** What a writer has written so far. It is asked after each batch, so that nothing piles up in it. */
class WrittenBytes {
  readonly #bytes: AsyncIterator<Uint8Array>;
  #pending: Promise<IteratorResult<Uint8Array>> | undefined;

  constructor(writer: AsyncIterable<Uint8Array>) {
    this.#bytes = writer[Symbol.asyncIterator]();
  }

  async next(): Promise<Uint8Array> {
    return await this.#all(true);
  }

  /** To the end. */
  async rest(): Promise<Uint8Array> {
    return await this.#all(false);
  }

  async #all(isMore: boolean): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (;;) {
      this.#pending ??= this.#bytes.next();
      const turn = Promise.withResolvers<undefined>();
      // What is there comes before the next turn; what is not comes with the next batch.
      if (isMore) setImmediate(turn.resolve, undefined);
      const next = await Promise.race([this.#pending, turn.promise]);
      if (next === undefined) break;
      this.#pending = undefined;
      if (next.done === true) break;
      parts.push(next.value);
    }
    return Buffer.concat(parts);
  }
}

class ColumnMaker {
  readonly #arrow: Arrow;
  readonly #names: readonly string[];
  readonly #isRaw: boolean;
  readonly #dictionary: Data<Utf8>;
  readonly #type: Dictionary<Utf8, Int32>;
  readonly schema: InstanceType<Arrow['Schema']>;

  constructor(
    arrow: Arrow,
    series: readonly SeriesName[],
    isRaw: boolean,
    units: ReadonlyMap<string, string>,
  ) {
    this.#arrow = arrow;
    this.#isRaw = isRaw;
    this.#names = series.map(nameOf);
    const { Dictionary: DictionaryType, Field, Float64: Real, Int32: Whole, Schema } = arrow;
    const { TimestampMillisecond: Time, Utf8: Text, vectorFromArray } = arrow;
    this.#type = new DictionaryType(new Text(), new Whole(), 0);
    const [dictionary] = vectorFromArray([...this.#names], new Text()).data;
    if (dictionary === undefined) throw new RangeError('an export has one series or more');
    this.#dictionary = dictionary;
    const numbers = isRaw ? ['value'] : ['count', 'mean', 'minimum', 'maximum', 'last'];
    this.schema = new Schema(
      [
        new Field('time', new Time('UTC'), false),
        new Field('series', this.#type, false),
        ...numbers.map((name) => new Field(name, new Real(), true)),
        new Field('text', new Text(), true),
      ],
      new Map([...units].map(([name, unit]) => [`unit.${name}`, unit])),
    );
  }

  batch(page: ExportPage): InstanceType<Arrow['RecordBatch']> {
    const { makeData, RecordBatch, Struct, Utf8: Text, vectorFromArray, Vector } = this.#arrow;
    const { TimestampMillisecond: Time } = this.#arrow;
    const { length } = page.atMs;
    const place = this.#names.indexOf(nameOf(page));
    const numbers = this.#isRaw
      ? [page.last]
      : [page.count, page.mean, page.minimum, page.maximum, page.last];
    const texts = Array.from({ length }, (_, index) => page.texts.get(index) ?? null);
    const children = [
      makeData({ type: new Time('UTC'), length, data: BigInt64Array.from(page.atMs, BigInt) }),
      makeData({
        type: this.#type,
        length,
        data: new Int32Array(length).fill(place),
        dictionary: new Vector([this.#dictionary]),
      }),
      ...numbers.map((column) => this.#numbers(column)),
      vectorFromArray(texts, new Text()).data[0],
    ];
    const data = makeData({
      type: new Struct(this.schema.fields),
      length,
      nullCount: 0,
      children: children as Data[],
    });
    return new RecordBatch(this.schema, data as never);
  }

  /** NaN stands for none. */
  #numbers(values: Float64Array): Data<Float64> {
    const { Float64: Real, makeData } = this.#arrow;
    const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
    let nullCount = 0;
    for (const [index, value] of values.entries()) {
      if (Number.isNaN(value)) nullCount += 1;
      else nullBitmap[index >> 3] = (nullBitmap[index >> 3] ?? 0) | (1 << (index & 7));
    }
    return makeData({
      type: new Real(),
      length: values.length,
      data: values,
      nullCount,
      nullBitmap,
    });
  }
}

function nameOf({ instrument, parameter }: SeriesName): string {
  return `${instrument}.${parameter}`;
}

function unitsOf(
  series: readonly SeriesName[],
  known: readonly SeriesInfo[],
): ReadonlyMap<string, string> {
  const wanted = new Set(series.map(nameOf));
  return new Map(
    known.flatMap((each): [string, string][] =>
      each.unit !== undefined && wanted.has(nameOf(each)) ? [[nameOf(each), each.unit]] : [],
    ),
  );
}
