import { describeOwner, duration, errorCatalogue, given } from '../../kernel/index.ts';
import { longHoldMs } from '../../ports/index.ts';
import type { LeaseStatus, PortStatus } from '../../ports/index.ts';
import { commandIn, holdersIn } from './check.ts';
import type { Check } from './check.ts';

/** An instrument by its place. */
export interface PlacedInstrument {
  readonly name: string;
  readonly port: string;
  /** Where on the port: `node 3`. Absent where the port has only one. */
  readonly scope?: string | undefined;
}

/** A port, what is held for too long on it, and instruments that do not answer. */
export function checkPort(
  port: PortStatus,
  instruments: readonly PlacedInstrument[],
  nowMs: number,
): Check[] {
  const held = port.leases
    .filter(({ sinceMs }) => port.queue.length > 0 && nowMs - sinceMs >= longHoldMs)
    .map((lease) => heldLong(lease, port, nowMs));
  return [link(port, nowMs), ...held, ...silent(port, instruments)];
}

function link(port: PortStatus, nowMs: number): Check {
  const { name, state, sinceMs, reason, trouble, queue, nextTryInMs } = port;
  const own = { area: 'link', name: `port ${name}` } as const;
  if (state === 'open') return { ...own, passed: true, found: `open, ${queue.length} in line` };
  // That takes a moment, and ends in one of the other states.
  if (state === 'opening' && trouble === undefined) {
    const found = 'it is being opened';
    return { ...own, passed: false, isWarning: true, found, next: 'Ask again in a moment.' };
  }
  const next = nextFor(name, state, reason ?? '');
  const sofar = `for ${duration(Math.max(0, nowMs - sinceMs))}`;
  const again = nextTryInMs === undefined ? '' : `; tried again in ${duration(nextTryInMs)}`;
  return {
    ...own,
    passed: false,
    found: `${state}: ${reason ?? 'not open yet'} (${sofar}${again})`,
    next,
    ...given({
      code: trouble?.code,
      fault: trouble?.fault,
      holders: holdersIn(trouble?.details ?? {}),
      command: commandIn(next),
    }),
  };
}

function heldLong({ id, owner, sinceMs }: LeaseStatus, port: PortStatus, nowMs: number): Check {
  const command = `signalbox lock --break ${id} --reason "..."`;
  return {
    area: 'lease',
    name: `lease ${id}`,
    passed: false,
    found: `${describeOwner(owner)} has held it for ${duration(nowMs - sinceMs)} while ${port.queue.length} wait`,
    code: 'LEASE_HELD',
    fault: errorCatalogue.LEASE_HELD.fault,
    holders: [owner],
    next: `Ask them to release it, or: ${command}`,
    command,
  };
}

function silent(port: PortStatus, instruments: readonly PlacedInstrument[]): Check[] {
  return Object.entries(port.circuits)
    .filter(([, { state }]) => state === 'offline')
    .map(([scope, circuit]) => {
      const { nextProbeInMs = 0, unanswered } = circuit;
      const known = instruments.filter((each) => each.port === port.name && each.scope === scope);
      const names = known.map(({ name }) => name).join(', ');
      return {
        area: 'instrument',
        name: `${scope} of ${port.name}`,
        passed: false,
        found: `${names === '' ? '' : `${names} `}has not answered ${unanswered} times; asked again in ${duration(nextProbeInMs)}`,
        code: 'INSTRUMENT_OFFLINE',
        fault: errorCatalogue.INSTRUMENT_OFFLINE.fault,
        next: 'Check its power, address and cable.',
      };
    });
}

function nextFor(port: string, state: string, reason: string): string {
  if (state === 'released') return `Take it back: signalbox release ${port} --reclaim`;
  if (/\bheld by\b/.test(reason)) return 'Stop that program, or give it a virtual port.';
  if (/EACCES|EPERM/.test(reason)) {
    return 'Let the user of the gateway use it, who logs in again then: sudo usermod -aG dialout USER';
  }
  if (/ENOENT/.test(reason))
    return 'Plug it in, or correct its path. `signalbox discover` lists devices.';
  if (/ECONNREFUSED|ENOTFOUND|EHOSTUNREACH/.test(reason)) {
    return 'Check the address, the port number and the power; it comes back by itself.';
  }
  return 'Check the cable and the power; it comes back by itself.';
}
