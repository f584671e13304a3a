import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ExportDownload } from '../../client/index.ts';
import { SignalboxError } from '../../kernel/index.ts';
import { moment } from '../moment.ts';
import { note, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { checkRecorded } from '../recorded-names.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';

interface ExportFlags extends CommonOptions {
  readonly from?: number;
  readonly to?: number;
  readonly format: 'csv' | 'arrow';
  readonly resolution: 'raw' | 'minute' | 'hour';
  readonly output?: string;
}

const mib = 1_048_576;

/** `export`: recorded values as a file. */
export function addExportCommand(program: Command): void {
  common(
    program.command('export <parameters...>'),
    'export nitrogen.fMeasure --from 7d --output flow.csv',
    'export nitrogen.fMeasure bath.temperature --format arrow --resolution minute --output lab.arrows',
  )
    .description('write recorded values to a file: instrument.parameter …')
    .option('--from <time>', 'from then on: 2h (ago), 7d, 2026-11-30T08:00 (default: all)', moment)
    .option('--to <time>', 'up to then (default: now)', moment)
    .addOption(
      new Option('--format <format>', 'of the file').choices(['csv', 'arrow']).default('csv'),
    )
    .addOption(
      new Option('--resolution <resolution>', 'every value, or what they come to')
        .choices(['raw', 'minute', 'hour'])
        .default('raw'),
    )
    .option('-o, --output <file>', 'where to (default: standard output)')
    .action(async (parameters: string[], options: ExportFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const { from, to, format, resolution, output } = options;
        if (output === undefined && isJson) {
          throw new SignalboxError(
            'BAD_ARGUMENT',
            '--json tells of a file: name one with --output',
          );
        }
        checkRecorded(parameters, await client.history.series({ signal }));
        if (output !== undefined) await checkOutput(output);
        const download = await client.history.export(parameters, {
          signal,
          format,
          resolution,
          ...(from === undefined ? {} : { fromMs: from }),
          ...(to === undefined ? {} : { toMs: to }),
        });
        const bytes = await save(download, output, signal);
        if (output === undefined) return;
        if (isJson) sayJson({ file: output, bytes, format, resolution, parameters });
        else note(`${output}: ${(bytes / mib).toFixed(2)} MiB`);
      });
    });
}

/** @throws BAD_ARGUMENT before anything is asked for that could not be kept */
async function checkOutput(output: string): Promise<void> {
  const isFolder = async (path: string): Promise<boolean> => {
    try {
      return (await stat(path)).isDirectory();
    } catch {
      return false;
    }
  };
  const folder = dirname(resolve(output));
  if (!(await isFolder(folder))) throw unwritten(output, `there is no folder ${folder}`);
  if (await isFolder(output)) throw unwritten(output, 'it is a folder');
}

function unwritten(output: string, why: string, cause?: unknown): SignalboxError {
  return new SignalboxError('BAD_ARGUMENT', `${output} was not written: ${why}`, {
    cause,
    nextStep: 'Name a file that can be written, on a disk with room.',
  });
}

/** Under its name only when it is whole. @returns how many bytes */
async function save(
  { body, expectedBytes }: ExportDownload,
  output: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  using line = new ProgressLine(`exporting to ${output ?? 'standard output'}`);
  let bytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      const share = expectedBytes === undefined ? undefined : bytes / expectedBytes;
      line.show(`${(bytes / mib).toFixed(1)} MiB exported`, share);
      done(null, chunk);
    },
  });
  const source = Readable.fromWeb(body);
  if (output === undefined) {
    await pipeline(source, counted, process.stdout, { signal, end: false });
    return bytes;
  }
  const partial = `${output}.part`;
  try {
    await pipeline(source, counted, createWriteStream(partial), { signal });
    await rename(partial, output);
  } catch (cause) {
    await rm(partial, { force: true });
    if (signal.aborted) throw cause;
    const { message, path } = cause as NodeJS.ErrnoException;
    // Only what concerns a file names one.
    if (path !== undefined) throw unwritten(output, message, cause);
    const text = `${output} was not written: ${message}`;
    throw new SignalboxError('GATEWAY_UNREACHABLE', text, { cause });
  }
  return bytes;
}
