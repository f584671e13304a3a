import type { Command } from 'commander';
import { didYouMean, SignalboxError } from '../../kernel/index.ts';
import { say, sayJson } from '../output.ts';
import { printable } from '../printable.ts';
import { addRequestOptions, requestOptions } from '../request-options.ts';
import type { RequestFlags } from '../request-options.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { printedValue, typedValue } from '../value.ts';
import { whileWaiting } from '../waiting.ts';

interface SetFlags extends CommonOptions, RequestFlags {
  readonly unlock?: boolean;
}

/** `set`: writes a value. */
export function addSetCommand(program: Command): void {
  const command = common(
    program.command('set <instrument> <parameter> <value>'),
    'set nitrogen setpoint 16000',
    'set source voltage -2.5',
  )
    .description('write a value, found good before it goes on the wire')
    .option('--unlock', 'unlock a secured parameter for it');
  addRequestOptions(command).action(
    async (instrument: string, name: string, text: string, options: SetFlags) => {
      await withGateway(options, async (session) => {
        const { client, isJson, signal } = session;
        const list = await client.parameters(instrument, { signal });
        const found = list.find(
          (each) => each.name.toLowerCase() === name.toLowerCase() || String(each.number) === name,
        );
        if (found === undefined) {
          const names = list.map((each) => each.name);
          throw new SignalboxError(
            'NOT_FOUND',
            `${instrument} has no parameter '${name}'${didYouMean(name, names)}`,
            { nextStep: `See what it has with \`signalbox read ${instrument} --list\`.` },
          );
        }
        const value = typedValue(text, found);
        await whileWaiting(session, instrument, `writing ${instrument} ${found.name}`, async () => {
          await client.write(instrument, found.name, value, {
            ...requestOptions(options),
            signal,
            ...(options.unlock === true ? { unlock: true } : {}),
          });
        });
        const printed = printedValue(value);
        if (isJson) {
          sayJson({
            instrument,
            parameter: found.name,
            value: value instanceof Uint8Array ? printed : value,
          });
        } else say(printable(`${instrument} ${found.name} = ${printed}`));
      });
    },
  );
}
