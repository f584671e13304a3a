import { describe, expect, test } from 'vitest';

import { boardOf, queryOf } from '../../../dashboard/src/pages/plots/board.ts';
import { ruleOf } from '../../../dashboard/src/pages/alerts/rule-draft.ts';
import type { RuleDraft } from '../../../dashboard/src/pages/alerts/rule-draft.ts';
import {
  changesOf,
  freeName,
  nameProblem,
  resultOf,
  typedPlaces,
} from '../../../dashboard/src/pages/add/add-plan.ts';

describe('a board of plots', () => {
  test('comes back from its address as it was', () => {
    const board = {
      plots: [['nitrogen.fMeasure', 'air.fMeasure'], ['dmm.voltage']],
      range: { kind: 'fixed', fromMs: 1_000, toMs: 2_000 },
    } as const;
    expect(boardOf(new URLSearchParams(queryOf(board)))).toEqual(board);
    const hour = { ...board, range: { kind: 'last', widthMs: 3_600_000 } } as const;
    expect(boardOf(new URLSearchParams(queryOf(hour)))).toEqual(hour);
  });

  test('leaves out what makes no sense in an address that somebody typed', () => {
    const query = 'plot=a,b.c,b.c,,&plot=&plot=.x&last=-5&from=9&to=1';
    expect(boardOf(new URLSearchParams(query))).toEqual({
      plots: [['b.c']],
      range: { kind: 'last', widthMs: 300_000 },
    });
  });
});

describe('a rule that somebody types', () => {
  const draft: RuleDraft = {
    name: 'too-hot',
    instrument: 'mfc*',
    parameter: 'temperature',
    is: 'above',
    value: '70',
    forS: '30',
    severity: 'critical',
  };

  test('becomes one of the configuration', () => {
    expect(ruleOf(draft, [])).toEqual({
      name: 'too-hot',
      rule: {
        instruments: ['mfc*'],
        parameter: 'temperature',
        is: 'above',
        value: 70,
        forS: 30,
        severity: 'critical',
      },
    });
    expect(ruleOf({ ...draft, is: 'offline', value: '', forS: '0' }, [])).toEqual({
      name: 'too-hot',
      rule: { instruments: ['mfc*'], is: 'offline', severity: 'critical' },
    });
    expect(ruleOf({ ...draft, is: 'equal', value: 'off' }, [])).toMatchObject({
      rule: { value: false },
    });
  });

  test.each([
    [{ name: '' }],
    [{ name: '9x' }],
    [{ name: 'taken' }],
    [{ instrument: '' }],
    [{ instrument: 'a b' }],
    [{ parameter: ' ' }],
    [{ value: '' }],
    [{ value: 'hot' }],
    [{ forS: 'soon' }],
    [{ forS: '-1' }],
  ])('is refused with words when %j', (part) => {
    expect(ruleOf({ ...draft, ...part }, ['taken'])).toEqual({ problem: expect.any(String) });
  });
});

describe('what a search found', () => {
  const found = (name: string, known?: string) => ({
    family: 'bronkhorst',
    name,
    ...(known === undefined ? {} : { known }),
  });
  const report = {
    places: [
      {
        place: { kind: 'serial', path: '/dev/a' },
        found: [found('n2'), found('air', 'air'), found('co2')],
      },
      { place: { kind: 'tcp', address: 'b:1' }, found: [] },
      {
        place: { kind: 'serial', path: '/dev/c' },
        found: [],
        skipped: {
          code: 'PORT_BUSY',
          fault: 'link',
          message: 'held',
          nextStep: 'Close it.',
          details: {},
        },
      },
    ],
    laboratory: {
      ports: { bus: { serial: '/dev/a', protocol: 'propar' } },
      instruments: {
        n2: { port: 'bus', driver: 'bronkhorst', node: 3 },
        co2: { port: 'bus', driver: 'bronkhorst', node: 6 },
      },
    },
  } as const;

  test('is offered with its own part of the configuration, and what is known is not offered', () => {
    const { candidates, silent, skipped } = resultOf(report);
    expect(candidates.map(({ known, offer }) => known ?? offer?.instrument['node'])).toEqual([
      3,
      'air',
      6,
    ]);
    expect(silent).toEqual(['b:1']);
    expect(skipped).toEqual([{ place: '/dev/c', message: 'held', nextStep: 'Close it.' }]);
  });

  test('becomes changes in which a port stands once', () => {
    const chosen = resultOf(report).candidates.flatMap(({ offer }) =>
      offer === undefined ? [] : [{ offer, name: `x-${offer.name}`, title: '', isPolled: true }],
    );
    expect(changesOf(chosen)).toEqual([
      { path: ['ports', 'bus'], value: { serial: '/dev/a', protocol: 'propar' } },
      {
        path: ['instruments', 'x-n2'],
        value: { port: 'bus', driver: 'bronkhorst', node: 3, poll: {} },
      },
      {
        path: ['instruments', 'x-co2'],
        value: { port: 'bus', driver: 'bronkhorst', node: 6, poll: {} },
      },
    ]);
  });

  test('is looked for at addresses, and in whole networks', () => {
    expect(typedPlaces(' 192.168.1.20:5025, /dev/ttyUSB0  10.0.0.0/24 ')).toEqual({
      addresses: ['192.168.1.20:5025', '/dev/ttyUSB0'],
      networks: ['10.0.0.0/24'],
    });
  });

  test('gets a name that nobody has', () => {
    expect(freeName('n2', ['n2', 'n2-2'])).toBe('n2-3');
    expect(nameProblem('n2', ['n2'])).toContain('already');
    expect(nameProblem('ok-1', [])).toBeUndefined();
    expect(nameProblem('1st', [])).toBeDefined();
  });
});
