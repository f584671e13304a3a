import type { Command } from 'commander';
import type {
  DoorReport,
  InstrumentReport,
  PortReport,
  RateLimitsReport,
  StatusReport,
  WorkerReport,
} from '../../client/index.ts';
import { describeOwner } from '../../kernel/index.ts';
import type { Owner } from '../../kernel/index.ts';
import { duration } from '../duration.ts';
import { say, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { style } from '../style.ts';
import { table } from '../table.ts';

/** So many of those who wait are named for each port. */
const waitingNamedMost = 5;

/** `status`: who holds what, who waits, and every way in. */
export function addStatusCommand(program: Command): void {
  common(program.command('status'), 'status', 'status --json')
    .description('ports with holder and queue, instruments, and every door with its address')
    .action(async (options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        using _line = new ProgressLine(`asking ${client.url}`);
        const status = await client.status({ signal });
        if (isJson) sayJson(statusForPrograms(status, client.url));
        else say(printedStatus(status, client.url));
      });
    });
}

/** The report of the gateway, with the holder of each port and what each door serves. */
function statusForPrograms(status: StatusReport, url: string): object {
  return {
    url,
    ...status,
    ports: status.ports.map((port) => ({ ...port, holder: holderOf(port) ?? null })),
    doors: status.doors.map((door) => ({ ...door, serves: door.serves ?? { everything: true } })),
  };
}

/** Who has a lease of it, or else whose request is on the wire. */
function holderOf({ leases, serving }: PortReport): Owner | undefined {
  return leases[0]?.owner ?? serving?.owners[0];
}

/** A gateway in a few tables. */
function printedStatus(status: StatusReport, url: string): string {
  const { version, pid, sinceMs, ports, instruments, doors, workers, subsystems, rateLimits } =
    status;
  const up = duration(Math.max(0, Date.now() - sinceMs));
  return [
    `Signalbox ${version} at ${url}, pid ${pid}, up ${up}`,
    section(['PORT', 'STATE', 'ADDRESS', 'QUEUE', 'IN USE BY', 'WHY'], ports.map(portRow)),
    ...ports.flatMap(waitingLines),
    section(
      ['INSTRUMENT', 'FAMILY', 'PORT', 'WHERE', 'CHANGED LAST'],
      instruments.map(instrumentRow),
    ),
    ...(workers.length === 0
      ? []
      : [table(['WORKER', 'STATE', 'PID', 'CALLS', 'RESTARTS', 'WHY'], workers.map(workerRow))]),
    ...(subsystems.length === 0
      ? []
      : [table(['SUBSYSTEM', 'STATE', 'WHY'], subsystems.map(subsystemRow))]),
    section(['DOOR', 'KIND', 'ADDRESS', 'LEADS TO', 'CLIENTS'], doors.map(doorRow)),
    ...visaNames(doors),
    listeners(status.hub),
    ...(rateLimits.blocked.length === 0
      ? []
      : [table(['ASKS TOO OFTEN', 'FOR WHAT', 'REFUSED FOR'], rateLimits.blocked.map(blockedRow))]),
  ].join('\n\n');
}

function section(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? `no ${headings[0]?.toLowerCase()}s` : table(headings, rows);
}

function portRow(port: PortReport): string[] {
  const { name, address, state, reason, leases, serving, queue, circuits } = port;
  const held = leases.map(
    ({ owner, scope }) => `${scope === undefined ? '' : `${scope}: `}${describeOwner(owner)}`,
  );
  const offline = Object.entries(circuits)
    .filter(([, circuit]) => circuit.state === 'offline')
    .map(([scope]) => `${scope} does not answer`);
  return [
    name,
    stateWord(state),
    address,
    String(queue.length),
    held.join(', ') || (serving === undefined ? '-' : namesOf(serving.owners)),
    [...(reason === undefined ? [] : [reason]), ...offline].join('; '),
  ];
}

function instrumentRow({ name, family, port, scope = '', lastChange }: InstrumentReport): string[] {
  if (lastChange === undefined) return [name, family, port, scope, ''];
  const { by, what, atMs } = lastChange;
  const ago = duration(Math.max(0, Date.now() - atMs));
  return [name, family, port, scope, `${what} by ${describeOwner(by)} ${ago} ago`];
}

function workerRow({ name, state, pid, pendingCount, restarts, reason }: WorkerReport): string[] {
  const isUp = state === 'ready';
  const word = isUp ? style.good(state) : style.doubtful(state);
  const shown = state === 'error' ? style.bad(state) : word;
  return [name, shown, String(pid ?? '-'), String(pendingCount), String(restarts), reason ?? ''];
}

function subsystemRow({
  name,
  ready,
  state,
  reason,
}: StatusReport['subsystems'][number]): string[] {
  const word = ready ? style.good(state) : style.doubtful(state);
  return [name, state === 'error' ? style.bad(state) : word, reason ?? ''];
}

function stateWord(state: PortReport['state']): string {
  if (state === 'open') return style.good(state);
  return state === 'absent' ? style.bad(state) : style.doubtful(state);
}

function waitingLines({ name, queue }: PortReport): string[] {
  if (queue.length === 0) return [];
  const named = queue
    .slice(0, waitingNamedMost)
    .map(
      ({ owner, label, waitedMs }) => `${describeOwner(owner)} (${label}, ${duration(waitedMs)})`,
    );
  const more = queue.length - named.length;
  return [`waiting for ${name}: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

function doorRow({ name, kind, address, serves, clients }: DoorReport): string[] {
  const leadsTo =
    serves === undefined ? 'everything' : (serves.instrument ?? `port ${serves.port}`);
  return [name, kind, address, leadsTo, clients.map(describeOwner).join(', ') || '-'];
}

/** What a VISA program opens, where that is not the address. */
function visaNames(doors: readonly DoorReport[]): string[] {
  const rows = doors.flatMap(({ name, resource }) =>
    resource === undefined ? [] : [[name, resource]],
  );
  return rows.length === 0 ? [] : [table(['DOOR', 'FOR VISA'], rows)];
}

function listeners({ connections, topics, cut }: StatusReport['hub']): string {
  const lost = cut === 0 ? '' : `; ${cut} were too slow and cut off`;
  return `${connections} streams and live connections listen to ${topics} topics${lost}`;
}

function blockedRow({ caller, class: of, forMs }: RateLimitsReport['blocked'][number]): string[] {
  return [caller, of, duration(forMs)];
}

function namesOf([first, ...others]: readonly Owner[]): string {
  if (first === undefined) return '-';
  return describeOwner(first) + (others.length === 0 ? '' : ` and ${others.length} more`);
}
