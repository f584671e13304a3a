import { describe, expect, it } from 'vitest';
import { moment } from '../../src/cli/moment.ts';

describe('a moment as people type it', () => {
  it('is so long ago, a day, or a time of a day', () => {
    expect(Math.abs(Date.now() - moment('2h') - 7_200_000)).toBeLessThan(60_000);
    expect(Math.abs(moment('5m') - moment('5min'))).toBeLessThan(60_000);
    expect(moment('2026-11-30T08:00Z')).toBe(Date.UTC(2026, 10, 30, 8));
    expect(moment('2024-02-29')).toBe(new Date(2024, 1, 29).getTime());
  });

  it.each(['2026-02-30', '2026-11-31', '2026-13-01', '2026-11-30T25:00', '5 weeks', ''])(
    'is not %j',
    (text) => {
      expect(() => moment(text)).toThrow('Give a moment like 2h or 7d');
    },
  );
});
