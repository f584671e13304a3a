import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import { HttpDoor, SocketDoor, VirtualPortDoor } from '../doors/index.ts';
import type { Directory, Door } from '../doors/index.ts';
import { ScpiDriver } from '../instruments/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { isSignalboxError } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import { FileTokenSource, WaitGraph } from '../locks/index.ts';
import type { Port } from '../ports/index.ts';
import type { SimulatedLaboratory } from '../simulators/index.ts';
import { linesProtocol } from '../sessions/index.ts';
import { buildInstrument } from './build-instrument.ts';
import { buildPort } from './build-port.ts';
import type { BuiltPort } from './build-port.ts';
import { discoverOn } from './discover.ts';
import { followPort } from './follow-port.ts';
import { makePrivateFolder, runtimeFolder, stateFolder } from './folders.ts';
import { RoomLog } from './room-log.ts';
import { simulatorDefinition } from './simulator-definition.ts';

/** Of the package. */
export const version = '0.1.0';

export interface GatewayOptions {
  readonly config: Config;
  /** Asked by the HTTP door to stop. */
  readonly shutdown?: (by: Owner) => void;
}

/** Everything of a running gateway, wired together: the only place that does. */
export class Gateway implements AsyncDisposable {
  readonly log: RoomLog;
  readonly stateFolder: string;
  readonly runtimeFolder: string;
  readonly #config: Config;
  readonly #shutdown: ((by: Owner) => void) | undefined;
  readonly #ports = new Map<string, Port>();
  readonly #instruments = new Map<string, Instrument>();
  readonly #doors: Door[] = [];
  #laboratory: SimulatedLaboratory | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: GatewayOptions) {
    const { config, shutdown } = options;
    const { name, logLevel, logLevels } = config.gateway;
    this.#config = config;
    this.#shutdown = shutdown;
    this.stateFolder = config.gateway.stateFolder ?? stateFolder(name);
    this.runtimeFolder = runtimeFolder(name);
    this.log = new RoomLog({
      file: join(this.stateFolder, 'signalbox.log'),
      level: logLevel,
      levels: logLevels,
    });
  }

  /** What doors lead to. */
  get directory(): Directory {
    return { ports: this.#ports, instruments: this.#instruments, doors: this.#doors };
  }

  /**
   * Starts everything. Ports open by themselves, whenever their devices are there; a door that
   * cannot open is an error, and then nothing stays started.
   */
  async start(): Promise<void> {
    try {
      await makePrivateFolder(this.stateFolder);
      await makePrivateFolder(this.runtimeFolder);
      await this.#startSimulators();
      await this.#buildPorts();
      for (const door of this.#doors) await door.open();
      for (const port of this.#ports.values()) port.open();
      this.log.of('gateway').info(`${this.#config.gateway.name} is running`);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Lets nobody in any more, finishes what is in line, then ends. */
  async drain(): Promise<void> {
    await this.#end(async (port) => await port.drain());
  }

  /** Ends now. May be called twice. */
  async close(): Promise<void> {
    await this.#end(async (port) => await port.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  async #end(endPort: (port: Port) => Promise<void>): Promise<void> {
    this.#closing ??= (async () => {
      const log = this.log.of('gateway');
      log.info('stopping');
      // In the reverse order of the start; each step is done whatever became of the others.
      const doors = await Promise.allSettled(this.#doors.map(async (door) => await door.close()));
      const ports = await Promise.allSettled(Array.from(this.#ports.values(), endPort));
      const simulators = await Promise.allSettled([this.#laboratory?.[Symbol.asyncDispose]()]);
      for (const result of [...doors, ...ports, ...simulators]) {
        if (result.status === 'rejected')
          log.error({ error: result.reason as unknown }, 'a step failed');
      }
      log.info('stopped');
    })();
    await this.#closing;
  }

  async #startSimulators(): Promise<void> {
    const entries = Object.entries(this.#config.simulators);
    if (entries.length === 0) return;
    const { startSimulators } = await import('../simulators/index.ts');
    this.#laboratory = await startSimulators(
      Object.fromEntries(
        entries.map(([name, config]) => [
          name,
          simulatorDefinition(name, config, this.runtimeFolder),
        ]),
      ),
    );
    for (const [name, { address }] of this.#laboratory.simulators) {
      this.log.of('simulators').info(`simulator ${name} is at ${address}`);
    }
  }

  async #buildPorts(): Promise<void> {
    const tokens = await FileTokenSource.open(join(this.stateFolder, 'token-epoch'));
    const graph = new WaitGraph();
    const built = new Map<string, BuiltPort>();
    for (const [name, config] of Object.entries(this.#config.ports)) {
      const port = buildPort(name, config, {
        tokens,
        graph,
        simulatorAddress: (simulator) => this.#laboratory?.simulators.get(simulator)?.address ?? '',
      });
      built.set(name, port);
      this.#ports.set(name, port.port);
      followPort(port.port, this.log);
      for (const virtualPort of config.virtualPorts) this.#addVirtualPort(virtualPort, port);
    }
    for (const [name, config] of Object.entries(this.#config.instruments)) {
      const port = built.get(config.port);
      if (port === undefined) continue;
      const instrument = buildInstrument(name, config, port);
      this.#instruments.set(name, instrument);
      if (config.driver === 'scpi' && config.socket !== undefined) {
        this.#addSocket(instrument, config.socket);
      }
    }
    if (this.#config.http.enabled) this.#addHttp(built);
  }

  #addVirtualPort(name: string, { port, clientProtocol }: BuiltPort): void {
    this.#doors.push(
      new VirtualPortDoor({
        name,
        path: join(this.runtimeFolder, name),
        port,
        protocol: clientProtocol,
        failed: this.#requestFailed,
      }),
    );
  }

  #addSocket(instrument: Instrument, tcpPort: number): void {
    const { driver, port, name } = instrument;
    if (!(driver instanceof ScpiDriver)) return;
    this.#doors.push(
      new SocketDoor({
        name: `${name}-socket`,
        tcpPort,
        port,
        instrument: name,
        protocol: linesProtocol(driver),
        failed: this.#requestFailed,
      }),
    );
  }

  #addHttp(built: ReadonlyMap<string, BuiltPort>): void {
    const { host, port, tokenFile, allowedHosts, allowedOrigins } = this.#config.http;
    const log = this.log.of('http');
    const shutdown = this.#shutdown;
    this.#doors.push(
      new HttpDoor({
        host,
        port,
        hosts: allowedHosts,
        origins: allowedOrigins,
        directory: this.directory,
        version,
        services: {
          logLevels: this.log,
          discover: async (onPort, context) =>
            await discoverOn(onPort, built.get(onPort.name), context),
          ...(shutdown === undefined ? {} : { shutdown }),
        },
        log: {
          debug: (message, details) => log.debug(details ?? {}, message),
          info: (message, details) => log.info(details ?? {}, message),
          warn: (message, details) => log.warn(details ?? {}, message),
          error: (message, details) => log.error(details ?? {}, message),
        },
        ...(tokenFile === undefined ? {} : { tokenFile }),
      }),
    );
  }

  #requestFailed = (owner: Owner, label: string, error: unknown): void => {
    const why = isSignalboxError(error) ? `${error.code}: ${error.message}` : String(error);
    this.log.of('doors').info({ owner: owner.id }, `${owner.program}: ${label} failed: ${why}`);
  };
}
