import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualPortDoor } from '../../../src/doors/index.ts';
import { ProparWire } from '../../../src/instruments/index.ts';
import type { Owner } from '../../../src/kernel/index.ts';
import { serialLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { proparProtocol } from '../../../src/sessions/index.ts';
import { startSimulator } from '../../../src/simulators/index.ts';
import type { NodeDefinition, Simulator } from '../../../src/simulators/index.ts';

/** A request that failed, or was dropped. */
export interface Failure {
  readonly owner: Owner;
  readonly label: string;
  readonly error: unknown;
}

export interface VirtualBusOptions {
  /** By address or as they are. @default 3, 4 and 5 */
  readonly nodes?: readonly (number | NodeDefinition)[];
  /** @default 38_400 */
  readonly baudRate?: number;
  /** How long an instrument may take to answer. @default as everywhere */
  readonly timeoutMs?: number;
  /** What its virtual ports are made by. @default VirtualPortDoor */
  readonly Door?: typeof VirtualPortDoor;
}

/** A simulated bus at its real pace, with virtual ports to it. */
export class VirtualBus implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly port: Port;
  readonly doors: readonly VirtualPortDoor[];
  readonly failures: Failure[] = [];
  readonly folder: string;

  private constructor(
    simulator: Simulator,
    folder: string,
    names: readonly string[],
    wire: ProparWire,
    Door: typeof VirtualPortDoor,
  ) {
    this.simulator = simulator;
    this.folder = folder;
    this.port = new Port({
      name: 'bus',
      link: serialLinkFactory({ path: simulator.address }),
      resynchronization: wire.resynchronization,
    });
    this.doors = names.map(
      (name) =>
        new Door({
          name,
          path: join(folder, name),
          port: this.port,
          protocol: proparProtocol(wire),
          failed: (owner, label, error) => void this.failures.push({ owner, label, error }),
        }),
    );
  }

  static async open(
    names: readonly string[],
    options: VirtualBusOptions = {},
  ): Promise<VirtualBus> {
    const { nodes = [3, 4, 5], baudRate = 38_400, timeoutMs, Door = VirtualPortDoor } = options;
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-doors-'));
    const simulator = await startSimulator({
      kind: 'propar',
      path: join(folder, 'wire'),
      nodes: nodes.map((node) => (typeof node === 'number' ? { address: node } : node)),
      baudRate,
    });
    const wire = new ProparWire(timeoutMs === undefined ? {} : { timeoutMs });
    const bus = new VirtualBus(simulator, folder, names, wire, Door);
    bus.port.open();
    for (const door of bus.doors) await door.open();
    return bus;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.doors) await door.close();
    await this.port.close();
    await this.simulator[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
