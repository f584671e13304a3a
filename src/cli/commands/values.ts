import type { Command } from 'commander';
import type { LatestRecordReport, LatestValueReport, PollReport } from '../../client/index.ts';
import { duration } from '../duration.ts';
import { note, say, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { table } from '../table.ts';
import { printedValue } from '../value.ts';

interface ValuesOptions extends CommonOptions {
  readonly polls?: boolean;
}

const headings = ['INSTRUMENT', 'PARAMETER', 'VALUE', 'UNIT', 'AGE', 'QUALITY'];
const pollHeadings = [
  'INSTRUMENT',
  'PORT',
  'EVERY',
  'POLLS',
  'MISSED',
  'FAILED',
  'TAKES',
  'PARAMETERS',
];

/** `values`: the newest values of what is polled, without asking an instrument. */
export function addValuesCommand(program: Command): void {
  common(program.command('values [instrument]'), 'values', 'values nitrogen', 'values --polls')
    .description('the newest values of what is polled; no instrument is asked for them')
    .option('--polls', 'how each instrument is polled instead, and what that costs')
    .action(async (instrument: string | undefined, options: ValuesOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        using _line = new ProgressLine(`asking ${client.url}`);
        if (options.polls === true) {
          const polls = (await client.polls({ signal })).filter(
            (each) => instrument === undefined || each.instrument === instrument,
          );
          if (isJson) for (const each of polls) sayJson(each);
          else printPolls(polls);
          return;
        }
        const records =
          instrument === undefined
            ? (await client.values({ signal })).toSorted(byName)
            : [await client.valuesOf(instrument, { signal })];
        if (isJson) for (const each of records) sayJson(each);
        else printRecords(records);
      });
    });
}

const order = new Intl.Collator('en', { numeric: true });

function byName(a: LatestRecordReport, b: LatestRecordReport): number {
  return order.compare(a.instrument, b.instrument);
}

function printRecords(records: readonly LatestRecordReport[]): void {
  if (records.length === 0) {
    note('nothing is polled; say what in [instruments.NAME.poll]');
    return;
  }
  const nowMs = Date.now();
  const rows = records.flatMap(({ instrument, values }) =>
    Object.entries(values).map(([name, latest]) => [
      instrument,
      name,
      shownValue(latest),
      latest.unit ?? '',
      latest.atMs === 0 ? 'never' : duration(Math.max(0, nowMs - latest.atMs)),
      latest.why === undefined ? latest.quality : `${latest.quality}: ${latest.why.message}`,
    ]),
  );
  say(table(headings, rows));
}

function shownValue({ value }: LatestValueReport): string {
  return value === undefined || value === null ? '-' : printedValue(value);
}

function printPolls(polls: readonly PollReport[]): void {
  if (polls.length === 0) {
    note('nothing is polled; say what in [instruments.NAME.poll]');
    return;
  }
  const rows = polls.map((each) => [
    each.instrument,
    each.port,
    each.nowEveryMs === each.everyMs
      ? duration(each.everyMs)
      : `${duration(each.nowEveryMs)} (${duration(each.everyMs)})`,
    String(each.polls),
    String(each.missed),
    String(each.failed),
    duration(each.meanMs),
    `${each.parameters.join(', ')}${each.reason === undefined ? '' : ` (${each.reason.message})`}`,
  ]);
  say(table(pollHeadings, rows));
}
