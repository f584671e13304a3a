import type {
  LeaseReport,
  PortReport,
  TraceReport,
  WaitingReport,
} from '../../../src/client/index.ts';
import type { Owner } from '../../../src/kernel/index.ts';

/** Somebody who asks or holds. */
export function ownerOf(program: string, more: Partial<Owner> = {}): Owner {
  return { id: program, program, door: 'http', sinceMs: 0, ...more };
}

/** A lease that began so long ago. */
export function leaseOf(program: string, sinceMs: number, scope?: string): LeaseReport {
  return {
    id: `${program}-1`,
    owner: ownerOf(program),
    mode: 'exclusive',
    sinceMs,
    expiresInMs: 30_000,
    ...(scope === undefined ? {} : { scope }),
  };
}

/** Somebody in line. */
export function waitingOf(program: string, waitedMs: number, scope?: string): WaitingReport {
  return {
    owner: ownerOf(program),
    kind: 'transaction',
    label: 'read',
    priority: 'interactive',
    waitedMs,
    ...(scope === undefined ? {} : { scope }),
  };
}

/** A port that is open, unless said otherwise. */
export function portOf(name: string, more: Partial<PortReport> = {}): PortReport {
  return {
    name,
    address: 'memory',
    state: 'open',
    sinceMs: 0,
    leases: [],
    queue: [],
    circuits: {},
    ...more,
  };
}

/** An exchange that went well, unless said otherwise. */
export function exchangeOf(sequence: number, more: Partial<TraceReport> = {}): TraceReport {
  return {
    sequence,
    atMs: 1_000 * sequence,
    label: 'read voltage',
    owners: [ownerOf('ada.py', { pid: 4_711, user: 'ada' })],
    waitMs: 0.5,
    serviceMs: 2,
    attempts: 1,
    request: { hex: '3a 06 03', text: ':..' },
    reply: { hex: '31 2e 35', text: '1.5' },
    outcome: 'ok',
    ...more,
  };
}
