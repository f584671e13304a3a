import type { Command } from 'commander';
import { milliseconds } from '../arguments.ts';
import { namedArguments, printedResult } from '../call-value.ts';
import { say, sayJson } from '../output.ts';
import { printable } from '../printable.ts';
import { addRequestOptions, requestOptions } from '../request-options.ts';
import type { RequestFlags } from '../request-options.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { whileWaiting } from '../waiting.ts';

interface CallFlags extends CommonOptions, RequestFlags {
  readonly timeout?: number;
}

/** `call`: a function of the library that drives an instrument. */
export function addCallCommand(program: Command): void {
  const command = common(
    program.command('call <instrument> <function> [arguments...]'),
    'call scope acquire channel=1 points=1000',
    "call scope configure 'window=[0, 0.5]' name=first",
  )
    .description(
      'call a function of an instrument whose driver is a worker: NAME=VALUE for each argument',
    )
    .option('--timeout <ms>', 'how long the function may take', milliseconds);
  addRequestOptions(command).action(
    async (instrument: string, method: string, texts: string[], options: CallFlags) => {
      const params = namedArguments(texts);
      await withGateway(options, async (session) => {
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
