import { asSignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Owner, SignalboxError, Timer } from '../../kernel/index.ts';
import type { Instrument } from '../instrument.ts';
import type { Reading } from '../parameter.ts';
import type { CsvLog } from './csv-log.ts';
import { SampleMean } from './sample-mean.ts';

/** The user tag of an instrument is asked for again after so long: people rename them. */
export const userTagKeptMs = 60_000;

export interface CsvRecorderOptions {
  readonly log: CsvLog;
  readonly instrument: Instrument;
  /** Names of its parameters. */
  readonly parameters: readonly string[];
  /** What the column `address` says of it: its node, or its name. */
  readonly address: number | string;
  /** A row of each parameter so often. */
  readonly everyMs: number;
  /** Read so often; a row is the mean then. @default everyMs */
  readonly sampleMs?: number;
  /** Who reads, as statistics and traces show it. */
  readonly by: Owner;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Reads parameters of one instrument at an even pace, and writes them to the file of its user tag. When
 * an instrument is slower than the pace, readings are left out, never done two at a time. A fault is a
 * row of kind `error`, once until the parameter can be read again.
 */
export class CsvRecorder implements AsyncDisposable {
  readonly #options: CsvRecorderOptions;
  readonly #clock: Clock;
  readonly #sampleMs: number;
  readonly #samplesOfRow: number;
  readonly #ended = new AbortController();
  readonly #means: ReadonlyMap<string, SampleMean>;
  /** Those that could not be read the last time. */
  readonly #faulty = new Set<string>();
  #timer: Timer | undefined;
  #reading: Promise<void> | undefined;
  #startMs = 0;
  /** Turns that have begun, and rows that they have come to. */
  #turns = 0;
  #rows = 0;
  #userTag: { readonly text: string; readonly readMs: number } | undefined;

  /** @throws NOT_FOUND for a parameter that the instrument has not */
  constructor(options: CsvRecorderOptions) {
    const { everyMs, sampleMs = everyMs, instrument, parameters } = options;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#samplesOfRow = Math.max(1, Math.round(everyMs / sampleMs));
    this.#sampleMs = everyMs / this.#samplesOfRow;
    this.#means = new Map(
      parameters.map((name) => [instrument.parameter(name).name, new SampleMean()]),
    );
  }

  /** Begins; may be called once. */
  start(): void {
    this.#startMs = this.#clock.monotonic();
    this.#turn();
  }

  /** Ends it; what was read but is in no row yet makes a last one. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    this.#ended.abort();
    await this.#reading;
    this.#writeRows();
  }

  /** Turns keep their places in time, however long a reading takes; those that are over are left out. */
  #turn(): void {
    const elapsedMs = this.#clock.monotonic() - this.#startMs;
    this.#turns = Math.max(this.#turns, Math.floor(elapsedMs / this.#sampleMs)) + 1;
    this.#reading ??= this.#sample().finally(() => (this.#reading = undefined));
    const delayMs = this.#turns * this.#sampleMs - elapsedMs;
    this.#timer = this.#clock.schedule(delayMs, () => this.#turn());
  }

  /** Never rejects. Asked together, so that they travel in one message where the wire allows it. */
  async #sample(): Promise<void> {
    const tag = this.#learnUserTag();
    await Promise.all(
      this.#means.entries().map(async ([name, mean]) => {
        try {
          mean.add(await this.#read(name));
          this.#faulty.delete(name);
        } catch (error) {
          if (this.#ended.signal.aborted) return;
          this.#tellFault(name, asSignalboxError(error));
        }
      }),
    );
    await tag;
    const rows = Math.floor(this.#turns / this.#samplesOfRow);
    if (rows === this.#rows) return;
    this.#rows = rows;
    this.#writeRows();
  }

  async #read(name: string): Promise<Reading> {
    const { instrument, by } = this.#options;
    return await instrument.read(name, by, { priority: 'poll', signal: this.#ended.signal });
  }

  async #learnUserTag(): Promise<void> {
    const nowMs = this.#clock.monotonic();
    const known = this.#userTag;
    if (known !== undefined && nowMs - known.readMs < userTagKeptMs) return;
    if (this.#options.instrument.driver.parameter('userTag') === undefined) return;
    try {
      const { value } = await this.#read('userTag');
      this.#userTag = { text: String(value), readMs: nowMs };
    } catch {
      // The readings beside it tell what is wrong; the tag is that of before, or the name.
    }
  }

  #writeRows(): void {
    for (const [name, mean] of this.#means) {
      const row = mean.take();
      if (row === undefined) continue;
      const { count, ...reading } = row;
      this.#add(name, reading, {
        kind: this.#options.instrument.parameter(name).access === 'read' ? 'measure' : 'setpoint',
        ...(this.#samplesOfRow === 1 ? {} : { extra: `${count} samples` }),
      });
    }
  }

  #tellFault(name: string, { code, message }: SignalboxError): void {
    // An outage has several: that nobody answers, and then that nobody is asked any more.
    if (this.#faulty.has(name)) return;
    this.#faulty.add(name);
    const reading = { value: code, atMs: this.#clock.now() };
    this.#add(name, reading, { kind: 'error', extra: message });
  }

  #add(name: string, reading: Reading, rest: { kind: string; extra?: string }): void {
    const { log, instrument, address } = this.#options;
    log.add({
      ...rest,
      ...reading,
      port: instrument.port.name,
      address,
      name,
      instrument: instrument.name,
      userTag: this.#userTag?.text ?? instrument.name,
    });
  }
}
