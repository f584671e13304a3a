import { describe, expect, it } from 'vitest';
import { ManualClock, SignalboxError } from '../../src/kernel/index.ts';
import type { Owner } from '../../src/kernel/index.ts';
import { namedProgramsMost } from '../../src/ports/index.ts';
import { countedOwnersMost, StatisticsBook } from '../../src/ports/statistics.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { echo, openPort } from './open-port.ts';

function programme(id: string, program = id): Owner {
  return { id, program, door: 'http', sinceMs: 0 };
}

describe('what is counted by program', () => {
  it('goes on when its owners are no longer kept apart, and names so many programs at most', () => {
    const book = new StatisticsBook(new ManualClock());
    const owners = 3 * countedOwnersMost;
    for (let index = 0; index < owners; index += 1) {
      const by = programme(`${index}`, index % 2 === 0 ? 'sweep.py' : `once-${index}`);
      book.add({
        owner: by,
        waitMs: 2,
        serviceMs: 3,
        blocked: index % 3 === 0,
        ...(index % 4 === 0 ? { failure: 'INSTRUMENT_TIMEOUT' as const } : {}),
      });
    }
    expect(book.owners()).toHaveLength(countedOwnersMost);
    expect(book.total()).toMatchObject({
      operations: owners,
      successes: (owners * 3) / 4,
      failures: owners / 4,
      failuresByCode: { INSTRUMENT_TIMEOUT: owners / 4 },
      blockedAttempts: owners / 3,
      wait: { p50Ms: expect.closeTo(2, 0) as number },
      lastOperationMs: new ManualClock().now(),
    });
    expect(book.histograms([10]).service).toEqual({
      atMost: [owners],
      count: owners,
      sumMs: 3 * owners,
    });
    const programs = book.programs();
    expect(programs).toHaveLength(namedProgramsMost + 1);
    expect(programs.find(({ program }) => program === 'sweep.py')).toEqual({
      program: 'sweep.py',
      door: 'http',
      operations: owners / 2,
      failures: owners / 4,
      waitedMs: owners,
      servedMs: 1.5 * owners,
    });
    expect(programs.at(-1)).toMatchObject({ program: 'other', door: 'other' });
    expect(programs.reduce((sum, each) => sum + each.operations, 0)).toBe(owners);
  });

  it('tells a program at two doors apart, and counts its failures', () => {
    const book = new StatisticsBook(new ManualClock());
    const ended = { waitMs: 0, serviceMs: 1, blocked: false };
    book.add({ owner: programme('1', 'a'), ...ended, failure: 'INSTRUMENT_TIMEOUT' });
    book.add({ owner: { ...programme('2', 'a'), door: 'socket' }, ...ended });
    expect(book.programs()).toMatchObject([
      { program: 'a', door: 'http', operations: 1, failures: 1 },
      { program: 'a', door: 'socket', operations: 1, failures: 0 },
    ]);
    expect(book.total().operations).toBe(2);
    book.add({ owner: programme('1', 'a'), ...ended });
    expect(book.total()).toMatchObject({ operations: 3, failures: 1 });
    book.reset();
    expect(book.total().operations).toBe(0);
  });
});

describe('histograms', () => {
  it('have each span below the first bound that it does not go beyond, with their sum', () => {
    const book = new StatisticsBook(new ManualClock());
    const waits = [0, 0.4, 3, 3, 20, 700, 700_000];
    for (const waitMs of waits) {
      book.add({ owner: programme('1'), waitMs, serviceMs: 1, blocked: false });
    }
    const bounds = [1, 5, 10, 100, 1_000];
    const { wait, service } = book.histograms(bounds);
    expect(wait).toEqual({
      atMost: [2, 4, 4, 5, 6],
      count: waits.length,
      sumMs: waits.reduce((sum, each) => sum + each, 0),
    });
    expect(service.atMost.slice(1)).toEqual([7, 7, 7, 7]);
  });

  it('grow with their bounds, and never have more than there are', () => {
    const book = new StatisticsBook(new ManualClock());
    const bounds = Array.from({ length: 20 }, (_, index) => 0.01 * 2 ** index);
    for (let index = 0; index < 2_000; index += 1) {
      const waitMs = (index * 7919) % 5_003;
      book.add({ owner: programme('1'), waitMs, serviceMs: waitMs / 100, blocked: false });
      if (index % 100 !== 0) continue;
      for (const { atMost, count } of Object.values(book.histograms(bounds))) {
        expect(atMost).toEqual([...atMost].sort((a: number, b: number) => a - b));
        expect(atMost.at(-1)).toBeLessThanOrEqual(count);
      }
    }
    // Within the width of one bucket of what was really counted.
    const exact = Array.from({ length: 2_000 }, (_, index) => (index * 7919) % 5_003);
    for (const [place, bound] of bounds.entries()) {
      const counted = book.histograms(bounds).wait.atMost[place] ?? 0;
      const least = exact.filter((waitMs) => waitMs <= bound / 1.07).length;
      const most = exact.filter((waitMs) => waitMs <= bound * 1.07).length;
      expect(counted).toBeGreaterThanOrEqual(least);
      expect(counted).toBeLessThanOrEqual(most);
    }
  });
});

describe('a port', () => {
  it('counts the bytes on its wire, from nothing after a reset', async () => {
    const { port } = await openPort(echo);
    await port.transact(ask('ab'), owner());
    const { sentBytes, receivedBytes } = port.statistics();
    expect({ sentBytes, receivedBytes }).toEqual({ sentBytes: 3, receivedBytes: 6 });
    port.resetStatistics();
    expect(port.statistics()).toMatchObject({ sentBytes: 0, receivedBytes: 0 });
    await port.close();
  });

  it('says why it is not open, whose fault that is, and when it is tried again', async () => {
    const { port, bench, clock } = await openPort(echo);
    const openSince = port.status().sinceMs;
    expect(port.status()).not.toHaveProperty('trouble');
    expect(port.status()).not.toHaveProperty('nextTryInMs');
    bench.openFailure = new SignalboxError('PORT_ABSENT', 'it is not there');
    bench.current?.break(new SignalboxError('LINK_USB', 'unplugged'));
    await clock.advance(20);
    const status = port.status();
    expect(status).toMatchObject({
      state: 'absent',
      reason: 'it is not there',
      trouble: { code: 'PORT_ABSENT', fault: 'link', message: 'it is not there' },
    });
    expect(status.sinceMs).toBeGreaterThanOrEqual(openSince);
    expect(status.nextTryInMs).toBeGreaterThan(0);
    await port.close();
    expect(port.status()).not.toHaveProperty('nextTryInMs');
  });
});
