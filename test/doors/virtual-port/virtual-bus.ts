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
import type { Simulator } from '../../../src/simulators/index.ts';

/** A request that failed, or was dropped. */
export interface Failure {
  readonly owner: Owner;
  readonly label: string;
  readonly error: unknown;
}

/** A simulated bus at its real pace, with virtual ports to it. */
export class VirtualBus implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly port: Port;
  readonly doors: readonly VirtualPortDoor[];
  readonly failures: Failure[] = [];
  readonly folder: string;

  private constructor(simulator: Simulator, folder: string, names: readonly string[]) {
    this.simulator = simulator;
    this.folder = folder;
    const wire = new ProparWire();
    this.port = new Port({
      name: 'bus',
      link: serialLinkFactory({ path: simulator.address }),
      resynchronization: wire.resynchronization,
    });
    this.doors = names.map(
      (name) =>
        new VirtualPortDoor({
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
    options: { readonly nodes?: readonly number[]; readonly baudRate?: number } = {},
  ): Promise<VirtualBus> {
    const { nodes = [3, 4, 5], baudRate = 38_400 } = options;
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-doors-'));
    const simulator = await startSimulator({
      kind: 'propar',
      path: join(folder, 'wire'),
      nodes: nodes.map((address) => ({ address })),
      baudRate,
    });
    const bus = new VirtualBus(simulator, folder, names);
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
