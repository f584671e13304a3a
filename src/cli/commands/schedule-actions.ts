import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { RunReport, ScheduleReport, SignalboxClient } from '../../client/index.ts';
import { didYouMean, SignalboxError } from '../../kernel/index.ts';
import { duration } from '../duration.ts';
import { say, sayJson } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { style } from '../style.ts';
import { table } from '../table.ts';

type Kind = ScheduleReport['kind'];

interface CountFlags extends CommonOptions {
  readonly count: number;
}

const nextShown = 5;
const nextMost = 100;
const runsShown = 20;
const runsMost = 1_000;

/** What can be done with alarms and jobs alike, below `signalbox alarm` and `signalbox job`. */
export function addScheduleActions(parent: Command, kind: Kind): void {
  const an = kind === 'alarm' ? 'an alarm' : 'a job';
  const called = parent.name();

  common(parent.command('list', { isDefault: true }), `${called} list`)
    .description(`all ${kind}s: whether each is on, when it runs next, how it ran last`)
    .action(async (options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const found = (await client.schedules.list({ signal })).filter(
          (each) => each.kind === kind,
        );
        if (isJson) sayJson({ [`${kind}s`]: found });
        else if (found.length > 0) say(table(headings, found.map(rowOf)));
        else say(`there are no ${kind}s: docs/guides/alarms-and-jobs.md says how to make one`);
      });
    });

  common(parent.command('next <name>'), `${called} next NAME --count 10`)
    .description(`when ${an} runs next, with the clock of its time zone`)
    .option('--count <n>', 'so many times', countUpTo(nextMost), nextShown)
    .action(async (name: string, options: CountFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const report = await found(client, kind, name, { next: options.count, signal });
        if (isJson) sayJson({ name, timeZone: report.timeZone, next: report.next });
        else if (report.next.length === 0) say(`${kind} ${name} will not run: ${whyNot(report)}`);
        else say(report.next.map(({ at, fold }) => at + (fold === 1 ? ' (again)' : '')).join('\n'));
      });
    });

  common(parent.command('history [name]'), `${called} history`, `${called} history NAME --count 5`)
    .description('how it ran, the newest first')
    .option('--count <n>', 'so many runs', countUpTo(runsMost), runsShown)
    .action(async (name: string | undefined, options: CountFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        if (name !== undefined) await found(client, kind, name, { signal });
        const asked = { limit: options.count, signal };
        const all = await client.schedules.runs({ ...asked, ...(name && { schedule: name }) });
        const runs = all.filter((run) => run.kind === kind);
        if (isJson) for (const run of runs) sayJson(run);
        else if (runs.length === 0) say('it has not run yet');
        else say(table(runHeadings, runs.map(runRow)));
      });
    });

  common(parent.command('dry-run <name>'), `${called} dry-run NAME`)
    .description('what would be done when; nothing is done')
    .action(async (name: string, options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        await found(client, kind, name, { signal });
        const dryRun = await client.schedules.dryRun(name, { signal });
        if (isJson) {
          sayJson(dryRun);
          return;
        }
        say(dryRun.steps.map((step, number) => `${number + 1}. ${step}`).join('\n'));
        for (const { at } of dryRun.next) say(`at ${at}`);
        for (const problem of dryRun.problems) say(style.bad(problem));
      });
    });

  common(parent.command('run <name>'), `${called} run NAME`)
    .description(`run ${an} now, besides its times`)
    .action(async (name: string, options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        await found(client, kind, name, { signal });
        const runId = await client.schedules.run(name, { signal });
        if (isJson) sayJson({ name, runId });
        else say(`${kind} ${name} runs; end it with: signalbox ${called} stop ${name}`);
      });
    });

  common(parent.command('stop <name>'), `${called} stop NAME`)
    .description('end what runs')
    .action(async (name: string, options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        await found(client, kind, name, { signal });
        const stopped = await client.schedules.stop(name, { signal });
        if (isJson) sayJson({ name, stopped });
        else say(stopped ? `${kind} ${name} is stopped` : `${kind} ${name} does not run`);
      });
    });

  for (const [verb, enabled, back] of [
    ['enable', true, 'disable'],
    ['disable', false, 'enable'],
  ] as const) {
    common(parent.command(`${verb} <name>`), `${called} ${verb} NAME`)
      .description(`switch ${an} ${enabled ? 'on' : 'off'}`)
      .action(async (name: string, options: CommonOptions) => {
        await withGateway(options, async ({ client, isJson, signal }) => {
          await found(client, kind, name, { signal });
          const report = await client.schedules.setEnabled(name, enabled, { signal });
          if (isJson) {
            sayJson(report);
            return;
          }
          const [next] = report.next;
          const when = next === undefined ? '' : `; next at ${next.at}`;
          say(`${kind} ${name} is ${enabled ? 'on' : 'off'}${when}`);
          say(`undo: signalbox ${called} ${back} ${name}`);
        });
      });
  }
}

