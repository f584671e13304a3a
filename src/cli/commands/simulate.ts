import type { Command } from 'commander';
import { SignalboxError } from '../../kernel/index.ts';
import { laboratoryFile } from '../laboratory-file.ts';
import { say, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { attempt, local } from '../session.ts';
import type { LocalOptions, Session } from '../session.ts';
import { table } from '../table.ts';

interface SimulateFlags extends LocalOptions {
  readonly demo?: boolean;
}

/** `simulate`: the simulators of a file without the gateway, for trying other programs on them. */
export function addSimulateCommand(program: Command): void {
  local(program.command('simulate [file]'), 'simulate lab.toml', 'simulate --demo --json')
    .description('run only the simulators of a TOML file, until Ctrl-C')
    .option('--demo', 'those of the demonstration laboratory')
    .action(async (file: string | undefined, options: SimulateFlags) => {
      await attempt(options, async (session) => {
        await simulate(laboratoryFile(file, options.demo === true), session);
      });
    });
}

async function simulate(file: string, { isJson, signal }: Session): Promise<void> {
  using line = new ProgressLine('starting the simulators');
  const { loadConfig } = await import('../../config/index.ts');
  const { gateway, simulators } = await loadConfig(file);
  const entries = Object.entries(simulators);
  if (entries.length === 0) {
    throw new SignalboxError('BAD_ARGUMENT', `${file} has no [simulators]`, {
      nextStep: 'Add one: docs/reference/configuration.md has an example of each kind.',
    });
  }
  const places = await import('../../gateway/index.ts');
  // Beside those of a gateway with that name, which may run at the same time.
  const folder = places.runtimeFolder(`${gateway.name}.simulated`);
  await places.makePrivateFolder(folder);
  const { startSimulators } = await import('../../simulators/index.ts');
  await using laboratory = await startSimulators(
    Object.fromEntries(
      entries.map(([name, config]) => [name, places.simulatorDefinition(name, config, folder)]),
    ),
  );
  line[Symbol.dispose]();
  const addresses = Array.from(laboratory.simulators, ([name, { address }]) => [name, address]);
  if (isJson) sayJson({ simulators: Object.fromEntries(addresses) as object });
  else say(table(['SIMULATOR', 'ADDRESS'], addresses));
  await ended(signal);
}

async function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
