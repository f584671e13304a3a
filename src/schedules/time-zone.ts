import { SignalboxError } from '../kernel/index.ts';
import { dayMs } from './local-time.ts';
import type { LocalMs } from './local-time.ts';

/** A stretch of time in which a zone has one offset. */
export interface ZoneSpan {
  readonly startMs: number;
  /** The first instant that is no longer in it. */
  readonly endMs: number;
  /** What is added to UTC. */
  readonly offsetMs: number;
  /** That of the span before: less than this one's where the clock was put forward. */
  readonly offsetBeforeMs: number;
}

/** Spans are found for so long at a time. */
const windowMs = 366 * dayMs;
/**
 * A window looks back so far, to know of a change just before it: longer than any gap or overlap, of
 * which the longest was a whole day (Samoa, December 2011).
 */
const lookBackMs = 2 * dayMs;
/** No zone changes its offset twice in so short a time. */
const sampleMs = 7 * dayMs;
/** Offsets change at whole seconds. */
const secondMs = 1_000;
/** Of so many windows the spans are kept; then all are found anew. */
const windowsKeptMost = 1_024;

/** The offsets of one time zone of the IANA database, as the JavaScript engine knows them. */
export class TimeZone {
  /** As the database has it: `Europe/Vienna`. */
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #windows = new Map<number, readonly ZoneSpan[]>();

  /** @throws BAD_ARGUMENT for a name that is not in the database */
  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
        timeZone: name,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch (cause) {
      throw new SignalboxError('BAD_ARGUMENT', `no time zone '${name}'`, { cause });
    }
    this.name = this.#format.resolvedOptions().timeZone;
  }

  /** The span that an instant is in. Its start may lie within a longer one of the same offset. */
  spanAt(atMs: number): ZoneSpan {
    const window = Math.floor(atMs / windowMs);
    let spans = this.#windows.get(window);
    if (spans === undefined) {
      if (this.#windows.size >= windowsKeptMost) this.#windows.clear();
      spans = this.#spansOf(window * windowMs - lookBackMs, (window + 1) * windowMs);
      this.#windows.set(window, spans);
    }
    const found = spans.find(({ endMs }) => atMs < endMs);
    if (found === undefined) throw new RangeError(`${atMs} is in no span of ${this.name}`);
    return found;
  }

  offsetAt(atMs: number): number {
    return this.spanAt(atMs).offsetMs;
  }

  localAt(atMs: number): LocalMs {
    return atMs + this.offsetAt(atMs);
  }

  #spansOf(fromMs: number, toMs: number): ZoneSpan[] {
    const spans: ZoneSpan[] = [];
    let startMs = fromMs;
    let offsetMs = this.#askOffset(fromMs);
    let offsetBeforeMs = offsetMs;
    for (let sampledMs = fromMs; sampledMs < toMs;) {
      const nextMs = Math.min(sampledMs + sampleMs, toMs);
      const nextOffsetMs = this.#askOffset(nextMs);
      if (nextOffsetMs !== offsetMs) {
        const endMs = this.#changeBetween(sampledMs, nextMs, offsetMs);
        spans.push({ startMs, endMs, offsetMs, offsetBeforeMs });
        startMs = endMs;
        offsetBeforeMs = offsetMs;
        offsetMs = nextOffsetMs;
      }
      sampledMs = nextMs;
    }
    spans.push({ startMs, endMs: toMs, offsetMs, offsetBeforeMs });
    return spans;
  }

  /** The first instant whose offset is another. */
  #changeBetween(fromMs: number, toMs: number, offsetMs: number): number {
    let before = Math.floor(fromMs / secondMs);
    let after = Math.ceil(toMs / secondMs);
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#askOffset(middle * secondMs) === offsetMs) before = middle;
      else after = middle;
    }
    return after * secondMs;
  }

  #askOffset(atMs: number): number {
    const parts: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(atMs)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return local - Math.floor(atMs / secondMs) * secondMs;
  }
}
