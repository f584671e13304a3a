import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { asSignalboxError } from '../../kernel/index.ts';
import { laboratoryFile } from '../laboratory-file.ts';
import { note, say, sayError, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { local } from '../session.ts';
import type { LocalOptions } from '../session.ts';
import { startDetached } from '../start-detached.ts';

interface StartFlags extends LocalOptions {
  readonly demo?: boolean;
  readonly detach?: boolean;
  readonly environment?: string;
}

/** `start`: a gateway, in the foreground until Ctrl-C or in the background. */
export function addStartCommand(program: Command): void {
  local(program.command('start [file]'), 'start lab.toml', 'start --demo', 'start --detach')
    .description('start a gateway with the laboratory of a TOML file (default: lab.toml)')
    .option('--demo', 'with the simulated demonstration laboratory')
    .option('--detach', 'in the background')
    .option('--environment <name>', 'with the overlay lab.NAME.toml (else SIGNALBOX_ENVIRONMENT)')
    .action(async (file: string | undefined, options: StartFlags) => {
      const isJson = options.json === true;
      try {
        const path = laboratoryFile(file, options.demo === true);
        if (options.detach === true) await detach(path, options.environment, isJson);
        else await run(path, options.environment, isJson);
      } catch (error) {
        sayError(asSignalboxError(error), isJson);
      }
    });
}

async function run(path: string, environment: string | undefined, isJson: boolean): Promise<void> {
  const { openConfig } = await import('../../config/index.ts');
  await using store = await openConfig(path, { environment });
  if (store.environment !== undefined && !existsSync(store.file)) {
    note(
      `There is no ${store.file} yet: changes will make it, and until then ${path} holds alone.`,
    );
  }
  const { runGateway } = await import('../run-gateway.ts');
  await runGateway(store, isJson);
}

async function detach(
  path: string,
  environment: string | undefined,
  isJson: boolean,
): Promise<void> {
  using line = new ProgressLine(`starting ${path}`);
  const { name, pid, url } = await startDetached(path, environment);
  line[Symbol.dispose]();
  if (isJson) sayJson({ started: pid, name, url });
  else say(`${name} runs in the background (pid ${pid})${url === null ? '' : `: ${url}`}`);
}
