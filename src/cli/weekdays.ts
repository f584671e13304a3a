import { InvalidArgumentError } from 'commander';

const days = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
type Day = (typeof days)[number];

const groups: Readonly<Record<string, readonly Day[]>> = {
  daily: days,
  weekdays: days.slice(0, 5),
  weekend: days.slice(5),
  once: [],
};

/** What people write for the days of a week, for completion. */
export const weekdayWords: readonly string[] = [...Object.keys(groups), 'mon-fri', 'sat,sun'];

/**
 * The days that are meant, from Monday on: `mon-fri`, `sat,sun`, `weekdays`, `weekend`, `daily`; `once`
 * is none of them.
 * @throws InvalidArgumentError
 */
export function weekdaysOf(text: string): Day[] {
  const found = new Set(text.toLowerCase().split(',').flatMap(partOf));
  return days.filter((day) => found.has(day));
}

function partOf(part: string): readonly Day[] {
  const word = part.trim();
  const group = Object.hasOwn(groups, word) ? groups[word] : undefined;
  if (group !== undefined) return group;
  const [first = '', last = first, ...rest] = word.split('-').map((each) => each.trim());
  const from = numberOf(first);
  const to = numberOf(last);
  if (rest.length > 0 || from < 0 || to < 0) {
    throw new InvalidArgumentError(
      `'${part}' is no day: mon-fri, sat,sun, weekdays, weekend, daily, or once`,
    );
  }
  // From Friday to Monday goes over the end of the week.
  const length = ((to - from + days.length) % days.length) + 1;
  return Array.from({ length }, (_, at) => days[(from + at) % days.length] ?? 'monday');
}

/** By its name or its first letters, two at least: `mon`, `th`. */
function numberOf(word: string): number {
  return word.length < 2 ? -1 : days.findIndex((day) => day.startsWith(word));
}
