import { InvalidArgumentError } from 'commander';

const unitsMs: Readonly<Record<string, number>> = {
  s: 1_000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * A moment as people type it: `2h` (so long ago; s, min, h, d), `2026-11-30`, `2026-11-30T08:00` (local
 * time), `2026-11-30T08:00Z`. In ms since 1970.
 */
export function moment(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?(s|min|m|h|d)$/.exec(text) ?? [];
  if (digits !== undefined) return Date.now() - Math.round(Number(digits) * (unitsMs[unit] ?? 0));
  const [, date, time = '00:00', zone = ''] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(
      text,
    ) ?? [];
  const atMs = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${zone}`);
  if (Number.isFinite(atMs) && isOfCalendar(date ?? '')) return atMs;
  throw new InvalidArgumentError(
    'Give a moment like 2h or 7d (so long ago), 2026-11-30 or 2026-11-30T08:00.',
  );
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isOfCalendar(date: string): boolean {
  return new Date(`${date}T00:00Z`).toISOString().startsWith(date);
}
