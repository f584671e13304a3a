import type { Command } from 'commander';
import type { WatchEvent } from '../../client/index.ts';
import { milliseconds, wholeNumber } from '../arguments.ts';
import { timeOfDay } from '../duration.ts';
import { note, say, sayJson } from '../output.ts';
import { printable } from '../printable.ts';
import { ProgressLine } from '../progress-line.ts';
import { printedReading, readingForPrograms } from '../reading.ts';
import { requestOptions } from '../request-options.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';

interface WatchFlags extends CommonOptions {
  readonly every: number;
  readonly count?: number;
  readonly maxAge?: number;
}

/** `watch`: values as they come. */
export function addWatchCommand(program: Command): void {
  common(
    program.command('watch <parameters...>'),
    'watch nitrogen.fMeasure multimeter.voltage --every 500ms',
    'watch nitrogen.fMeasure --count 10 --json',
  )
    .description('print values as they come: instrument.parameter …')
    .option('--every <ms>', 'how often (default: 1 s)', milliseconds, 1_000)
    .option('--count <n>', 'stop after so many lines', wholeNumber(1))
    .option('--max-age <ms>', 'a value at most so old will do', milliseconds)
    .action(async (parameters: string[], options: WatchFlags) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const { every, count = Infinity, maxAge } = options;
        const lease = process.env['SIGNALBOX_LEASE'];
        const events = client.watch(parameters, {
          ...requestOptions(lease === undefined ? {} : { lease }),
          signal,
          everyMs: every,
          ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
          connection: ({ state, message }) => {
            if (isJson) sayJson({ connection: state, message });
            else note(`${timeOfDay(Date.now())} ${message}`);
          },
        });
        let left = count;
        using line = new ProgressLine(`waiting for the first value of ${parameters.join(', ')}`);
        for await (const event of events) {
          line[Symbol.dispose]();
          if (isJson) sayJson(forPrograms(event));
          else say(printed(event));
          left -= 1;
          if (left <= 0) return;
        }
      });
    });
}

function forPrograms(event: WatchEvent): object {
  if (event.kind === 'reading') return readingForPrograms(event.reading);
  const { instrument, parameter, error } = event;
  return { instrument, parameter, error };
}

function printed(event: WatchEvent): string {
  if (event.kind === 'reading') {
    return `${timeOfDay(event.reading.atMs)} ${printedReading(event.reading)}`;
  }
  const { instrument, parameter, error } = event;
  const text = `${instrument} ${parameter}: ${error.message} [${error.code}]`;
  return `${timeOfDay(Date.now())} ${printable(text)}`;
}
