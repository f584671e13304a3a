import {
  asSignalboxError,
  BackOff,
  Emitter,
  hasCode,
  raceAbort,
  SignalboxError,
  systemClock,
  throwIfCancelled,
} from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import type { HistoryStore, RecordedValue, Retention } from '../history/history.ts';
import { kindOf } from '../history/sample-batch.ts';
import type { Sample } from '../history/sample-batch.ts';
import type { LatestChange, LatestValues } from '../latest/latest-values.ts';
import type { RecorderEvents, RecorderStatus } from './recorder-events.ts';
import { RetentionLoop } from './retention-loop.ts';
import { SampleQueue } from './sample-queue.ts';
import type { Load } from './sample-queue.ts';
import { selectorOf } from './selection.ts';
import type { Selection } from './selection.ts';

/** So many samples go to the disk at once, at most. */
export const batchSamplesMost = 32_768;
/** So many such batches may wait, with 20 bytes a sample; what comes then is lost, counted and told. */
export const batchesWaitingMost = 32;
/** So many series are recorded; those that come then are not, and are counted and told. */
export const recordedSeriesMost = 100_000;
/** A longer text is not recorded, and counted. */
export const textCharactersMost = 4_096;
/** That samples are lost is told so often at the most, in ms. */
export const droppedToldEveryMs = 10_000;
/** How long an orderly end waits for what is not written yet, unless it says otherwise, in ms. */
export const recorderCloseLongestMs = 5_000;
/** How the tries follow each other while nothing can be written. */
const retry = { firstMs: 500, longestMs: 15_000 } as const;

export interface RecorderOptions extends Selection {
  readonly store: HistoryStore;
  /** How long a value waits at most before it goes to the disk, in ms. @default 1_000 */
  readonly batchMs?: number;
  /** @default {@link batchSamplesMost} */
  readonly batchMost?: number;
  /** @default {@link batchesWaitingMost} */
  readonly batchesMost?: number;
  /** @default everything is kept for good */
  readonly retention?: Retention;
  /** @default systemClock */
  readonly clock?: Clock;
  /** From 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * Writes values down as they come: those of the instruments that it follows, and those that it is given.
 * Who measures never waits for the disk. While nothing can be written, the newest values that there is
 * room for wait, in order; it goes on by itself.
 */
export class Recorder implements AsyncDisposable {
  readonly events: Emitter<RecorderEvents> = new Emitter<RecorderEvents>();
  readonly #store: HistoryStore;
  readonly #clock: Clock;
  readonly #batchMs: number;
  readonly #isSelected: (instrument: string, parameter: string) => boolean;
  readonly #queue: SampleQueue;
  readonly #backOff: BackOff;
  readonly #retention: RetentionLoop | undefined;
  readonly #following = new DisposableStack();
  #timer: Timer | undefined;
  #retryTimer: Timer | undefined;
  /** What is being written, or could not be. */
  #load: Load | undefined;
  #isWriting = false;
  #isWanted = false;
  #state: RecorderStatus['state'] = 'idle';
  #error: SignalboxError | undefined;
  #stoppedMs = 0;
  #droppedWhenStopped = 0;
  #stored = 0;
  #duplicates = 0;
  #dropped = 0;
  #tooLate = 0;
  #unusable = 0;
  #batches = 0;
  #storedMs: number | undefined;
  #toldDropped = 0;
  #toldDroppedMs = -Infinity;

