import type { Command } from 'commander';
import type { StatisticsReport } from '../../client/index.ts';
import { describeOwner } from '../../kernel/index.ts';
import { duration } from '../duration.ts';
import { say, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { table } from '../table.ts';

interface StatsOptions extends CommonOptions {
  readonly reset?: boolean;
}

const headings = [
  'OPERATIONS',
  'FAILED',
  'HAD TO WAIT',
  'WAIT P50',
  'WAIT P99',
  'SERVICE P50',
  'SERVICE P99',
  'PROGRAM',
];

/** `stats`: who waited for whom, how long. */
export function addStatsCommand(program: Command): void {
  common(program.command('stats [port]'), 'stats', 'stats bus --reset')
    .description('operations, failures and waits of each port and program')
    .option('--reset', 'begin to count anew; what had been counted is printed')
    .action(async (port: string | undefined, options: StatsOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        using _line = new ProgressLine(`asking ${client.url}`);
        const names =
          port === undefined ? (await client.ports({ signal })).map(({ name }) => name) : [port];
        for (const name of names) {
          const statistics =
            options.reset === true
              ? await client.resetStatistics(name, { signal })
              : await client.statistics(name, { signal });
          if (isJson) sayJson(statistics);
          else say(printedStatistics(statistics));
        }
      });
    });
}

function printedStatistics(statistics: StatisticsReport): string {
  const { name, operations, successes, failures, failuresByCode, owners } = statistics;
  const share = operations === 0 ? 100 : (successes / operations) * 100;
  const codes = Object.entries(failuresByCode).map(([code, count]) => `${count} ${code}`);
  const summary = [
    `${operations} operations`,
    `${share.toFixed(1)} % good`,
    `${failures} failed${codes.length === 0 ? '' : ` (${codes.join(', ')})`}`,
    `${statistics.wireTransactions} on the wire`,
    `${statistics.mergedOperations} shared another's`,
    `${statistics.retries} repeated`,
    `${statistics.quarantined} late replies dropped`,
    `${statistics.reconnects} reconnects${countsText(statistics.linkFailuresByCode)}`,
  ].join(', ');
  const rows = owners.map((each) => [
    String(each.operations),
    String(each.failures),
    String(each.blockedAttempts),
    duration(each.wait.p50Ms),
    duration(each.wait.p99Ms),
    duration(each.service.p50Ms),
    duration(each.service.p99Ms),
    describeOwner(each.owner),
  ]);
  const heading = `port ${name}: ${summary}`;
  return rows.length === 0 ? heading : `${heading}\n${table(headings, rows)}`;
}

/** ` (LINK_USB 3, PORT_ABSENT 1)`; nothing where nothing was counted. */
function countsText(counts: Readonly<Record<string, number>>): string {
  const each = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return each.length === 0 ? '' : ` (${each.join(', ')})`;
}
