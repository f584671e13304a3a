const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A span of time in the two units that matter: `3 h 12 min`. */
export function spanText(ms: number): string {
  if (ms < secondMs) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < minuteMs) return `${Math.floor(ms / secondMs)} s`;
  if (ms < hourMs) return pair(ms, minuteMs, 'min', secondMs, 's');
  if (ms < dayMs) return pair(ms, hourMs, 'h', minuteMs, 'min');
  return pair(ms, dayMs, 'd', hourMs, 'h');
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string) {
  const rest = Math.floor((ms % large) / small);
  const first = `${Math.floor(ms / large)} ${largeUnit}`;
  return rest === 0 ? first : `${first} ${rest} ${smallUnit}`;
}

/** A measured duration, with as many digits as mean something: `0.42 ms`, `12.5 ms`, `1.25 s`. */
export function millisecondsText(ms: number): string {
  if (ms >= 10 * secondMs) return `${(ms / secondMs).toFixed(1)} s`;
  if (ms >= secondMs) return `${(ms / secondMs).toFixed(2)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return `${ms.toFixed(ms >= 10 ? 1 : 2)} ms`;
}

const counts = new Intl.NumberFormat('en-GB');

/**
 * One of the figures of a span of times. Its quantiles come from buckets, whose upper bound may lie
 * above the longest that was measured.
 */
export function spanOfText(
  span: { readonly p50Ms: number; readonly p99Ms: number; readonly longestMs: number },
  which: 'p50Ms' | 'p99Ms' | 'longestMs',
): string {
  return millisecondsText(Math.min(span[which], span.longestMs));
}

/** A count with its thousands apart. */
export function countText(count: number): string {
  return counts.format(count);
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** An amount of bytes, by thousands. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < byteUnits.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${byteUnits[unit]}`;
}

/** A share from 0 to 1 as per cent. */
export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const clocks = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Date and time of day: `30 Nov 2026, 07:15:02`. */
export function momentText(atMs: number): string {
  return moments.format(atMs);
}

/** The time of day with its milliseconds: `07:15:02.125`. */
export function preciseTimeText(atMs: number): string {
  return `${clocks.format(atMs)}.${String(Math.floor(atMs % secondMs)).padStart(3, '0')}`;
}

/** `1 port`, `2 ports`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
