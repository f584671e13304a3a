import type { Command } from 'commander';
import type { ClientValue, InstrumentReport, SignalboxClient } from '../../client/index.ts';
import { didYouMean, SignalboxError } from '../../kernel/index.ts';
import { milliseconds } from '../arguments.ts';
import { namedArguments, printedResult } from '../call-value.ts';
import { say, sayJson } from '../output.ts';
import { printable } from '../printable.ts';
import { addRequestOptions, requestOptions } from '../request-options.ts';
import type { RequestFlags } from '../request-options.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions, GatewaySession } from '../session.ts';
import { table } from '../table.ts';
import { whileWaiting } from '../waiting.ts';

interface CallFlags extends CommonOptions, RequestFlags {
  readonly timeout?: number;
}

type CallOptions = Parameters<SignalboxClient['call']>[3];

/** `call`: a function of the library or service that an instrument is driven by, or an action of its driver. */
export function addCallCommand(program: Command): void {
  const command = common(
    program.command('call <instrument> [function] [arguments...]'),
    'call scope',
    'call scope acquire channel=1 points=1000',
    "call scope configure 'window=[0, 0.5]' name=first",
    'call miner restart',
  )
    .description(
      'call a function of an instrument that has some (workers, players), or have it do one of its actions: NAME=VALUE for each argument; without a function, say what can be called',
    )
    .option('--timeout <ms>', 'how long the function may take', milliseconds);
  addRequestOptions(command).action(
    async (instrument: string, method: string | undefined, texts: string[], options: CallFlags) => {
      const params = namedArguments(texts);
      await withGateway(options, async (session) => {
        const { client, isJson, signal } = session;
        const report = await client.instrument(instrument, { signal });
        if (method === undefined) return await list(session, report);
        const { timeout } = options;
        const how = {
          ...requestOptions(options),
          signal,
          ...(timeout === undefined ? {} : { timeoutMs: timeout }),
        };
        const result = await whileWaiting(
          session,
          instrument,
          `calling ${method} of ${instrument}`,
          async () => await callOrRun(client, report, method, params, how),
        );
        if (isJson) sayJson({ instrument, function: method, params, result });
        else if (result === undefined) say(`${instrument}: ${method} is done`);
        else say(printedResult(result).map(printable).join('\n'));
      });
    },
  );
}

async function callOrRun(
  client: SignalboxClient,
  { name, actions, calls }: InstrumentReport,
  method: string,
  params: Readonly<Record<string, unknown>>,
  how: CallOptions,
): Promise<unknown> {
  const names = actions.map((action) => action.name);
  if (names.includes(method)) {
    // What is no value of an action is refused by the gateway, by the name of its argument.
    return await client.run(name, method, params as Readonly<Record<string, ClientValue>>, how);
  }
  if (!calls && names.length > 0) {
    const text = `${name} has no action '${method}'${didYouMean(method, names)}`;
    throw new SignalboxError('NOT_FOUND', text, {
      nextStep: `See what it can do with \`signalbox call ${name}\`.`,
    });
  }
  return await client.call(name, method, params, how);
}

async function list(
  { client, isJson, signal }: GatewaySession,
  { name: instrument, actions, calls }: InstrumentReport,
): Promise<void> {
  const functions =
    calls || actions.length === 0 ? await client.functions(instrument, { signal }) : [];
  if (isJson) {
    sayJson([...functions, ...actions]);
    return;
  }
  const rows = [
    ...functions.map(({ name, parameters, doc = '' }) => [
      name,
      argumentsOf(parameters),
      firstParagraph(doc),
    ]),
    ...actions.map(({ name, title, arguments: values }) => [
      name,
      values.map((each) => each.name).join(' '),
      title,
    ]),
  ];
  if (rows.length === 0) {
    say(`${instrument} has no functions, or its worker is not ready: see \`signalbox status\``);
    return;
  }
  say(table(['FUNCTION', 'ARGUMENTS', 'MEANING'], rows));
}

function firstParagraph(text: string): string {
  return (text.split(/\n\s*\n/)[0] ?? '').replaceAll(/\s*\n\s*/g, ' ');
}

/** `channel waveform=sin`, as far as the worker describes what its function takes. */
function argumentsOf(parameters: unknown): string {
  const all = Array.isArray(parameters) ? (parameters as readonly unknown[]) : [];
  return all
    .map((each) => {
      const { name, default: value } = (each ?? {}) as { name?: unknown; default?: unknown };
      if (typeof name !== 'string') return '';
      const isSet = typeof value === 'string' || typeof value === 'number' || value === true;
      return isSet ? `${name}=${String(value)}` : name;
    })
    .join(' ');
}
