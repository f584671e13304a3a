import type { Command } from 'commander';
import type { ClientReading } from '../../client/index.ts';
import { SignalboxError } from '../../kernel/index.ts';
import { say, sayJson, table } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { printedValue, typedValue } from '../value.ts';

/** `read`, `set`, `query`, `watch`: the values of instruments. */
export function addValueCommands(program: Command): void {
  common(program.command('read <instrument> [parameters...]'))
    .description('read values; without a parameter, or with --list, say what can be read')
    .option('--list', 'say what can be read and written')
    .option('--max-age <ms>', 'a value at most so old will do', Number)
    .action(async (instrument: string, parameters: string[], options: ReadOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        if (options.list === true || parameters.length === 0) {
          const list = await client.parameters(instrument, { signal });
          if (isJson) sayJson(list);
          else {
            const rows = list.map(({ name, type, access, unit = '', number, title }) => [
              name,
              number === undefined ? '' : String(number),
              type,
              access,
              unit,
              title,
            ]);
            say(table(['NAME', 'NUMBER', 'TYPE', 'ACCESS', 'UNIT', 'MEANING'], rows));
          }
          return;
        }
        const { maxAge } = options;
        const readings = await Promise.all(
          parameters.map(
            async (parameter) =>
              await client.read(instrument, parameter, {
                signal,
                ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
              }),
          ),
        );
        for (const reading of readings) sayReading(reading, isJson);
      });
    });

  common(program.command('set <instrument> <parameter> <value>'))
    .description('write a value, found good before it goes on the wire')
    .option('--unlock', 'unlock a secured parameter for it')
    .action(async (instrument: string, name: string, text: string, options: SetOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const list = await client.parameters(instrument, { signal });
        const found = list.find(
          (each) => each.name.toLowerCase() === name.toLowerCase() || String(each.number) === name,
        );
        if (found === undefined) {
          throw new SignalboxError('NOT_FOUND', `${instrument} has no parameter '${name}'`, {
            nextStep: `See what it has with \`signalbox read ${instrument} --list\`.`,
          });
        }
        const value = typedValue(text, found);
        await client.write(instrument, found.name, value, {
          signal,
          ...(options.unlock === true ? { unlock: true } : {}),
        });
        if (isJson) sayJson({ instrument, parameter: found.name, value: printedValue(value) });
        else say(`${instrument} ${found.name} = ${printedValue(value)}`);
      });
    });

  common(program.command('query <instrument> <message>'))
    .description('send a message in the instrument’s own language and print the response')
    .option('--no-reply', 'send it without waiting for a response')
    .action(async (instrument: string, message: string, options: QueryOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        if (!options.reply) {
          await client.send(instrument, message, { signal });
          return;
        }
        const response = await client.query(instrument, message, { signal });
        if (isJson) sayJson({ instrument, message, response });
        else say(response);
      });
    });

  common(program.command('watch <parameters...>'))
    .description('print values as they come: instrument.parameter …')
    .option('--every <ms>', 'how often', Number, 1_000)
    .option('--count <n>', 'stop after so many readings', Number)
    .action(async (parameters: string[], options: WatchOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        let left = options.count ?? Infinity;
        for await (const event of client.watch(parameters, { signal, everyMs: options.every })) {
          if (event.kind === 'reading') sayReading(event.reading, isJson);
          else if (isJson) sayJson(event);
          else say(`${event.instrument}.${event.parameter}: ${event.error.message}`);
          left -= 1;
          if (left <= 0) return;
        }
      });
    });
}

interface ReadOptions extends CommonOptions {
  readonly list?: boolean;
  readonly maxAge?: number;
}
interface SetOptions extends CommonOptions {
  readonly unlock?: boolean;
}
interface QueryOptions extends CommonOptions {
  readonly reply: boolean;
}
interface WatchOptions extends CommonOptions {
  readonly every: number;
  readonly count?: number;
}

function sayReading(reading: ClientReading, isJson: boolean): void {
  const { instrument, parameter, value, unit = '', atMs } = reading;
  if (isJson) {
    sayJson({
      instrument,
      parameter,
      value: value instanceof Uint8Array ? printedValue(value) : value,
      ...(unit === '' ? {} : { unit }),
      atMs,
    });
    return;
  }
  say(`${instrument} ${parameter}: ${printedValue(value)} ${unit}`.trimEnd());
}
