import { describeOwner } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import type { Port } from '../ports/index.ts';
import type { RoomLog } from './room-log.ts';

/** Writes what a port tells to the log: each wait, grant and release with its owner. */
export function followPort(port: Port, log: RoomLog): void {
  const ports = log.of('ports');
  const leases = log.of('leases');
  const { name, events } = port;
  events.on('state', ({ state, reason }) => {
    const why = reason === undefined ? '' : `: ${reason.message}`;
    const isTrouble = state === 'absent' || state === 'recovering';
    ports[isTrouble ? 'warn' : 'info']({ port: name, state }, `port ${name} is ${state}${why}`);
  });
  events.on('circuit', ({ scope, state }) => {
    const level = state === 'offline' ? 'warn' : 'info';
    ports[level]({ port: name, scope, state }, `${scope} of port ${name} is ${state}`);
  });
  events.on('waiting', ({ owner, label, behind }) => {
    if (!ports.isLevelEnabled('debug')) return;
    const others = behind.map((each) => describeOwner(each)).join(', ');
    ports.debug({ port: name }, `${describeOwner(owner)} waits for ${label} behind ${others}`);
  });
  events.on('granted', ({ owner, label, waitedMs }) => {
    if (!ports.isLevelEnabled('debug')) return;
    ports.debug(
      { port: name, waitedMs },
      `${describeOwner(owner)} goes: ${label}, after ${waitedMs.toFixed(1)} ms`,
    );
  });
  events.on('exchange', ({ label, owners, outcome, serviceMs, attempts }) => {
    if (!ports.isLevelEnabled('debug')) return;
    const who = owners.map((each) => describeOwner(each)).join(', ') || 'nobody';
    ports.debug(
      { port: name, outcome, serviceMs, attempts },
      `${who} is done: ${label}, ${outcome} after ${serviceMs.toFixed(1)} ms`,
    );
  });
  // An actor holds a port for each of its exchanges, which is no news.
  const levelOf = ({ owner }: { readonly owner: Owner }): 'debug' | 'info' =>
    owner.door === 'inline' ? 'debug' : 'info';
  events.on('leaseGranted', ({ lease, waitedMs }) => {
    const what = lease.scope ?? `port ${name}`;
    leases[levelOf(lease)](
      { port: name, leaseId: lease.id, waitedMs },
      `${describeOwner(lease.owner)} holds ${what}`,
    );
  });
  events.on('leaseEnded', ({ lease, end }) => {
    const what = lease.scope ?? `port ${name}`;
    leases[levelOf(lease)](
      { port: name, leaseId: lease.id, end },
      `${describeOwner(lease.owner)} no longer holds ${what}: ${end}`,
    );
  });
  events.on('leaseHeldLong', ({ lease, waiting }) => {
    const heldS = Math.round((Date.now() - lease.sinceMs) / 1_000);
    leases.warn(
      { port: name, leaseId: lease.id, waiting },
      `${describeOwner(lease.owner)} has held ${lease.scope ?? `port ${name}`} for ${heldS} s while ${waiting} wait`,
    );
  });
  events.on('audit', ({ action, owner, label, reason }) => {
    leases.warn(
      { port: name, audit: action, owner: owner.id, reason },
      `${action} by ${describeOwner(owner)}: ${label}${reason === undefined ? '' : ` (${reason})`}`,
    );
  });
}
