import type { Command } from 'commander';
import { hasCode } from '../../kernel/index.ts';
import { findRecord } from '../find-gateway.ts';
import { laboratoryFile } from '../laboratory-file.ts';
import { say, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { attempt, common } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { startDetached } from '../start-detached.ts';
import { stopGateway } from '../stop-gateway.ts';

interface RestartFlags extends CommonOptions {
  readonly demo?: boolean;
  readonly environment?: string;
}

/** `restart`: stops the gateway and starts it again, with the file that it had unless told otherwise. */
export function addRestartCommand(program: Command): void {
  common(program.command('restart [file]'), 'restart', 'restart lab.toml')
    .description('stop the gateway and start it again in the background, with the same file')
    .option('--demo', 'with the simulated demonstration laboratory')
    .option('--environment <name>', 'with the overlay lab.NAME.toml (else the one that it had)')
    .action(async (file: string | undefined, options: RestartFlags) => {
      await attempt(options, async ({ isJson, signal }) => {
        const record = await findRecord(options);
        const path = laboratoryFile(file ?? record?.file, options.demo === true);
        const environment = options.environment ?? record?.environment;
        // A file that would not start must not stop what runs.
        const { loadConfig } = await import('../../config/index.ts');
        await loadConfig(path, environment);
        using line = new ProgressLine('stopping: what is in line is finished');
        const stopped = await stopIfRunning(options, signal);
        line.show(`starting ${path}`);
        const { name, pid, url } = await startDetached(path, environment);
        line[Symbol.dispose]();
        if (isJson) sayJson({ stopped: stopped ?? null, started: pid, name, url });
        else {
          if (stopped === undefined) say('none was running');
          say(`${name} runs in the background (pid ${pid})${url === null ? '' : `: ${url}`}`);
        }
      });
    });
}

async function stopIfRunning(
  options: RestartFlags,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    return await stopGateway(options, signal);
  } catch (error) {
    if (hasCode(error, 'GATEWAY_UNREACHABLE')) return undefined;
    throw error;
  }
}
