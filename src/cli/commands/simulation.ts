import type { Command } from 'commander';
import { loadConfig } from '../../config/index.ts';
import { makePrivateFolder, runtimeFolder, simulatorDefinition } from '../../gateway/index.ts';
import { asSignalboxError, SignalboxError } from '../../kernel/index.ts';
import { say, sayError } from '../output.ts';

/** `simulate`: the simulators of a file without the gateway, for trying other programs on them. */
export function addSimulationCommand(program: Command): void {
  program
    .command('simulate <file>')
    .description('run only the simulators of a TOML file, until Ctrl-C')
    .action(async (file: string) => {
      try {
        const { simulators, gateway } = await loadConfig(file);
        if (Object.keys(simulators).length === 0) {
          throw new SignalboxError('BAD_ARGUMENT', `${file} has no [simulators]`);
        }
        const folder = runtimeFolder(gateway.name);
        await makePrivateFolder(folder);
        const { startSimulator } = await import('../../simulators/index.ts');
        const running = await Promise.all(
          Object.entries(simulators).map(async ([name, config]) => {
            const simulator = await startSimulator(simulatorDefinition(name, config, folder));
            say(`${name}: ${simulator.address}`);
            return simulator;
          }),
        );
        const { promise, resolve } = Promise.withResolvers<void>();
        process.once('SIGINT', () => resolve());
        process.once('SIGTERM', () => resolve());
        await promise;
        await Promise.all(running.map(async (each) => await each[Symbol.asyncDispose]()));
      } catch (error) {
        sayError(asSignalboxError(error), false);
      }
    });
}
