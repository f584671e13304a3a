import type { Command } from 'commander';
import { SignalboxError } from '../../kernel/index.ts';
import { say, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { table } from '../table.ts';

/** `log-level`: how much each room writes, changed while the gateway runs. */
export function addLogLevelCommand(program: Command): void {
  common(
    program.command('log-level [room] [level]'),
    'log-level',
    'log-level ports debug',
    'log-level all info',
  )
    .description('print or change how much each room of the gateway logs, or `all` of them')
    .action(async (room: string | undefined, level: string | undefined, options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        if (room !== undefined && level === undefined) {
          throw new SignalboxError('BAD_ARGUMENT', `no level is given for ${room}`, {
            nextStep: 'Give one of trace, debug, info, warn, error and silent.',
          });
        }
        using _line = new ProgressLine(`asking ${client.url}`);
        let levels = await client.logLevels({ signal });
        if (room !== undefined && level !== undefined) {
          const rooms = room === 'all' ? Object.keys(levels) : [room];
          const wanted = Object.fromEntries(rooms.map((each) => [each, level]));
          levels = await client.setLogLevels(wanted, { signal });
        }
        if (isJson) sayJson(levels);
        else say(table(['ROOM', 'LEVEL'], Object.entries(levels)));
      });
    });
}
