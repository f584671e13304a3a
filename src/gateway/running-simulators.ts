import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/index.ts';
import { asSignalboxError } from '../kernel/index.ts';
import type { SignalboxError } from '../kernel/index.ts';
import type { SimulatedLaboratory } from '../simulators/index.ts';
import { endAll } from './shut-down.ts';
import { simulatorDefinition } from './simulator-definition.ts';

/** The simulators of a gateway. One that is changed stays as it is until the gateway starts again. */
export class RunningSimulators implements AsyncDisposable {
  readonly #folder: string;
  readonly #started: (name: string, address: string) => void;
  /** Each with those that were started together with it. */
  readonly #laboratories = new Map<string, SimulatedLaboratory>();
  readonly #configs = new Map<string, unknown>();

  /**
   * @param folder where serial lines of simulators are
   * @param started told of each
   */
  constructor(folder: string, started: (name: string, address: string) => void) {
    this.#folder = folder;
    this.#started = started;
  }

  /** Where one is to be found; empty when there is none. */
  addressOf(name: string): string {
    return this.#laboratories.get(name)?.simulators.get(name)?.address ?? '';
  }

  /** Starts those that are not there yet: all of them, or none. @throws what the first that failed throws */
  async start(configs: Config['simulators']): Promise<void> {
    const fresh = Object.entries(configs).filter(([name]) => !this.#laboratories.has(name));
    if (fresh.length === 0) return;
    const { startSimulators } = await import('../simulators/index.ts');
    const definitions = fresh.map(
      ([name, config]) => [name, simulatorDefinition(name, config, this.#folder)] as const,
    );
    const laboratory = await startSimulators(Object.fromEntries(definitions));
    for (const [name, { address }] of laboratory.simulators) {
      this.#laboratories.set(name, laboratory);
      this.#started(name, address);
    }
    for (const [name, config] of fresh) this.#configs.set(name, config);
  }

  /** Stops those that are not wanted any more. @returns those that are wanted otherwise than they are */
  async stopOthers(
    wanted: Config['simulators'],
    failed: (name: string, error: SignalboxError) => void,
  ): Promise<readonly string[]> {
    const changed: string[] = [];
    for (const [name, laboratory] of this.#laboratories) {
      const config = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
      if (config !== undefined) {
        if (!isDeepStrictEqual(config, this.#configs.get(name))) changed.push(name);
        continue;
      }
      this.#laboratories.delete(name);
      this.#configs.delete(name);
      try {
        await laboratory.simulators.get(name)?.[Symbol.asyncDispose]();
      } catch (error) {
        failed(name, asSignalboxError(error));
      }
    }
    return changed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endAll(
      new Set(this.#laboratories.values()),
      async (each) => await each[Symbol.asyncDispose](),
    );
  }
}
