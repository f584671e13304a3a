import { Emitter, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { frozenCopy } from './frozen-copy.ts';
import { doubtfulValue, goodValue } from './latest-value.ts';
import type { LatestRecord, LatestValue, NewValues, QualityReason } from './latest-value.ts';

/** What became of an instrument's values. */
export interface LatestChange {
  readonly record: LatestRecord;
  /** The parameters whose entries are new. */
  readonly parameters: readonly string[];
}

export interface LatestEvents {
  changed: LatestChange;
  removed: { readonly instrument: string };
}

/**
 * The newest values of all instruments. What is given out is frozen and never changes; a change of
 * several values of an instrument is seen as a whole or not at all.
 */
export class LatestValues {
  readonly events: Emitter<LatestEvents>;
  readonly #clock: Clock;
  readonly #records = new Map<string, LatestRecord>();

  /** @param clock @default systemClock */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.events = new Emitter<LatestEvents>();
  }

  /** How many instruments something is known of. */
  get size(): number {
    return this.#records.size;
  }

  has(instrument: string): boolean {
    return this.#records.has(instrument);
  }

  /** @returns undefined when nothing is known of it */
  get(instrument: string): LatestRecord | undefined {
    const record = this.#records.get(instrument);
    return record === undefined ? undefined : withOwnBytes(record);
  }

  /** All of them, as they were at one moment. */
  all(): readonly LatestRecord[] {
    return Array.from(this.#records.values(), withOwnBytes);
  }

  /** When a value of an instrument changed last, ms since 1970; undefined when nothing is known of it. */
  lastUpdated(instrument: string): number | undefined {
    return this.#records.get(instrument)?.updatedMs;
  }

  /** These are its values from now on; others that it had are forgotten. */
  set(instrument: string, values: NewValues, atMs: number = this.#clock.now()): LatestRecord {
    return this.#put(instrument, {}, values, {}, 'bad', atMs);
  }

  /**
   * These have been read and those could not be: all of it at once. Its others stay as they are, and of
   * what could not be read the last value is kept, marked as bad.
   */
  update(
    instrument: string,
    values: NewValues,
    failures: Readonly<Record<string, QualityReason>> = {},
    atMs: number = this.#clock.now(),
  ): LatestRecord {
    const before = this.#records.get(instrument)?.values ?? {};
    return this.#put(instrument, before, values, failures, 'bad', atMs);
  }

  /** These should have been read again by now: what is known of them is kept, and marked as stale. */
  age(instrument: string, parameters: readonly string[], why: QualityReason): LatestRecord {
    const before = this.#records.get(instrument)?.values ?? {};
    const reasons = Object.fromEntries(parameters.map((name) => [name, why]));
    return this.#put(instrument, before, {}, reasons, 'stale', this.#clock.now());
  }

  /** @returns whether anything was known of it */
  remove(instrument: string): boolean {
    const was = this.#records.delete(instrument);
    if (was) this.events.emit('removed', { instrument });
    return was;
  }

  #put(
    instrument: string,
    before: Readonly<Record<string, LatestValue>>,
    good: NewValues,
    doubtful: Readonly<Record<string, QualityReason>>,
    quality: 'bad' | 'stale',
    updatedMs: number,
  ): LatestRecord {
    const values = { ...before };
    const parameters: string[] = [];
    for (const name in good) {
      const given = good[name];
      if (given === undefined) continue;
      values[name] = goodValue(given.value, given.unit, updatedMs);
      parameters.push(name);
    }
    for (const name in doubtful) {
      const why = doubtful[name];
      if (why === undefined) continue;
      values[name] = doubtfulValue(before[name], quality, why);
      parameters.push(name);
    }
    const revision = (this.#records.get(instrument)?.revision ?? 0) + 1;
    Object.freeze(values);
    const record = Object.freeze({ instrument, updatedMs, revision, values });
    this.#records.set(instrument, record);
    if (this.events.has('changed')) this.events.emit('changed', { record, parameters });
    return record;
  }
}

/** A record whose bytes are a copy, where it has any. */
function withOwnBytes(record: LatestRecord): LatestRecord {
  let own: Record<string, LatestValue> | undefined;
  for (const name in record.values) {
    const latest = record.values[name];
    if (!(latest?.value instanceof Uint8Array)) continue;
    own ??= { ...record.values };
    own[name] = Object.freeze({ ...latest, value: frozenCopy(latest.value) });
  }
  return own === undefined ? record : Object.freeze({ ...record, values: Object.freeze(own) });
}
