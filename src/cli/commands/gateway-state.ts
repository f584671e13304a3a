import type { Command } from 'commander';
import type { StatusReport } from '../../client/index.ts';
import type { Owner } from '../../kernel/index.ts';
import { describeOwner } from '../../kernel/index.ts';
import { duration, say, sayJson, table } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';

/** `status` and `stats`: who holds what, who waits, how long. */
export function addStateCommands(program: Command): void {
  common(program.command('status'))
    .description('ports with holder and queue, instruments, and every door with its address')
    .action(async (options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const status = await client.status({ signal });
        if (isJson) sayJson(status);
        else say(printedStatus(status));
      });
    });

  common(program.command('stats [port]'))
    .description('operations, failures and waits of each port and program')
    .option('--reset', 'begin to count anew')
    .action(async (port: string | undefined, options: StatsOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const names =
          port === undefined ? (await client.ports({ signal })).map(({ name }) => name) : [port];
        for (const name of names) {
          const statistics =
            options.reset === true
              ? await client.resetStatistics(name, { signal })
              : await client.statistics(name, { signal });
          if (isJson) {
            sayJson(statistics);
            continue;
          }
          const { operations, successes, failures, wireTransactions, mergedOperations } =
            statistics;
          const share = operations === 0 ? 100 : (successes / operations) * 100;
          say(
            `port ${name}: ${operations} operations, ${share.toFixed(1)} % good, ${failures} failed, ` +
              `${wireTransactions} on the wire, ${mergedOperations} shared another's, ` +
              `${statistics.retries} repeated, ${statistics.quarantined} late replies dropped, ` +
              `${statistics.reconnects} reconnects`,
          );
          const rows = statistics.owners.map((each) => [
            describeOwner(each.owner),
            String(each.operations),
            String(each.failures),
            String(each.blockedAttempts),
            duration(each.wait.p50Ms),
            duration(each.wait.p99Ms),
            duration(each.service.p50Ms),
          ]);
          if (rows.length > 0) {
            const headings = [
              'PROGRAM',
              'OPERATIONS',
              'FAILED',
              'HAD TO WAIT',
              'WAIT P50',
              'WAIT P99',
              'SERVICE P50',
            ];
            say(table(headings, rows));
          }
        }
      });
    });
}

interface StatsOptions extends CommonOptions {
  readonly reset?: boolean;
}

/** A gateway in a few tables. */
export function printedStatus(status: StatusReport): string {
  const ports = status.ports.map(({ name, address, state, reason, leases, serving, queue }) => [
    name,
    state,
    address,
    leases
      .map(({ owner, scope }) => (scope === undefined ? '' : `${scope}: `) + describeOwner(owner))
      .join(', ') || (serving === undefined ? '-' : describeServing(serving.owners)),
    String(queue.length),
    reason ?? '',
  ]);
  const instruments = status.instruments.map(({ name, family, port, scope = '' }) => [
    name,
    family,
    port,
    scope,
  ]);
  const doors = status.doors.map(({ name, kind, address, serves, clients }) => [
    name,
    kind,
    address,
    serves === undefined ? 'everything' : (serves.instrument ?? `port ${serves.port}`),
    clients.map((client) => describeOwner(client)).join(', ') || '-',
  ]);
  return [
    table(['PORT', 'STATE', 'ADDRESS', 'IN USE BY', 'QUEUE', 'WHY'], ports),
    table(['INSTRUMENT', 'FAMILY', 'PORT', 'WHERE'], instruments),
    table(['DOOR', 'KIND', 'ADDRESS', 'LEADS TO', 'CLIENTS'], doors),
  ].join('\n\n');
}

function describeServing(owners: readonly Owner[]): string {
  const [first] = owners;
  if (first === undefined) return '-';
  const more = owners.length > 1 ? ` and ${owners.length - 1} more` : '';
  return describeOwner(first) + more;
}
