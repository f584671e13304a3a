import type { Command } from 'commander';
import type { RecordedSeriesReport, SeriesHistoryReport } from '../../client/index.ts';
import { duration } from '../../kernel/index.ts';
import { wholeNumber } from '../arguments.ts';
import { moment } from '../moment.ts';
import { note, say, sayJson } from '../output.ts';
import { printable } from '../printable.ts';
import { ProgressLine } from '../progress-line.ts';
import { checkRecorded } from '../recorded-names.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { sparkline } from '../sparkline.ts';
import { table } from '../table.ts';
import { printedValue } from '../value.ts';

interface HistoryFlags extends CommonOptions {
  readonly from?: number;
  readonly to?: number;
  readonly points?: number;
  readonly values?: boolean;
}

const widthUsual = 80;
const sparklineMost = 120;

/** `history`: what was recorded. */
export function addHistoryCommand(program: Command): void {
  common(
    program.command('history [parameters...]'),
    'history',
    'history nitrogen.fMeasure --from 2h',
    'history nitrogen.fMeasure bath.temperature --from 2026-11-01 --to 2026-12-01 --json',
  )
    .description('recorded values: instrument.parameter …; without one, what is recorded')
    .option('--from <time>', 'from then on: 2h (ago), 7d, 2026-11-30T08:00 (default: 1h)', moment)
    .option('--to <time>', 'up to then (default: now)', moment)
    .option('--points <n>', 'so many of each at most', wholeNumber(1))
    .option('--values', 'each of them on a line, instead of a picture')
    .action(async (parameters: string[], options: HistoryFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        using line = new ProgressLine(`asking ${client.url}`);
        if (parameters.length === 0) {
          const series = await client.history.series({ signal });
          line[Symbol.dispose]();
          if (isJson) for (const each of series) sayJson(each);
          else printSeries(series);
          return;
        }
        const { from, to, points = isJson || options.values === true ? 1_000 : room() } = options;
        const found = await client.history.values(parameters, {
          signal,
          points,
          ...(from === undefined ? {} : { fromMs: from }),
          ...(to === undefined ? {} : { toMs: to }),
        });
        if (found.some(({ atMs }) => atMs.length === 0)) {
          checkRecorded(parameters, await client.history.series({ signal }));
        }
        line[Symbol.dispose]();
        for (const each of found) {
          if (isJson) sayJson(each);
          else say(options.values === true ? printedValues(each) : printedHistory(each));
        }
      });
    });
}

function room(): number {
  return Math.min(sparklineMost, process.stdout.columns || widthUsual);
}

function printSeries(series: readonly RecordedSeriesReport[]): void {
  if (series.length === 0) {
    note('nothing is recorded yet: what is polled is, when there is a [recorder]');
    return;
  }
  const rows = series.map(({ instrument, parameter, unit = '', kind, firstMs, lastMs }) => [
    `${instrument}.${parameter}`,
    kind,
    unit,
    dateText(firstMs),
    dateText(lastMs),
  ]);
  say(table(['PARAMETER', 'KIND', 'UNIT', 'FROM', 'TO'], rows));
}

function printedHistory(series: SeriesHistoryReport): string {
  const { instrument, parameter, unit, partMs, atMs, mean, minimum, maximum, last } = series;
  const name = `${instrument}.${parameter}`;
  const [firstMs] = atMs;
  const lastMs = atMs.at(-1);
  const newest = last.at(-1);
  if (firstMs === undefined || lastMs === undefined || newest === undefined) {
    return `${name}: nothing was recorded then`;
  }
  const samples = series.count.reduce((sum, count) => sum + count, 0);
  const parts = partMs === undefined ? '' : ` in columns of ${duration(partMs)}`;
  // A point stands for all of its part, which goes on beyond its beginning.
  const endMs = Math.min(lastMs + (partMs ?? 0), Math.max(lastMs, Date.now()));
  const heading = `${name}: ${samples} values${parts}, ${dateText(firstMs)} to ${dateText(endMs)}`;
  const end = `last ${printable(withUnit(newest, unit))}`;
  const lows = minimum.filter((value) => value !== null);
  const highs = maximum.filter((value) => value !== null);
  if (lows.length === 0) return `${heading}; ${end}`;
  const least = lows.reduce((low, value) => Math.min(low, value), Infinity);
  const most = highs.reduce((high, value) => Math.max(high, value), -Infinity);
  const range = `${withUnit(least, unit)} to ${withUnit(most, unit)}, ${end}`;
  return `${heading}\n${sparkline(mean, room())}\n${range}`;
}

function printedValues(series: SeriesHistoryReport): string {
  const { instrument, parameter, unit, resolution, atMs, mean, minimum, maximum, last, count } =
    series;
  const name = `${instrument}.${parameter}${unit === undefined ? '' : ` in ${unit}`}`;
  const isWhole = resolution === 'raw' && count.every((each) => each === 1);
  const rows = atMs.map((at, index) => {
    const value = printable(printedValue(last[index] ?? ''));
    if (isWhole) return [new Date(at).toISOString(), value];
    const numbers = [mean, minimum, maximum].map((column) => column[index] ?? null);
    const texts = numbers.map((each) => (each === null ? '' : printedValue(each)));
    return [new Date(at).toISOString(), ...texts, value, String(count[index])];
  });
  const headings = isWhole
    ? ['TIME', 'VALUE']
    : ['FROM', 'MEAN', 'SMALLEST', 'GREATEST', 'LAST', 'VALUES'];
  return rows.length === 0
    ? `${name}: nothing was recorded then`
    : `${name}\n${table(headings, rows)}`;
}

function withUnit(value: number | boolean | string, unit: string | undefined): string {
  return unit === undefined ? printedValue(value) : `${printedValue(value)} ${unit}`;
}

function dateText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
