import { describe } from 'vitest';
import { count } from '../support/count.ts';
import { checkAcyclic, checkCycles } from './checks/check-deadlocks.ts';
import { falseAlarms, graphBugs } from './checks/planted-bugs.ts';
import { proves } from './checks/proves.ts';

describe('circles of waits over all kinds of locks', () => {
  proves({
    promise: 'A wait that would be a deadlock is refused at once, with the cycle named',
    what: 'circles of waits over all kinds of locks',
    check: checkCycles,
    times: count(1_000),
    bugs: graphBugs,
  });
});

describe('waits that form no circle', () => {
  proves({
    promise: 'No wait is refused that is no deadlock',
    what: 'waits that form no circle',
    check: checkAcyclic,
    times: count(10_000),
    bugs: falseAlarms,
  });
});
