import { expect, test } from 'vitest';

import { problemsOf } from '../../../dashboard/src/pages/overview/problem-list.ts';
import { portOf } from './reports.ts';

const well: Parameters<typeof problemsOf>[0] = {
  ports: [portOf('bus'), portOf('lent', { state: 'released' })],
  instruments: [
    {
      name: 'nitrogen',
      family: 'bronkhorst',
      port: 'bus',
      scope: 'node 3',
      parameters: 1,
      actions: [],
      messages: false,
      calls: false,
    },
  ],
  workers: [],
  subsystems: [{ name: 'actor watch', ready: true, state: 'running' }],
};

test('nothing is wrong with what is open, and with a device that was lent', () => {
  expect(problemsOf(well, [])).toEqual([]);
});

test('what cannot be used is told of with why, the worst first', () => {
  const circuits = { 'node 3': { state: 'offline', unanswered: 3 } } as const;
  const problems = problemsOf(
    {
      ...well,
      ports: [
        portOf('meter', { state: 'recovering', reason: 'the line is silent' }),
        portOf('bus', { circuits }),
        portOf('gone', { state: 'absent', reason: 'no such device' }),
      ],
      subsystems: [{ name: 'actor watch', ready: false, state: 'failed', reason: 'it crashed' }],
    },
    [],
  );
  expect(problems.map(({ what, why, tone }) => [what, why, tone])).toEqual([
    ['Port gone is absent', 'no such device', 'bad'],
    ['nitrogen does not answer', 'port bus is open, and asks it now and then', 'bad'],
    ['actor watch is failed', 'it crashed', 'bad'],
    ['Port meter is recovering', 'the line is silent', 'busy'],
  ]);
});
