import { SignalboxError } from '../kernel/index.ts';

/**
 * What a clock on the wall shows, as a number: the milliseconds since 1970 that UTC would need to show
 * the same. So the calendar of local times needs no time zone.
 */
export type LocalMs = number;

export const minuteMs = 60_000;
export const dayMs = 86_400_000;

/** `2026-03-29T02:30`, or the same with its seconds where it has some. */
export function formatLocal(local: LocalMs): string {
  const text = new Date(local).toISOString();
  return text.slice(0, local % minuteMs === 0 ? 16 : 19);
}

/** @param text `YYYY-MM-DDTHH:MM` @throws BAD_ARGUMENT */
export function parseLocal(text: string): LocalMs {
  const local = Date.parse(`${text}:00Z`);
  if (!Number.isNaN(local)) return local;
  throw new SignalboxError('BAD_ARGUMENT', `'${text}' is no local time: 2026-12-24T18:00`);
}

/** `+05:45`, with its seconds where it has some. */
export function formatOffset(offsetMs: number): string {
  const sign = offsetMs < 0 ? '-' : '+';
  const text = new Date(Math.abs(offsetMs)).toISOString();
  return sign + text.slice(11, offsetMs % minuteMs === 0 ? 16 : 19);
}
