import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../src/kernel/index.ts';
import type { Owner } from '../../../src/kernel/index.ts';
import type { PortStatus } from '../../../src/ports/index.ts';
import { checkClockSteps, checkDeadlocks } from '../../../src/telemetry/diagnosis/past-checks.ts';
import { checkPort } from '../../../src/telemetry/diagnosis/port-checks.ts';

const nowMs = 1_700_000_000_000;
const ada: Owner = { id: '1', program: 'sweep.py', pid: 7, user: 'ada', door: 'http', sinceMs: 0 };
const open: PortStatus = {
  name: 'bus',
  address: '/dev/bus',
  state: 'open',
  sinceMs: nowMs - 60_000,
  leases: [],
  queue: [],
  circuits: {},
};
const waiting = {
  owner: ada,
  kind: 'transaction',
  label: 'read',
  priority: 'poll',
  waitedMs: 5,
} as const;

describe('a port', () => {
  it('passes when it is open', () => {
    expect(checkPort(open, [], nowMs)).toEqual([
      { area: 'link', name: 'port bus', passed: true, found: 'open, 0 in line' },
    ]);
  });

  it('that other programs have tells who they are, and when it is tried again', () => {
    const holders = [{ program: 'cutecom', pid: 99, user: 'eve', command: 'cutecom /dev/bus' }];
    const trouble = new SignalboxError('PORT_BUSY', '/dev/bus is held by cutecom (pid 99)', {
      details: { holders },
    }).toJSON();
    const { message: reason } = trouble;
    const absent = { ...open, state: 'absent', reason, trouble, nextTryInMs: 700 } as const;
    expect(checkPort(absent, [], nowMs)).toEqual([
      expect.objectContaining({
        passed: false,
        code: 'PORT_BUSY',
        fault: 'link',
        holders,
        found: expect.stringMatching(/held by cutecom.*for 60\.0 s; tried again in 700 ms/),
        next: 'Stop that program, or give it a virtual port.',
      }),
    ]);
  });

  it('that was released names the command that takes it back', () => {
    const [check] = checkPort({ ...open, state: 'released', reason: 'released by ada' }, [], nowMs);
    expect(check).toMatchObject({ passed: false, command: 'signalbox release bus --reclaim' });
  });

  it('that is being opened for the first time is told of, and nothing has failed yet', () => {
    const [check] = checkPort({ ...open, state: 'opening' }, [], nowMs);
    expect(check).toMatchObject({ passed: false, isWarning: true });
  });

  it.each([
    { heldForMs: 9_999, waiters: 1, found: 0 },
    { heldForMs: 10_000, waiters: 1, found: 1 },
    { heldForMs: 10_000, waiters: 0, found: 0 },
  ])('that is held for $heldForMs ms while $waiters wait: $found findings', (each) => {
    const sinceMs = nowMs - each.heldForMs;
    const lease = { id: 'bus-1', owner: ada, mode: 'exclusive', sinceMs, expiresInMs: 1 } as const;
    const queue = Array.from({ length: each.waiters }, () => waiting);
    const found = checkPort({ ...open, leases: [lease], queue }, [], nowMs).slice(1);
    expect(found).toHaveLength(each.found);
    for (const check of found) {
      expect(check).toMatchObject({
        area: 'lease',
        code: 'LEASE_HELD',
        holders: [ada],
        command: 'signalbox lock --break bus-1 --reason "..."',
      });
    }
  });

  it('names the instruments on it that do not answer', () => {
    const circuits = {
      'node 3': { state: 'offline', unanswered: 4, nextProbeInMs: 2_000 },
      'node 5': { state: 'online', unanswered: 0 },
    } as const;
    const instruments = [
      { name: 'nitrogen', port: 'bus', scope: 'node 3' },
      { name: 'elsewhere', port: 'other', scope: 'node 3' },
    ];
    const found = checkPort({ ...open, circuits }, instruments, nowMs).slice(1);
    expect(found).toEqual([
      expect.objectContaining({
        area: 'instrument',
        name: 'node 3 of bus',
        code: 'INSTRUMENT_OFFLINE',
        fault: 'instrument',
        found: 'nitrogen has not answered 4 times; asked again in 2.0 s',
      }),
    ]);
  });
});

describe('what is past', () => {
  it('is told of as a warning for some time, then no more', () => {
    const deadlock = { owner: ada, resource: 'port bus', message: 'a circle', cycle: [] };
    const step = { byMs: -90_000 };
    const told = (agoMs: number): unknown[] => [
      ...checkDeadlocks([{ ...deadlock, atMs: nowMs - agoMs }], nowMs),
      ...checkClockSteps([{ ...step, atMs: nowMs - agoMs }], nowMs),
    ];
    expect(told(1_000)).toEqual([
      expect.objectContaining({ area: 'deadlock', code: 'DEADLOCK', isWarning: true }),
      expect.objectContaining({
        area: 'clock',
        isWarning: true,
        found: expect.stringContaining('90.0 s back'),
        command: 'sudo timedatectl set-ntp true',
      }),
    ]);
    expect(told(700_000)).toHaveLength(1);
    expect(told(3_700_000)).toEqual([]);
  });
});
