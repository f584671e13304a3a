import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BronkhorstDriver, Instrument, ProparWire } from '../../src/instruments/index.ts';
import type { BronkhorstDriverOptions, ProparWireOptions } from '../../src/instruments/index.ts';
import { serialLinkFactory } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import { openSimulator } from '../../src/simulators/index.ts';
import type { NodeDefinition, Simulator } from '../../src/simulators/index.ts';

/** A simulated bus on a real pseudo-terminal, and a port on it. */
export class ProparBench implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly port: Port;
  readonly wire: ProparWire;
  readonly #folder: string;

  private constructor(simulator: Simulator, port: Port, wire: ProparWire, folder: string) {
    this.simulator = simulator;
    this.port = port;
    this.wire = wire;
    this.#folder = folder;
  }

  static async open(
    nodes: readonly NodeDefinition[] = [{ address: 3 }],
    options: ProparWireOptions = {},
  ): Promise<ProparBench> {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-propar-'));
    const simulator = await openSimulator({
      kind: 'propar',
      path: join(folder, 'bus'),
      nodes,
      baudRate: 0,
      answerTimeMs: 0,
    });
    const wire = new ProparWire(options);
    const port = new Port({
      name: 'bus',
      link: serialLinkFactory({ path: simulator.address }),
      resynchronization: wire.resynchronization,
      retry: { most: 2, delaysMs: [1] },
    });
    port.open();
    return new ProparBench(simulator, port, wire, folder);
  }

  instrument(node: number, options: Partial<BronkhorstDriverOptions> = {}): Instrument {
    const driver = new BronkhorstDriver({ wire: this.wire, node, ...options });
    return new Instrument({ name: `flow-${node}`, driver, port: this.port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.port.close();
    await this.simulator[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
