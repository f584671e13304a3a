import { dayMs, formatLocal, formatOffset, minuteMs } from './local-time.ts';
import type { LocalMs } from './local-time.ts';
import type { Pattern } from './pattern.ts';
import type { TimeZone, ZoneSpan } from './time-zone.ts';

/** When something is to be done. */
export interface OccurrenceRule {
  readonly pattern: Pattern;
  readonly zone: TimeZone;
  /**
   * What becomes of times that the clock leaves out when it is put forward: they are done once at the
   * end of the gap, all of one gap together, or not at all.
   */
  readonly gap: 'run-at-end' | 'skip';
  /** What becomes of times that the clock shows twice: the first time counts, or both do. */
  readonly overlap: 'first' | 'both';
}

/** One time at which something is to be done. */
export interface Occurrence {
  /** The local time that was meant: `2026-03-29T02:30`, also where the clock left it out. */
  readonly slot: string;
  /** 1 for the second of two times that the clock shows alike. */
  readonly fold: 0 | 1;
  /** When that is, ms since 1970. */
  readonly atMs: number;
}

/** As people read it, with what is added to UTC: `2026-03-29T03:00+02:00`. */
export function formatOccurrence({ atMs }: Occurrence, zone: TimeZone): string {
  const offsetMs = zone.offsetAt(atMs);
  return formatLocal(atMs + offsetMs) + formatOffset(offsetMs);
}

/** No offset is larger, nor any change of one. */
const offsetMostMs = dayMs;
/** Spans that are looked into for one occurrence: each has another offset, or begins another year. */
const spansMost = 64;
/** The calendar ends here: 9999-12-01. */
const lastMs = 253_399_622_400_000;

/** The first occurrence after an instant; undefined when none comes any more. */
export function nextOccurrence(rule: OccurrenceRule, afterMs: number): Occurrence | undefined {
  const { pattern, zone } = rule;
  let fromMs = afterMs + 1;
  for (let looked = 0; looked < spansMost && fromMs < lastMs; looked += 1) {
    const span = zone.spanAt(fromMs);
    const found = firstIn(span, rule, fromMs);
    if (found !== undefined) return found;
    // On to the span in which there may be one, however far away.
    const least = span.endMs + Math.min(span.offsetMs, zone.offsetAt(span.endMs));
    const local = pattern.next(least - offsetMostMs);
    if (local === undefined) return undefined;
    fromMs = Math.max(span.endMs, local - 2 * offsetMostMs);
  }
  return undefined;
}

/** The next few, without anything being done. */
export function nextOccurrences(
  rule: OccurrenceRule,
  afterMs: number,
  most: number,
): readonly Occurrence[] {
  const found: Occurrence[] = [];
  for (let lastAtMs = afterMs; found.length < most;) {
    const next = nextOccurrence(rule, lastAtMs);
    if (next === undefined) break;
    found.push(next);
    lastAtMs = next.atMs;
  }
  return found;
}

/** The last occurrence after `afterMs` and not after `untilMs`, however many there are between. */
export function latestOccurrence(
  rule: OccurrenceRule,
  afterMs: number,
  untilMs: number,
): Occurrence | undefined {
  let latest: Occurrence | undefined;
  let low = afterMs;
  let high = untilMs;
  // Where none comes after the middle, it is before; patterns are no finer than a minute.
  while (low < high) {
    const middle = high - low <= minuteMs ? low : Math.floor((low + high) / 2);
    const found = nextOccurrence(rule, middle);
    if (found !== undefined && found.atMs <= untilMs) {
      latest = found;
      low = found.atMs;
    } else {
      if (middle === low) break;
      high = middle;
    }
  }
  return latest;
}

/** The first occurrence of a span that is not before an instant in it. */
function firstIn(span: ZoneSpan, rule: OccurrenceRule, fromMs: number): Occurrence | undefined {
  const { startMs, endMs, offsetMs, offsetBeforeMs } = span;
  const { pattern, overlap } = rule;
  if (fromMs <= startMs && offsetMs > offsetBeforeMs) {
    const atEnd = firstOfGap(span, rule);
    if (atEnd !== undefined) return { slot: formatLocal(atEnd), fold: 0, atMs: startMs };
  }
  // Until then the clock shows for the second time what it has shown before.
  const repeatedUntil = startMs + offsetBeforeMs;
  const earliest = Math.max(fromMs, startMs) + offsetMs;
  const local = pattern.next(overlap === 'both' ? earliest : Math.max(earliest, repeatedUntil));
  if (local === undefined || local >= endMs + offsetMs) return undefined;
  const fold = local < repeatedUntil ? 1 : 0;
  return { slot: formatLocal(local), fold, atMs: local - offsetMs };
}

/** What is done at the end of a gap for the times in it; nothing where that is an occurrence anyway. */
function firstOfGap(span: ZoneSpan, { pattern, gap }: OccurrenceRule): LocalMs | undefined {
  if (gap === 'skip') return undefined;
  const end = span.startMs + span.offsetMs;
  const local = pattern.next(span.startMs + span.offsetBeforeMs);
  if (local === undefined || local >= end) return undefined;
  return pattern.next(end) === end ? undefined : local;
}
