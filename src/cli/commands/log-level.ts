import type { Command } from 'commander';
import { say, sayJson, table } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';

/** `log-level`: how much each room writes, changed while the gateway runs. */
export function addLogLevelCommand(program: Command): void {
  common(program.command('log-level [room] [level]'))
    .description('print or change how much each room of the gateway logs')
    .action(async (room: string | undefined, level: string | undefined, options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        if (room !== undefined && level !== undefined) {
          await client.setLogLevels({ [room]: level }, { signal });
        }
        const levels = await client.logLevels({ signal });
        if (isJson) sayJson(levels);
        else say(table(['ROOM', 'LEVEL'], Object.entries(levels)));
      });
    });
}
