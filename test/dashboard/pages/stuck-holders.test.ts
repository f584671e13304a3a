import { expect, test } from 'vitest';

import { longHoldMs, stuckHolders } from '../../../dashboard/src/pages/overview/stuck-holders.ts';
import { leaseOf, portOf, waitingOf } from './reports.ts';

const nowMs = 100_000;
const long = nowMs - longHoldMs;

test('who holds long while somebody waits is told of, the longest wait first', () => {
  const ports = [
    portOf('a', { leases: [leaseOf('ada', long)], queue: [waitingOf('bob', 5_000)] }),
    portOf('b', { leases: [leaseOf('eve', long)], queue: [waitingOf('bob', 9_000)] }),
  ];
  expect(stuckHolders(ports, nowMs)).toMatchObject([
    { port: 'b', waiting: 1, longestWaitMs: 9_000 },
    { port: 'a', waiting: 1, longestWaitMs: 5_000 },
  ]);
});

test.each([
  ['nobody waits', [leaseOf('ada', long)], []],
  ['the hold is short', [leaseOf('ada', long + 1)], [waitingOf('bob', 5_000)]],
  ['the wait is short', [leaseOf('ada', long)], [waitingOf('bob', 100)]],
  ['only the holder waits', [leaseOf('ada', long)], [waitingOf('ada', 5_000)]],
  [
    'others wait for another node',
    [leaseOf('ada', long, 'node 3')],
    [waitingOf('bob', 5_000, 'node 5')],
  ],
])('nobody is told of when %s', (_when, leases, queue) => {
  expect(stuckHolders([portOf('bus', { leases, queue })], nowMs)).toEqual([]);
});

test('a lease of one node is in the way of whoever wants that node, or the whole port', () => {
  const queue = [
    waitingOf('bob', 5_000, 'node 3'),
    waitingOf('eve', 4_000),
    waitingOf('joe', 9_000, 'node 5'),
  ];
  const port = portOf('bus', { leases: [leaseOf('ada', long, 'node 3')], queue });
  expect(stuckHolders([port], nowMs)).toMatchObject([{ waiting: 2, longestWaitMs: 5_000 }]);
});