  constructor(options: RecorderOptions) {
    const { store, clock = systemClock, batchMs = 1_000, retention, random } = options;
    this.#store = store;
    this.#clock = clock;
    this.#batchMs = batchMs;
    this.#isSelected = selectorOf(options);
    this.#queue = new SampleQueue(
      options.batchMost ?? batchSamplesMost,
      options.batchesMost ?? batchesWaitingMost,
    );
    this.#backOff = new BackOff({ ...retry, ...(random === undefined ? {} : { random }) });
    if (retention !== undefined) {
      this.#retention = new RetentionLoop({
        store,
        retention,
        clock,
        failed: (error) => this.events.emit('retentionFailed', { error }),
      });
    }
  }

  /** Records good values from now on, as they become the latest. */
  follow(latest: LatestValues): void {
    this.#following.use(latest.events.on('changed', (change) => this.#take(change)));
    this.#start();
  }

  /**
   * Records these, all of them or none; also those that are not among what is chosen. Resolves when they are
   * there for good.
   * @throws QUEUE_FULL when there is no room for them or their series, VALUE_INVALID for one that cannot be recorded:
   *   nothing is recorded then; CLOSED, CANCELLED, and what the store throws: then they may be recorded
   *   all the same. They may be given again: what is there already stays as it is.
   */
  async append(
    samples: readonly Sample[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { signal } = options;
    throwIfCancelled(signal, 'a record');
    this.#start();
    if (this.#queue.room < samples.length) throw this.#noRoom(samples.length);
    for (const sample of samples) checkSample(sample);
    const places = samples.map((sample) => this.#place(sample));
    for (const [index, { atMs, value }] of samples.entries()) {
      this.#queue.add(places[index] ?? 0, atMs, value);
    }
    const written = this.#written();
    this.#isWanted = true;
    this.#send();
    if (written !== undefined) await raceAbort(written, signal, 'a record');
  }

  /** Resolves when all that came before is written. @throws CANCELLED, CLOSED, and what the store throws */
  async flush(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.append([], options);
  }

  status(): RecorderStatus {
    const storedMs = this.#storedMs;
    return {
      state: this.#state,
      ...(this.#error === undefined ? {} : { error: this.#error }),
      series: this.#store.book.definitions.length,
      waiting: this.#queue.size,
      stored: this.#stored,
      duplicates: this.#duplicates,
      dropped: this.#dropped,
      tooLate: this.#tooLate,
      unusable: this.#unusable,
      batches: this.#batches,
      ...(storedMs === undefined ? {} : { storedMs }),
    };
  }

  /** Takes nothing new, writes what it has, then ends. @param longestMs then the rest is lost, and told */
  async close(longestMs: number = recorderCloseLongestMs): Promise<void> {
    if (this.#state === 'closed') return;
    const hadBegun = this.#state !== 'idle';
    this.#following.dispose();
    await this.#retention?.[Symbol.asyncDispose]();
    if (hadBegun && (this.#isWriting || !this.#queue.isEmpty)) {
      const late = new AbortController();
      const timer = this.#clock.schedule(longestMs, () => late.abort());
      await this.#drained(late.signal).catch(() => {});
      timer.cancel();
    }
    this.#state = 'closed';
    this.#timer?.cancel();
    this.#retryTimer?.cancel();
    const error = new SignalboxError('CLOSED', 'the recorder was closed before it was written');
    let lost = this.#queue.clear(error);
    if (this.#load !== undefined && !this.#isWriting) {
      lost += this.#load.batch.size;
      this.#queue.giveBack(this.#load, error);
    }
    if (lost > 0) this.#drop(lost, 'the recorder was closed');
    this.#tellDropped('the recorder was closed', true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(): void {
    if (this.#state === 'closed') throw new SignalboxError('CLOSED', 'the recorder was closed');
    if (this.#state !== 'idle') return;
    this.#state = 'recording';
    this.#retention?.start();
  }

  #take({ record, parameters }: LatestChange): void {
    const { instrument, values } = record;
    for (const parameter of parameters) {
      const latest = values[parameter];
      if (latest?.quality !== 'good' || !this.#isSelected(instrument, parameter)) continue;
      const { value, unit, atMs } = latest;
      if (value === undefined || value instanceof Uint8Array) continue;
      if (problemOf(value) !== undefined) this.#unusable += 1;
      else if (!this.#put(instrument, parameter, value, unit, atMs)) {
        this.#drop(1, 'there was no room for more');
      }
    }
    if (this.#queue.hasFull) this.#send();
    else this.#sendLater();
  }

  /** @throws QUEUE_FULL */
  #place({ instrument, parameter, value, unit }: Sample): number {
    const place = this.#store.book.place(instrument, parameter, kindOf(value), unit);
    if (place < recordedSeriesMost) return place;
    throw new SignalboxError('QUEUE_FULL', `${recordedSeriesMost} series are recorded already`);
  }

  #put(
    instrument: string,
    parameter: string,
    value: RecordedValue,
    unit: string | undefined,
    atMs: number,
  ): boolean {
    const { book } = this.#store;
    const place = book.place(instrument, parameter, kindOf(value), unit);
    return place < recordedSeriesMost && this.#queue.add(place, atMs, value);
  }

  /** Settles when all that came so far is written. */
  #written(): Promise<void> | undefined {
    const written = this.#queue.written();
    if (written !== undefined || this.#load === undefined) return written;
    const wait = Promise.withResolvers<void>();
    wait.promise.catch(() => {});
    this.#load.waiting.push(wait);
    return wait.promise;
  }

  #sendLater(): void {
    this.#timer ??= this.#clock.schedule(this.#batchMs, () => {
      this.#timer = undefined;
      this.#isWanted = true;
      this.#send();
    });
  }

  /** One batch at a time: what comes meanwhile goes together. */
  #send(): void {
    if (this.#isWriting || this.#state === 'stopped' || this.#state === 'closed') return;
    if (this.#load === undefined && !this.#queue.hasFull && !this.#isWanted) return;
    const failed = this.#load;
    const load = failed ?? this.#queue.take();
    // All that was wanted goes with it, unless it is an older one.
    if (failed === undefined && load?.batch.isFull !== true) this.#isWanted = false;
    if (load === undefined) return;
    this.#load = load;
    void this.#write(load);
  }

  async #write(load: Load): Promise<void> {
    this.#isWriting = true;
    try {
      const { stored, duplicates, tooLate } = await this.#store.append(load.batch);
      this.#isWriting = false;
      this.#load = undefined;
      this.#queue.giveBack(load);
      this.#stored += stored;
      this.#duplicates += duplicates;
      this.#tooLate += tooLate;
      this.#batches += 1;
      this.#storedMs = this.#clock.now();
      this.#resume();
    } catch (thrown) {
      this.#isWriting = false;
      this.#fail(load, asSignalboxError(thrown));
    }
    this.#send();
  }

  #fail(load: Load, error: SignalboxError): void {
    if (this.#state === 'closed' || !passes(error)) {
      // Another try would end the same way, and keep all that follows from being written.
      this.#load = undefined;
      this.#dropped += load.batch.size;
      this.#queue.giveBack(load, error);
      this.#tellDropped(error.message, this.#state === 'closed');
      return;
    }
    if (this.#error === undefined) {
      this.#stoppedMs = this.#clock.monotonic();
      this.#droppedWhenStopped = this.#dropped;
      this.events.emit('stopped', { error });
    }
    this.#state = 'stopped';
    this.#error = error;
    this.#retryTimer = this.#clock.schedule(this.#backOff.nextMs(), () => {
      if (this.#state !== 'stopped') return;
      this.#state = 'recording';
      this.#isWanted = true;
      this.#send();
    });
  }

  #resume(): void {
    if (this.#error === undefined) return;
    this.#error = undefined;
    this.#backOff.reset();
    this.#tellDropped('nothing could be written', true);
    this.events.emit('resumed', {
      afterMs: this.#clock.monotonic() - this.#stoppedMs,
      dropped: this.#dropped - this.#droppedWhenStopped,
    });
  }

  #drop(count: number, why: string): void {
    this.#dropped += count;
    this.#tellDropped(why, false);
  }

  #tellDropped(why: string, isLast: boolean): void {
    const count = this.#dropped - this.#toldDropped;
    const nowMs = this.#clock.monotonic();
    if (count === 0 || (!isLast && nowMs - this.#toldDroppedMs < droppedToldEveryMs)) return;
    this.#toldDropped = this.#dropped;
    this.#toldDroppedMs = nowMs;
    this.events.emit('dropped', { count, why });
  }

  async #drained(signal: AbortSignal): Promise<void> {
    while (this.#isWriting || this.#load !== undefined || !this.#queue.isEmpty) {
      // A last try, also when the next one is not due.
      if (this.#state === 'stopped') this.#state = 'recording';
      this.#isWanted = true;
      const written = this.#written();
      this.#send();
      if (written === undefined) return;
      await raceAbort(written, signal, 'the end of a recorder').catch(() => {});
      throwIfCancelled(signal, 'the end of a recorder');
    }
  }

  #noRoom(count: number): SignalboxError {
    const text = `there is no room for ${count} more samples: ${this.#queue.size} wait to be written`;
    return new SignalboxError('QUEUE_FULL', text, {
      nextStep: 'Wait until what was given before is written, then give these again.',
      details: { waiting: this.#queue.size },
      ...(this.#error === undefined ? {} : { cause: this.#error }),
    });
  }
}

/** Whether it may be over after a while. */
function passes(error: SignalboxError): boolean {
  return hasCode(
    error,
    'DATABASE_BUSY',
    'DATABASE_FAILED',
    'DATABASE_FULL',
    'DATABASE_READ_ONLY',
    'DATABASE_UNREACHABLE',
    'OUTCOME_UNKNOWN',
    'QUEUE_FULL',
    'STATE_UNREADABLE',
    'WAIT_TIMEOUT',
  );
}

function checkSample({ instrument, parameter, value, atMs }: Sample): void {
  const problem = Number.isFinite(atMs) ? problemOf(value) : 'it has no time';
  if (problem === undefined) return;
  const text = `${instrument}.${parameter} cannot be recorded: ${problem}`;
  throw new SignalboxError('VALUE_INVALID', text);
}

function problemOf(value: RecordedValue): string | undefined {
  if (typeof value === 'string' && value.length > textCharactersMost) {
    return `a text of ${value.length} characters is too long`;
  }
  return typeof value === 'number' && !Number.isFinite(value) ? `${value} is no number` : undefined;
}
