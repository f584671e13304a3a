import { describe, expect, test } from 'vitest';

import type { InstrumentReport } from '../../../src/client/index.ts';
import {
  inOrder,
  isHot,
  isMiner,
  minerFacts,
  totalOf,
} from '../../../dashboard/src/pages/miners/miner-facts.ts';
import type { LatestReport } from '../../../dashboard/src/values/values-record.ts';

function miner(
  name: string,
  values: Readonly<Record<string, number | string>>,
  quality: LatestReport['quality'] = 'good',
) {
  const report: InstrumentReport = {
    name,
    family: 'bitaxe',
    port: name,
    parameters: 1,
    actions: [],
    messages: false,
    calls: false,
  };
  const latest = Object.entries(values).map(([key, value]): [string, LatestReport] => [
    key,
    { value, atMs: 1, quality },
  ]);
  const record = {
    instrument: name,
    updatedMs: 1,
    revision: 1,
    values: Object.fromEntries(latest),
  };
  return minerFacts(report, record);
}

describe('miners', () => {
  test('are told by their family', () => {
    const families = ['bitaxe', 'cgminer', 'magic-miner', 'scpi'];
    expect(families.filter((family) => isMiner({ family }))).toEqual(families.slice(0, 3));
  });

  test('one that does not answer counts with nothing but as offline', () => {
    const good = miner('a', {
      hashRate: 1_200,
      power: 18,
      temperature: 61,
      bestDifficulty: 1.29e6,
    });
    const gone = miner('b', { hashRate: 900, power: 15, temperature: 99 }, 'bad');
    const total = totalOf([good, gone]);
    expect(total).toMatchObject({ count: 2, online: 1, offline: 1, hot: 0 });
    expect(total).toMatchObject({ hashRate: 1_200, power: 18, efficiency: 15 });
    expect(total.bestDifficulty).toEqual({ value: 1.29e6, name: 'a' });
    expect(gone.state).toBe('offline');
  });

  test('efficiency is of those that tell both power and hash rate', () => {
    const told = miner('a', { hashRate: 1_000, power: 20 });
    const half = miner('b', { hashRate: 5_000 });
    expect(totalOf([told, half]).efficiency).toBe(20);
    expect(totalOf([half]).efficiency).toBeUndefined();
    expect(totalOf([]).efficiency).toBeUndefined();
  });

  test('a hot one is in trouble; what is hot is another thing for each family', () => {
    expect(miner('a', { temperature: 71 })).toMatchObject({ state: 'trouble' });
    expect(isHot({ family: 'cgminer', temperature: 85 })).toBe(false);
    expect(isHot({ family: 'bitaxe', temperature: undefined })).toBe(false);
    expect(miner('a', {})).toMatchObject({ state: 'unknown' });
  });

  test('in any order those that do not tell it come last, and names count as people do', () => {
    const all = [
      miner('axe-10', { hashRate: 5 }),
      miner('axe-9', {}),
      miner('axe-2', { hashRate: 7 }),
    ];
    const names = (order: Parameters<typeof inOrder>[1], isDescending: boolean): string[] =>
      inOrder(all, order, isDescending).map(({ name }) => name);
    expect(names('name', false)).toEqual(['axe-2', 'axe-9', 'axe-10']);
    expect(names('hashRate', true)).toEqual(['axe-2', 'axe-10', 'axe-9']);
    expect(names('hashRate', false)).toEqual(['axe-10', 'axe-2', 'axe-9']);
  });
});
