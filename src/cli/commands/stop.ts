import type { Command } from 'commander';
import { say, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { attempt, common } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { stopGateway } from '../stop-gateway.ts';

/** `stop`: ends the gateway in order. */
export function addStopCommand(program: Command): void {
  common(program.command('stop'), 'stop')
    .description('stop the gateway: nobody new comes in, what is in line is finished')
    .action(async (options: CommonOptions) => {
      await attempt(options, async ({ isJson, signal }) => {
        using line = new ProgressLine('stopping: what is in line is finished');
        const pid = await stopGateway(options, signal);
        line[Symbol.dispose]();
        if (isJson) sayJson({ stopped: pid });
        else say(`stopped (pid ${pid})`);
      });
    });
}
