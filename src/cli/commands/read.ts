import type { Command } from 'commander';
import type { ParameterReport } from '../../client/index.ts';
import { alike, asSignalboxError, SignalboxError } from '../../kernel/index.ts';
import { milliseconds } from '../arguments.ts';
import { say, sayError, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { addRequestOptions, requestOptions } from '../request-options.ts';
import type { RequestFlags } from '../request-options.ts';
import { printedReading, readingForPrograms } from '../reading.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions, GatewaySession } from '../session.ts';
import { table } from '../table.ts';
import { whileWaiting } from '../waiting.ts';

interface ReadFlags extends CommonOptions, RequestFlags {
  readonly list?: boolean;
  readonly maxAge?: number;
}

/** `read`: values of an instrument, or what it has. */
export function addReadCommand(program: Command): void {
  const command = common(
    program.command('read <instrument> [parameters...]'),
    'read nitrogen fMeasure setpoint',
    'read nitrogen --list flow',
  )
    .description('read values; without a parameter, or with --list, say what can be read')
    .option('--list', 'say what can be read and written; words narrow it down')
    .option('--max-age <ms>', 'a value at most so old will do', milliseconds);
  addRequestOptions(command).action(
    async (instrument: string, parameters: string[], options: ReadFlags) => {
      await withGateway(options, async (session) => {
        if (options.list === true || parameters.length === 0) {
          await list(session, instrument, parameters);
        } else await read(session, instrument, parameters, options);
      });
    },
  );
}

/** Those that can be read are printed, whatever becomes of the others. */
async function read(
  session: GatewaySession,
  instrument: string,
  parameters: readonly string[],
  options: ReadFlags,
): Promise<void> {
  const { client, isJson, signal } = session;
  const { maxAge } = options;
  const how = {
    ...requestOptions(options),
    ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
    signal,
  };
  const results = await whileWaiting(
    session,
    instrument,
    `reading ${instrument}`,
    async () =>
      await Promise.allSettled(
        parameters.map(async (parameter) => await client.read(instrument, parameter, how)),
      ),
  );
  signal.throwIfAborted();
  for (const result of results) {
    if (result.status === 'rejected') sayError(asSignalboxError(result.reason), isJson);
    else if (isJson) sayJson(readingForPrograms(result.value));
    else say(printedReading(result.value));
  }
}

async function list(
  { client, isJson, signal }: GatewaySession,
  instrument: string,
  words: readonly string[],
): Promise<void> {
  using _line = new ProgressLine(`asking ${client.url}`);
  const all = await client.parameters(instrument, { signal });
  const found = all.filter((parameter) => words.every((word) => isAbout(parameter, word)));
  if (found.length === 0 && words.length > 0) throw nothingAbout(instrument, words, all);
  if (isJson) {
    sayJson(found);
    return;
  }
  const rows = found.map(({ name, type, access, unit = '', number, title }) => [
    name,
    number === undefined ? '' : String(number),
    type,
    access,
    unit,
    title,
  ]);
  say(table(['NAME', 'NUMBER', 'TYPE', 'ACCESS', 'UNIT', 'MEANING'], rows));
}

function isAbout({ name, title, number }: ParameterReport, word: string): boolean {
  const wanted = word.toLowerCase();
  return (
    name.toLowerCase().includes(wanted) ||
    title.toLowerCase().includes(wanted) ||
    String(number) === word
  );
}

function nothingAbout(
  instrument: string,
  words: readonly string[],
  all: readonly ParameterReport[],
): SignalboxError {
  const names = all.map(({ name }) => name);
  const found = words.flatMap((word) => alike(word, names));
  const hint = found.length === 0 ? '' : `; alike are ${found.join(', ')}`;
  return new SignalboxError(
    'NOT_FOUND',
    `${instrument} has no parameter about ${words.map((word) => `'${word}'`).join(' ')}${hint}`,
    { nextStep: `See all with \`signalbox read ${instrument} --list\`.` },
  );
}
