import { join } from 'node:path';
import type { Command } from 'commander';
import { SignalboxError } from '../../kernel/index.ts';
import { wholeNumber } from '../arguments.ts';
import { findRecord } from '../find-gateway.ts';
import { LogReader } from '../log-reader.ts';
import { say } from '../output.ts';
import { printable } from '../printable.ts';
import { attempt, common } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { style } from '../style.ts';

interface LogsFlags extends CommonOptions {
  readonly lines: number;
  readonly follow?: boolean;
}

/** `logs`: the log of a gateway on this machine, also of one that has ended. */
export function addLogsCommand(program: Command): void {
  common(program.command('logs'), 'logs --follow', 'logs --name demonstration --lines 200')
    .description('print the log of a gateway on this machine')
    .option('-n, --lines <n>', 'the last so many', wholeNumber(0), 50)
    .option('-f, --follow', 'go on with the lines that are added, until Ctrl-C')
    .action(async (options: LogsFlags) => {
      await attempt(options, async ({ isJson, signal }) => {
        using log = open(join(await folderOf(options), 'signalbox.log'));
        const show = (line: string): void => say(isJson ? line : printedLogLine(line));
        for (const line of log.last(options.lines)) show(line);
        if (options.follow !== true) return;
        for await (const line of log.follow(signal)) show(line);
      });
    });
}

async function folderOf(options: LogsFlags): Promise<string> {
  const { name } = options;
  const record = await findRecord(name === undefined ? options : {}).catch((error: unknown) => {
    if (name === undefined) throw error;
    return undefined;
  });
  if (record !== undefined && (name === undefined || record.name === name)) {
    return record.stateFolder;
  }
  const { stateFolder } = await import('../../gateway/index.ts');
  return stateFolder(name ?? 'signalbox');
}

function open(file: string): LogReader {
  try {
    return new LogReader(file);
  } catch (cause) {
    throw new SignalboxError('NOT_FOUND', `there is no log at ${file}`, {
      cause,
      nextStep: 'Name the gateway with --name, as [gateway] in its file does.',
    });
  }
}

const levelWords: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

function printedLogLine(line: string): string {
  try {
    const { time, level, room, msg } = JSON.parse(line) as {
      time: number;
      level: number;
      room: string;
      msg: string;
    };
    const word = (levelWords[level] ?? '').padEnd(5);
    const shown = level >= 50 ? style.bad(word) : level >= 40 ? style.doubtful(word) : word;
    return `${style.faint(new Date(time).toISOString())} ${shown} ${printable(`${room}: ${msg}`)}`;
  } catch {
    return printable(line);
  }
}
