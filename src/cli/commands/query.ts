import type { Command } from 'commander';
import { say, sayForeign, sayJson } from '../output.ts';
import { addRequestOptions, requestOptions } from '../request-options.ts';
import type { RequestFlags } from '../request-options.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { whileWaiting } from '../waiting.ts';

interface QueryFlags extends CommonOptions, RequestFlags {
  readonly reply: boolean;
}

/** `query`: a message in the instrument's own language. */
export function addQueryCommand(program: Command): void {
  const command = common(
    program.command('query <instrument> <message>'),
    "query multimeter '*IDN?'",
    "query multimeter 'VOLT:RANG 10' --no-reply",
  )
    .description('send a message in the instrument’s own language and print the response')
    .option('--no-reply', 'send it without waiting for a response');
  addRequestOptions(command).action(
    async (instrument: string, message: string, options: QueryFlags) => {
      await withGateway(options, async (session) => {
        const { client, isJson, signal } = session;
        const how = { ...requestOptions(options), signal };
        const response = await whileWaiting(session, instrument, `asking ${instrument}`, async () =>
          options.reply
            ? await client.query(instrument, message, how)
            : await client.send(instrument, message, how),
        );
        if (isJson) sayJson({ instrument, message, ...(options.reply ? { response } : {}) });
        else if (typeof response === 'string') sayForeign(response);
        else say(`sent to ${instrument}`);
      });
    },
  );
}
