import type { Command } from 'commander';
import { loadConfig } from '../../config/index.ts';
import { makePrivateFolder, runtimeFolder, simulatorDefinition } from '../../gateway/index.ts';
import { asSignalboxError, SignalboxError } from '../../kernel/index.ts';
import { say, sayError, sayJson } from '../output.ts';

/** `simulate`: the simulators of a file without the gateway, for trying other programs on them. */
export function addSimulationCommand(program: Command): void {
  program
    .command('simulate <file>')
    .description('run only the simulators of a TOML file, until Ctrl-C')
    .option('--json', 'one line of JSON for programs')
    .action(async (file: string, options: { readonly json?: boolean }) => {
      const isJson = options.json === true;
      try {
        await simulate(file, isJson);
      } catch (error) {
        sayError(asSignalboxError(error), isJson);
      }
    });
}

async function simulate(file: string, isJson: boolean): Promise<void> {
  const config = await loadConfig(file);
  const entries = Object.entries(config.simulators);
  if (entries.length === 0) {
    throw new SignalboxError('BAD_ARGUMENT', `${file} has no [simulators]`, {
      nextStep: 'Add one: docs/reference/configuration.md has an example of each kind.',
    });
  }
  const folder = runtimeFolder(config.gateway.name);
  await makePrivateFolder(folder);
  const interrupted = Promise.withResolvers<void>();
  process.once('SIGINT', () => interrupted.resolve());
  process.once('SIGTERM', () => interrupted.resolve());
  const { startSimulators } = await import('../../simulators/index.ts');
  await using laboratory = await startSimulators(
    Object.fromEntries(
      entries.map(([name, simulator]) => [name, simulatorDefinition(name, simulator, folder)]),
    ),
  );
  const { simulators } = laboratory;
  const addresses = Object.fromEntries(
    simulators.entries().map(([name, { address }]) => [name, address] as const),
  );
  if (isJson) sayJson({ simulators: addresses });
  else for (const [name, address] of Object.entries(addresses)) say(`${name}: ${address}`);
  await interrupted.promise;
}