/** @throws NOT_FOUND, also when it is of the other kind */
export async function found(
  client: SignalboxClient,
  kind: Kind,
  name: string,
  options: { readonly next?: number; readonly signal: AbortSignal },
): Promise<ScheduleReport> {
  const all = await client.schedules.list(options);
  const report = all.find((each) => each.name === name);
  if (report?.kind === kind) return report;
  if (report !== undefined) {
    throw new SignalboxError('NOT_FOUND', `${name} is no ${kind}, but a ${report.kind}`, {
      nextStep: `Use \`signalbox ${report.kind}\`.`,
    });
  }
  const names = all.filter((each) => each.kind === kind).map((each) => each.name);
  throw new SignalboxError('NOT_FOUND', `there is no ${kind} '${name}'${didYouMean(name, names)}`, {
    nextStep: `See which there are with \`signalbox ${kind} list\`.`,
  });
}

const headings = ['NAME', 'STATE', 'NEXT', 'LAST', 'WHAT'];

function rowOf(report: ScheduleReport): string[] {
  const { name, state, next, lastRun, title, reason } = report;
  const last = lastRun === undefined ? '–' : `${lastRun.state} ${local(lastRun.dueMs)}`;
  return [
    name,
    colours[state](state),
    next[0]?.at ?? '–',
    last,
    reason === undefined ? title : `${title}: ${reason}`,
  ];
}

const plain = (text: string): string => text;
const colours: Readonly<Record<ScheduleReport['state'], (text: string) => string>> = {
  off: style.faint,
  over: style.faint,
  waiting: plain,
  running: style.good,
  ringing: style.good,
  snoozed: style.doubtful,
  faulty: style.bad,
};

function whyNot({ state, reason }: ScheduleReport): string {
  if (reason !== undefined) return reason;
  return state === 'off' ? 'it is switched off' : 'no time of it will come any more';
}

const runHeadings = ['RUN', 'DUE', 'CAUSE', 'STATE', 'TOOK', 'BY', 'WHAT'];

function runRow(run: RunReport): string[] {
  const { id, job, dueMs, cause, state, startedMs, endedMs, by, reason } = run;
  const took =
    startedMs === undefined || endedMs === undefined ? '–' : duration(endedMs - startedMs);
  const what = reason === undefined ? job : `${job}: ${reason}`;
  const shown =
    state === 'done' ? style.good(state) : state === 'failed' ? style.bad(state) : state;
  return [String(id), local(dueMs), cause, shown, took, by, what];
}

/** A time of today or tomorrow, by the clock of this machine. */
export function clockTime(ms: number): string {
  return local(ms).slice(11);
}

/** By the clock of this machine, which is the reader's. */
function local(ms: number): string {
  return new Date(ms).toLocaleString('sv-SE').slice(0, 16);
}

function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from 1 to ${most}`);
  };
}
