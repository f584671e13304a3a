import {
  BitaxeDriver,
  CgminerDriver,
  Instrument,
  MagicMinerDriver,
} from '../../src/instruments/index.ts';
import type { Driver, Value } from '../../src/instruments/index.ts';
import type { Owner } from '../../src/kernel/index.ts';
import { exchangeLinkFactory, HttpService, httpLinkFactory } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import type { PortOptions } from '../../src/ports/index.ts';
import { openMinersSimulator } from '../../src/simulators/index.ts';
import type {
  MinersDefinition,
  MinersSimulator,
  SimulatedMiner,
} from '../../src/simulators/index.ts';

export const watcher: Owner = { id: 'watcher', program: 'watcher', door: 'inline', sinceMs: 0 };

/** Simulated miners, and an instrument for each of them. */
export class MinersBench implements AsyncDisposable {
  readonly simulator: MinersSimulator;
  readonly #open = new AsyncDisposableStack();

  private constructor(simulator: MinersSimulator) {
    this.simulator = simulator;
    this.#open.use(simulator);
  }

  static async open(definition: Omit<MinersDefinition, 'kind'>): Promise<MinersBench> {
    return new MinersBench(
      await openMinersSimulator({ kind: 'miners', restartMs: 100, ...definition }),
    );
  }

  /** The instrument of a device, from 1 on, with its port open. */
  instrument(
    number = 1,
    options: { timeoutMs?: number; mac?: string } & Partial<PortOptions> = {},
  ): Instrument {
    const miner = this.simulator.miners[number - 1];
    if (miner === undefined) throw new Error(`there is no miner ${number}`);
    const { timeoutMs = 2_000, mac, ...more } = options;
    const own = { timeoutMs, ...(mac === undefined ? {} : { mac }) };
    const port = new Port({
      name: `miner-${number}`,
      link: this.#link(miner),
      resynchronization: { kind: 'none' },
      ...more,
    });
    this.#open.defer(async () => await port.close());
    port.open();
    return new Instrument({ name: `miner-${number}`, driver: driverOf(miner, own), port });
  }

  /** All that an instrument tells at once, by name. */
  async all(instrument: Instrument): Promise<Record<string, Value>> {
    const names = instrument.driver.parameters
      .filter(({ access }) => access !== 'write')
      .map(({ name }) => name);
    const { readings } = await instrument.readMany(names, watcher);
    return Object.fromEntries(Object.entries(readings).map(([name, { value }]) => [name, value]));
  }

  /** What the devices were asked, in its order. */
  async requests(number = 1): Promise<string[]> {
    const all = await this.simulator.transactions();
    return all
      .filter(({ node }) => node === number)
      .map(({ request }) => Buffer.from(request).toString());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }

  #link({ kind, host, port }: SimulatedMiner): ReturnType<typeof exchangeLinkFactory> {
    if (kind === 'avalon' || kind === 'cgminer') return exchangeLinkFactory({ host, port });
    const service = new HttpService({
      url: `http://${host}:${port}`,
      restMs: 0,
    });
    this.#open.use(service);
    return httpLinkFactory(service);
  }
}

function driverOf({ kind }: SimulatedMiner, options: { timeoutMs: number; mac?: string }): Driver {
  switch (kind) {
    case 'bitaxe':
    case 'bitaxe-old':
      return new BitaxeDriver(options);
    case 'avalon':
    case 'cgminer':
      return new CgminerDriver(options);
    default:
      return new MagicMinerDriver(options);
  }
}
