import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type {
  AlertReport,
  AlertRuleReport,
  SignalboxClient,
  WayReport,
  WayTestReport,
} from '../../client/index.ts';
import { duration } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import { say, sayJson } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { style } from '../style.ts';
import { table } from '../table.ts';
import { timeSpanS } from '../time-span.ts';

const historyShown = 20;
const historyMost = 1_000;

interface HistoryFlags extends CommonOptions {
  readonly count: number;
}

interface SubjectFlags extends CommonOptions {
  readonly subject?: string;
  readonly why?: string;
}

interface SilenceFlags extends SubjectFlags {
  readonly for: number;
  readonly end?: boolean;
}

/** `alerts`: what is wrong now, and who is told of it. */
export function addAlertsCommand(program: Command): void {
  const alerts = program
    .command('alerts')
    .description('what is wrong: see it, acknowledge it, silence it, and who is told');

  common(alerts.command('list', { isDefault: true }), 'alerts list', 'alerts list --json')
    .description('what is raised now, and all rules')
    .action(async (options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const report = await client.alerts.list({ signal });
        if (isJson) {
          const { alerts, silences, ways } = report;
          sayJson({ alerts, silences, ways });
          return;
        }
        const raised = report.alerts.flatMap((rule) => rule.raised);
        if (raised.length > 0) say(table(raisedHeadings, raised.map(raisedRow)));
        else say('nothing is wrong');
        say(table(ruleHeadings, report.alerts.map(ruleRow)));
        if (report.ways.length > 0) say(table(wayHeadings, report.ways.map(wayRow)));
        for (const { alert, subject = '*', untilMs, by } of report.silences) {
          say(style.faint(`${alert} of ${subject} is silent until ${local(untilMs)}, by ${by}`));
        }
      });
    });

  common(alerts.command('history [alert]'), 'alerts history', 'alerts history hot --count 5')
    .description('what was raised, the newest first')
    .option('--count <n>', 'so many', countUpToMost, historyShown)
    .action(async (alert: string | undefined, options: HistoryFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const asked = { limit: options.count, signal, ...(alert && { alert }) };
        const found = await client.alerts.history(asked);
        if (isJson) for (const each of found) sayJson(each);
        else if (found.length === 0) say('nothing was raised yet');
        else say(table(historyHeadings, found.map(historyRow)));
      });
    });

  common(
    alerts.command('acknowledge <alert>'),
    'alerts acknowledge hot',
    'alerts acknowledge hot --subject oven --why "the fan is being replaced"',
  )
    .description('tell that you know, and take care: no more reminders')
    .option('--subject <name>', 'of this instrument or port only')
    .option('--why <text>', 'for who reads it later')
    .action(async (alert: string, options: SubjectFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const { subject, why } = options;
        const done = await client.alerts.acknowledge(alert, {
          signal,
          ...(subject === undefined ? {} : { subject }),
          ...(why === undefined ? {} : { why }),
        });
        if (isJson) sayJson({ alert, acknowledged: done });
        else if (done.length === 0) say(`nothing of ${alert} waits to be acknowledged`);
        else say(`acknowledged: ${done.map((each) => each.subject).join(', ')}`);
      });
    });

  addTestAction(alerts);
  common(
    alerts.command('silence <alert>'),
    'alerts silence hot --for 2h --why maintenance',
    "alerts silence 'miner-*' --subject bitaxe-3",
    'alerts silence hot --end',
  )
    .description('tell nobody of it for a time; * stands for any letters')
    .option('--for <time>', 'so long: 90s, 30m, 2h, 1d (default: 1h)', timeSpanS, timeSpanS('1h'))
    .option('--subject <name>', 'of this instrument or port only')
    .option('--why <text>', 'for who reads it later')
    .option('--end', 'end the silence instead')
    .action(async (alert: string, options: SilenceFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        if (options.end === true) await endSilence(client, alert, isJson, signal);
        else await silence(client, alert, options, isJson, signal);
      });
    });
}

