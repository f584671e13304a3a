import { describe } from 'vitest';
import { count } from '../support/count.ts';
import { cancelsEach, checkCancels } from './checks/check-cancels.ts';
import { cancelBugs } from './checks/planted-bugs.ts';
import { proves } from './checks/proves.ts';

describe('random cancels of waits', () => {
  proves({
    promise: 'Every wait ends: nothing is leaked, and nobody waits for ever',
    what: 'random cancels of waits',
    check: checkCancels,
    times: count(100_000) / cancelsEach,
    each: cancelsEach,
    bugs: cancelBugs,
  });
});
