import { describe, expect, it } from 'vitest';
import * as schedules from '../../src/schedules/index.ts';
import { cron, nextOccurrences, once, TimeZone, weekly } from '../../src/schedules/index.ts';
import type { Pattern, OccurrenceRule } from '../../src/schedules/index.ts';
import { latestOccurrence, nextOccurrence } from '../../src/schedules/occurrences.ts';
import { Plantation } from '../support/plantation.ts';
import type { Mutant } from '../support/plantation.ts';
import { recordProof } from '../support/proof.ts';
import { randomFrom } from '../support/random.ts';
import { checkClockChanges } from './check-clock-changes.ts';

const mutants: readonly Mutant[] = [
  {
    bug: 'a time in a gap is left out, also where it is to be run at the end',
    file: 'occurrences.ts',
    find: `if (gap === 'skip') return undefined;`,
    replace: `if (gap !== undefined) return undefined;`,
  },
  {
    bug: 'a time in a gap is run at the end, also where it is to be left out',
    file: 'occurrences.ts',
    find: `if (gap === 'skip') return undefined;`,
    replace: '',
  },
  {
    bug: 'a time in a gap is run when the gap begins by the old offset',
    file: 'occurrences.ts',
    find: 'fold: 0, atMs: startMs };',
    replace: 'fold: 0, atMs: atEnd - offsetMs };',
  },
  {
    bug: 'a time that comes twice is run twice, also where the first counts',
    file: 'occurrences.ts',
    find: `overlap === 'both' ? earliest : Math.max(earliest, repeatedUntil)`,
    replace: 'earliest',
  },
  {
    bug: 'a time that comes twice is run once, also where both count',
    file: 'occurrences.ts',
    find: `overlap === 'both' ? earliest : Math.max(earliest, repeatedUntil)`,
    replace: 'Math.max(earliest, repeatedUntil)',
  },
  {
    bug: 'the two of an overlap have one name',
    file: 'occurrences.ts',
    find: 'const fold = local < repeatedUntil ? 1 : 0;',
    replace: 'const fold = 0;',
  },
  {
    bug: 'an occurrence at the end of a span is lost',
    file: 'occurrences.ts',
    find: 'local >= endMs + offsetMs',
    replace: 'local >= endMs + offsetMs - 3_600_000',
  },
  {
    bug: 'offsets change an hour late',
    file: 'time-zone.ts',
    find: 'return after * secondMs;',
    replace: 'return after * secondMs + 3_600_000;',
  },
];

const vienna = new TimeZone('Europe/Vienna');
const at = (text: string): number => Date.parse(text);
const times = (rule: OccurrenceRule, from: string, most: number): string[] =>
  nextOccurrences(rule, at(from), most).map(({ atMs }) => new Date(atMs).toISOString());
const rule = (pattern: Pattern, rest: Partial<OccurrenceRule> = {}): OccurrenceRule => ({
  pattern,
  zone: vienna,
  gap: 'run-at-end',
  overlap: 'first',
  ...rest,
});

describe('occurrences', () => {
  it('are as declared in all zones when the clock is put forward and back', async () => {
    const { cases, wrong } = checkClockChanges(schedules);
    expect(wrong).toEqual([]);
    expect(cases).toBe(512);
    using plantation = new Plantation();
    const missed: string[] = [];
    for (const mutant of mutants) {
      const planted = await plantation.plant<typeof schedules>('schedules', mutant);
      if (checkClockChanges(planted).wrong.length === 0) missed.push(mutant.bug);
    }
    expect(missed).toEqual([]);
    recordProof({
      promise: 'A time is run as declared when the clock is changed.',
      test: 'are as declared in all zones when the clock is put forward and back',
      count: cases,
      planted: mutants.length,
      caught: mutants.length - missed.length,
    });
  });

  it('of one gap are run together, once, at its end', () => {
    const often = rule(cron('*/15 * * * *'));
    expect(times(often, '2024-03-31T00:40:00Z', 3)).toEqual([
      '2024-03-31T00:45:00.000Z',
      // 03:00 is one of them anyway.
      '2024-03-31T01:00:00.000Z',
      '2024-03-31T01:15:00.000Z',
    ]);
    expect(times(rule(cron('10,40 2 * * *')), '2024-03-30T12:00:00Z', 2)).toEqual([
      '2024-03-31T01:00:00.000Z',
      '2024-04-01T00:10:00.000Z',
    ]);
  });

  it('of an hour that comes twice are run in the first, or in both', () => {
    const often = cron('*/30 * * * *');
    expect(times(rule(often), '2024-10-26T23:45:00Z', 3)).toEqual([
      '2024-10-27T00:00:00.000Z',
      '2024-10-27T00:30:00.000Z',
      '2024-10-27T02:00:00.000Z',
    ]);
    expect(times(rule(often, { overlap: 'both' }), '2024-10-26T23:45:00Z', 5)).toEqual([
      '2024-10-27T00:00:00.000Z',
      '2024-10-27T00:30:00.000Z',
      '2024-10-27T01:00:00.000Z',
      '2024-10-27T01:30:00.000Z',
      '2024-10-27T02:00:00.000Z',
    ]);
  });

  it('may be years away, or none', () => {
    expect(times(rule(cron('0 0 29 2 *')), '2024-03-01T00:00:00Z', 2)).toEqual([
      '2028-02-28T23:00:00.000Z',
      '2032-02-28T23:00:00.000Z',
    ]);
    const late = once(Date.UTC(2070, 5, 1, 6));
    expect(times(rule(late), '2024-03-01T00:00:00Z', 2)).toEqual(['2070-06-01T04:00:00.000Z']);
    expect(times(rule(late), '2070-06-01T04:00:00Z', 2)).toEqual([]);
    const inGap = once(Date.UTC(2024, 2, 31, 2, 30));
    expect(times(rule(inGap, { gap: 'skip' }), '2024-03-01T00:00:00Z', 2)).toEqual([]);
  });

  it('of weekdays are on those days, whatever the day is elsewhere', () => {
    const apia = new TimeZone('Pacific/Apia');
    // Friday, 30 December 2011, was left out there.
    const fridays = rule(weekly(6 * 3_600_000, [4]), { zone: apia, gap: 'skip' });
    expect(nextOccurrences(fridays, at('2011-12-20T00:00:00Z'), 3).map(({ slot }) => slot)).toEqual(
      ['2011-12-23T06:00', '2012-01-06T06:00', '2012-01-13T06:00'],
    );
  });

  it('have a latest before an instant, which is that of going through all of them', () => {
    const random = randomFrom(31);
    for (let turn = 0; turn < 100; turn += 1) {
      const texts = ['*/7 * * * *', '0 6 * * 1-5', '30 2 * * *', '0 0 1 * *', '*/15 2 * 3,10 *'];
      const overlap = random() < 0.5 ? 'both' : 'first';
      const often = rule(cron(texts[Math.floor(random() * texts.length)] ?? ''), { overlap });
      const afterMs = at('2024-03-29T00:00:00Z') + Math.floor(random() * 260 * 86_400_000);
      const untilMs = afterMs + Math.floor(random() * 2 * 86_400_000);
      let last;
      let next = nextOccurrence(often, afterMs);
      while (next !== undefined && next.atMs <= untilMs) {
        last = next;
        next = nextOccurrence(often, next.atMs);
      }
      expect(latestOccurrence(often, afterMs, untilMs)).toEqual(last);
    }
  });
});
