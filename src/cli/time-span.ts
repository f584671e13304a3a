import { InvalidArgumentError } from 'commander';

const msOf = { s: 1_000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longestMs = 31 * msOf.d;

/** How long something is to last, as people write it: `90s`, `30m`, `2h`, `1d`. @returns seconds */
export function timeSpanS(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(s|min|m|h|d)?$/.exec(text) ?? [];
  const ms = Number(number) * msOf[unit as keyof typeof msOf];
  if (ms >= msOf.s && ms <= longestMs) return ms / msOf.s;
  throw new InvalidArgumentError('a time from 1s to 31d: 90s, 30m, 2h, 1d');
}