/** Whether messages come through. */
function addTestAction(alerts: Command): void {
  common(alerts.command('test [way]'), 'alerts test', 'alerts test phone')
    .description('send a trial by one way of telling, or by all')
    .action(async (way: string | undefined, options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const results = await client.alerts.test(way, { signal });
        if (results.some(({ passed }) => !passed)) process.exitCode = exitCodes.link;
        if (isJson) for (const each of results) sayJson(each);
        else if (results.length === 0)
          say('nobody is told: write [notify.NAME] to the configuration');
        else say(table(['', 'WAY', 'WHAT'], results.map(testRow)));
      });
    });
}

function testRow({ way, passed, error }: WayTestReport): string[] {
  if (passed) return [style.good('ok'), way, 'sent'];
  return [style.bad('FAILED'), way, `${error?.message} [${error?.code}]`];
}

const wayHeadings = ['WAY', 'STATE', 'WAITING', 'SENT', 'LEADS TO'];

function wayRow({ name, kind, state, waiting, sent, address, error }: WayReport): string[] {
  const shown = state === 'failing' ? style.bad(state) : state;
  const why = error === undefined ? '' : `: ${error.message}`;
  return [name, shown, String(waiting), String(sent), `${kind} ${address}${why}`];
}

async function silence(
  client: SignalboxClient,
  alert: string,
  { for: forS, subject, why }: SilenceFlags,
  isJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const silenced = await client.alerts.silence(alert, forS, {
    signal,
    ...(subject === undefined ? {} : { subject }),
    ...(why === undefined ? {} : { why }),
  });
  if (isJson) {
    sayJson(silenced);
    return;
  }
  say(`nobody is told of ${alert} until ${local(silenced.untilMs)}`);
  say(`undo: signalbox alerts silence '${alert}' --end`);
}

async function endSilence(
  client: SignalboxClient,
  alert: string,
  isJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const ended = await client.alerts.endSilence(alert, { signal });
  if (isJson) sayJson({ alert, ended });
  else say(ended.length === 0 ? `${alert} is not silenced` : `${alert} is told of again`);
}

const raisedHeadings = ['SINCE', 'SEVERITY', 'ALERT', 'WHAT'];

function raisedRow(alert: AlertReport): string[] {
  const { raisedMs, severity, message, acknowledged } = alert;
  const known = acknowledged === undefined ? '' : style.faint(` (known to ${acknowledged.by})`);
  return [
    duration(Date.now() - raisedMs),
    colours[severity](severity),
    alert.alert,
    message + known,
  ];
}

const ruleHeadings = ['ALERT', 'STATE', 'WATCHED', 'LOOKS FOR'];

function ruleRow({ name, state, watched, words, problem }: AlertRuleReport): string[] {
  const shown =
    state === 'raised' ? style.bad(state) : state === 'faulty' ? style.doubtful(state) : state;
  return [name, shown, String(watched), problem === undefined ? words : `${words}: ${problem}`];
}

const historyHeadings = ['RAISED', 'ALERT', 'END', 'AFTER', 'WHAT'];

function historyRow({ raisedMs, clearedMs, alert, end, message }: AlertReport): string[] {
  const after = clearedMs === undefined ? '–' : duration(clearedMs - raisedMs);
  return [local(raisedMs), alert, end ?? style.bad('raised'), after, message];
}

const colours: Readonly<Record<AlertReport['severity'], (text: string) => string>> = {
  info: style.good,
  warning: style.doubtful,
  critical: style.bad,
};

/** By the clock of this machine, which is the reader's. */
function local(ms: number): string {
  return new Date(ms).toLocaleString('sv-SE').slice(0, 16);
}

function countUpToMost(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= historyMost) return value;
  throw new InvalidArgumentError(`a whole number from 1 to ${historyMost}`);
}
