import type { Command } from 'commander';
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

/** `call`: a function of the library or service that an instrument is driven by. */
export function addCallCommand(program: Command): void {
  const command = common(
    program.command('call <instrument> [function] [arguments...]'),
    'call scope',
    'call scope acquire channel=1 points=1000',
    "call scope configure 'window=[0, 0.5]' name=first",
  )
    .description(
      'call a function of an instrument that has some (workers, players): NAME=VALUE for each argument; without a function, say what can be called',
    )
    .option('--timeout <ms>', 'how long the function may take', milliseconds);
  addRequestOptions(command).action(
    async (instrument: string, method: string | undefined, texts: string[], options: CallFlags) => {
      const params = namedArguments(texts);
      await withGateway(options, async (session) => {
        if (method === undefined) return await list(session, instrument);
        const { client, isJson, signal } = session;
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
          async () => await client.call(instrument, method, params, how),
        );
        if (isJson) sayJson({ instrument, function: method, params, result });
        else say(printedResult(result).map(printable).join('\n'));
      });
    },
  );
}

async function list({ client, isJson, signal }: GatewaySession, instrument: string): Promise<void> {
  const all = await client.functions(instrument, { signal });
  if (isJson) {
    sayJson(all);
    return;
  }
  if (all.length === 0) {
    say(`${instrument} has no functions, or its worker is not ready: see \`signalbox status\``);
    return;
  }
  const rows = all.map(({ name, parameters, doc = '' }) => [
    name,
    argumentsOf(parameters),
    firstParagraph(doc),
  ]);
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
