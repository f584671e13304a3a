import { Cron } from 'croner';
import { dayMs } from './local-time.ts';
import type { LocalMs } from './local-time.ts';

/** Which times of a clock on the wall are meant. Knows of no time zone and no clock change. */
export interface Pattern {
  /** The first that is not before `from`; undefined when none comes any more. */
  next(from: LocalMs): LocalMs | undefined;
}

/** One time of one day. */
export function once(at: LocalMs): Pattern {
  return { next: (from) => (from <= at ? at : undefined) };
}

/**
 * A time of the day.
 * @param timeMs since midnight
 * @param weekdays 0 for Monday to 6 for Sunday; none means each day
 */
export function weekly(timeMs: number, weekdays: readonly number[]): Pattern {
  const isMeant = (day: number): boolean =>
    weekdays.length === 0 || weekdays.includes(weekdayOf(day));
  return {
    next: (from) => {
      const today = Math.floor(from / dayMs);
      for (let day = today; day <= today + 7; day += 1) {
        const local = day * dayMs + timeMs;
        if (local >= from && isMeant(day)) return local;
      }
      return undefined;
    },
  };
}

/** Five fields. The text is croner's to read; what a clock change makes of it is not. */
export function cron(text: string): Pattern {
  // In UTC no time is left out or comes twice.
  const times = new Cron(text, { mode: '5-part', paused: true, timezone: 'UTC' });
  const secondMs = 1_000;
  return {
    next: (from) => {
      // It looks for what is later, by whole seconds.
      const before = Math.ceil(from / secondMs) * secondMs - secondMs;
      return times.nextRun(new Date(before))?.getTime();
    },
  };
}

/** Day 0 is the first of 1970, a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}
