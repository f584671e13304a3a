import { asSignalboxError, SignalboxError } from '../kernel/index.ts';
import type { SimulatorDefinition } from './definition.ts';
import { startSimulator } from './start-simulator.ts';
import type { SimulatorStartOptions } from './start-simulator.ts';
import type { Simulator } from './simulator.ts';

/** A simulated laboratory that runs. Disposing of it stops all of it. */
export interface SimulatedLaboratory extends AsyncDisposable {
  readonly simulators: ReadonlyMap<string, Simulator>;
}

/**
 * Starts the simulators of a laboratory, each in a thread of its own: all of them, or none.
 * @throws what the first that failed throws, with its name
 */
export async function startSimulators(
  definitions: Readonly<Record<string, SimulatorDefinition>>,
  options: SimulatorStartOptions = {},
): Promise<SimulatedLaboratory> {
  const simulators = new Map<string, Simulator>();
  const results = await Promise.allSettled(
    Object.entries(definitions).map(async ([name, definition]) => {
      try {
        simulators.set(name, await startSimulator(definition, options));
      } catch (error) {
        throw named(name, error);
      }
    }),
  );
  const stop = async (): Promise<void> => {
    const running = Array.from(simulators.values());
    await Promise.all(running.map(async (each) => await each[Symbol.asyncDispose]()));
  };
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return { simulators, [Symbol.asyncDispose]: stop };
}

function named(name: string, thrown: unknown): SignalboxError {
  const cause = asSignalboxError(thrown);
  const { code, message, details, nextStep } = cause;
  return new SignalboxError(code, `simulator ${name}: ${message}`, { details, nextStep, cause });
}
