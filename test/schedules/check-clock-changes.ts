import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Schedules from '../../src/schedules/index.ts';

/** What clocks showed, minute by minute; see programs/wall_clock.py. */
interface Row {
  readonly zone: string;
  readonly kind: 'gap' | 'overlap';
  readonly time: string;
  readonly days: readonly {
    readonly slot: string;
    /** At which instants the clock showed it: none in a gap, two in an overlap. */
    readonly shown: readonly string[];
    /** When the clock jumped over it. */
    readonly jumped?: string;
  }[];
}

const table = JSON.parse(
  readFileSync(join(import.meta.dirname, 'wall-clock.json'), 'utf8'),
) as readonly Row[];

const policies = (['run-at-end', 'skip'] as const).flatMap((gap) =>
  (['first', 'both'] as const).map((overlap) => ({ gap, overlap })),
);

/**
 * Compares the occurrences of a daily time with what the clocks really showed, in all zones, at all
 * times, with all policies.
 * @returns how many cases were looked at, and those that are not as declared
 */
export function checkClockChanges({ TimeZone, weekly, nextOccurrences }: typeof Schedules): {
  cases: number;
  wrong: string[];
} {
  const wrong: string[] = [];
  let cases = 0;
  for (const { zone: name, kind, time, days } of table) {
    const zone = new TimeZone(name);
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    const pattern = weekly((hours * 60 + minutes) * 60_000, []);
    for (const { gap, overlap } of policies) {
      cases += 1;
      const expected = days
        .flatMap((day) => expectedOf(day, gap, overlap))
        // At the end of a gap the time of that moment is meant, and what was left out goes with it.
        .filter((each, index, all) => instantOf(each) !== instantOf(all[index + 1]));
      const first = Date.parse(`${days[0]?.slot}Z`);
      // From the day before on; offsets are less than a day.
      const found = nextOccurrences({ pattern, zone, gap, overlap }, first - 2 * 86_400_000, 12)
        .filter(({ slot }) => days.some((day) => day.slot === slot))
        .map(({ slot, fold, atMs }) => `${slot} ${fold} ${new Date(atMs).toISOString()}`);
      if (JSON.stringify(found) === JSON.stringify(expected)) continue;
      wrong.push(
        `${name} ${kind} ${time} ${gap} ${overlap}: ${found.join(', ')}; not ${expected.join(', ')}`,
      );
    }
  }
  return { cases, wrong };
}

function expectedOf(
  { slot, shown, jumped }: Row['days'][number],
  gap: 'run-at-end' | 'skip',
  overlap: 'first' | 'both',
): string[] {
  const instants = overlap === 'first' ? shown.slice(0, 1) : shown;
  const iso = (text: string): string => new Date(text).toISOString();
  if (shown.length === 0 && jumped !== undefined) {
    return gap === 'skip' ? [] : [`${slot} 0 ${iso(jumped)}`];
  }
  return instants.map((each, fold) => `${slot} ${fold} ${iso(each)}`);
}

function instantOf(occurrence: string | undefined): string | undefined {
  return occurrence?.split(' ').at(-1);
}
