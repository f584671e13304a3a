import { join } from 'node:path';
import { logRooms, settingsOf } from '../config/index.ts';
import type { Config, ConfigStore, Settings } from '../config/index.ts';
import type {
  Advertiser,
  Directory,
  DirectoryPlayer,
  DirectoryWorker,
  Door,
  SubsystemStatus,
} from '../doors/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { asSignalboxError, hasCode, SignalboxError, systemClock } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import { PrologixAdapters } from '../links/index.ts';
import type { SharedWorker } from '../links/index.ts';
import { FileTokenSource, WaitGraph } from '../locks/index.ts';
import type { Port } from '../ports/index.ts';
import type { SimulatedLaboratory } from '../simulators/index.ts';
import { actorPorts } from './actor-ports.ts';
import { advertise } from './advertise.ts';
import { buildDoors, warnOfOpenSockets } from './build-doors.ts';
import { buildInstrument } from './build-instrument.ts';
import { authorizationOf, buildPlayers, httpAddress, playerCaches } from './build-players.ts';
import type { BuiltPlayer } from './build-players.ts';
import { buildPort } from './build-port.ts';
import type { BuiltPort } from './build-port.ts';
import { buildWorkers, workersForDoors } from './build-workers.ts';
import { buildRecords } from './build-records.ts';
import type { Records } from './build-records.ts';
import { buildSchedules, fixedSource, scheduleSubsystems, storeSource } from './build-schedules.ts';
import type { Schedules } from './build-schedules.ts';
import { followPort } from './follow-port.ts';
import { makePrivateFolder, runtimeFolder, stateFolder } from './folders.ts';
import { holdFolder } from './hold-folder.ts';
import { RoomLog } from './room-log.ts';
import { followRuntimes, subsystemsOf } from './runtimes/follow-runtimes.ts';
import { RuntimeManager } from './runtimes/runtime-manager.ts';
import { endAll, shutDown } from './shut-down.ts';
import type { ShutdownStep } from './shut-down.ts';
import { simulatorDefinition } from './simulator-definition.ts';

/** Of the package. */
export const version = '0.1.0';

/**
 * How long each step of an end may take; what has not ended by then is left behind, and goes with the
 * process. Their sum is below what the command line gives an orderly end.
 */
export const shutdownLongestMs = {
  start: 1_000,
  schedules: 1_000,
  recorders: 500,
  runtimes: 3_000,
  advertisement: 500,
  drain: 7_000,
  doors: 2_500,
  ports: 1_000,
  workers: 2_500,
  logs: 1_000,
  simulators: 1_000,
} as const;

/** What workers have under way when nobody asks them any more may take so long to end, in ms. */
const workerDrainMs = 1_000;

/** What holds as soon as it is saved; all else after a restart. */
const liveSettings = [
  'gateway.logLevel',
  'gateway.logLevels',
  'gasFactors',
  'schedules',
  'alarms',
  'jobs',
];

export interface GatewayOptions {
  readonly config: Config;
  /** Where the configuration is kept, to be read and changed while it runs. @default it cannot be */
  readonly store?: ConfigStore<Config>;
  /** Asked by the HTTP door to stop. */
  readonly shutdown?: (by: Owner) => void;
}

/** Everything of a running gateway, wired together: the only place that does. */
export class Gateway implements AsyncDisposable {
  readonly log: RoomLog;
  readonly stateFolder: string;
  readonly runtimeFolder: string;
  readonly #config: Config;
  readonly #settings: Settings<Config> | undefined;
  readonly #following: Disposable | undefined;
  readonly #shutdown: ((by: Owner) => void) | undefined;
  readonly #workers: ReadonlyMap<string, SharedWorker>;
  readonly #workersForDoors: ReadonlyMap<string, DirectoryWorker>;
  readonly #ports = new Map<string, Port>();
  readonly #instruments = new Map<string, Instrument>();
  #players: ReadonlyMap<string, BuiltPlayer> = new Map();
  readonly #playersForDoors = new Map<string, DirectoryPlayer>();
  readonly #doors: Door[] = [];
  #held: DisposableStack | undefined;
  #advertiser: Advertiser | undefined;
  #records: Records = { logs: [], recorders: [] };
  #schedules: Schedules | undefined;
  #runtimes: RuntimeManager | undefined;
  #laboratory: SimulatedLaboratory | undefined;
  #starting: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  /** Settles when an orderly end is no longer waited for. */
  readonly #hurry: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(options: GatewayOptions) {
    const { config, store, shutdown } = options;
    const { name, logLevel, logLevels } = config.gateway;
    this.#config = config;
    this.#shutdown = shutdown;
    if (store !== undefined) this.#settings = settingsOf(store, liveSettings);
    this.stateFolder = config.gateway.stateFolder ?? stateFolder(name);
    this.runtimeFolder = config.gateway.runtimeFolder ?? runtimeFolder(name);
    this.log = new RoomLog({
      file: join(this.stateFolder, 'signalbox.log'),
      level: logLevel,
      levels: logLevels,
    });
    this.#following = this.#settings?.onChange(({ keys, snapshot }) => {
      if (keys.some((key) => key.startsWith('gateway.logLevel'))) this.#setLevels(snapshot.value);
    });
    this.#workers = buildWorkers(config, this.log);
    this.#workersForDoors = workersForDoors(config, this.#workers);
  }

  /** What doors lead to. */
  get directory(): Directory {
    return {
      ports: this.#ports,
      instruments: this.#instruments,
      doors: this.#doors,
      subsystems: () => this.#subsystems(),
      workers: this.#workersForDoors,
      players: this.#playersForDoors,
    };
  }

  /**
   * Starts everything. Ports open by themselves, whenever their devices are there; a door that
   * cannot open is an error, and then nothing stays started.
   * @throws ALREADY_RUNNING when another process runs a gateway of that name, or with one of these
   *   folders: it is left alone
   */
  async start(): Promise<void> {
    this.#starting = this.#startAll();
    try {
      await this.#starting;
    } catch (error) {
      // What is there is another gateway's: there is nothing to end.
      if (hasCode(error, 'ALREADY_RUNNING')) this.#ending ??= Promise.resolve();
      await this.close();
      // What came up only after an end had gone past it.
      await shutDown(this.#steps(), systemClock, this.#stepFailed);
      this.#held?.dispose();
      throw error;
    }
  }

  /** Takes nothing new, finishes what is in line, then ends. */
  async drain(): Promise<void> {
    await this.#end();
  }

  /** Ends now, also an end in order that has begun. May be called twice. */
  async close(): Promise<void> {
    this.#hurry.resolve();
    await this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  async #startAll(): Promise<void> {
    await this.#holdFolders();
    this.#throwIfEnding();
    await this.#startSimulators();
    this.#throwIfEnding();
    const built = await this.#buildPorts();
    const gasFactors = (): Config['gasFactors'] =>
      (this.#settings?.store.value ?? this.#config).gasFactors;
    for (const [name, config] of Object.entries(this.#config.instruments)) {
      const port = built.get(config.port);
      if (port === undefined) continue;
      this.#instruments.set(name, buildInstrument(name, config, port, gasFactors));
    }
    this.#records = buildRecords(this.#config, this.#instruments, this.log);
    const { directory, log, runtimeFolder: folder, stateFolder } = this;
    this.#schedules = buildSchedules({
      source:
        this.#settings === undefined
          ? fixedSource(this.#config)
          : storeSource(this.#settings.store),
      instruments: this.#instruments,
      stateFolder,
      log,
    });
    const { scheduler } = this.#schedules;
    this.#doors.push(
      ...buildDoors({
        config: this.#config,
        directory,
        built,
        log,
        runtimeFolder: folder,
        version,
        schedules: scheduler,
        shutdown: this.#shutdown,
        settings: this.#settings,
        caches: playerCaches(this.#players),
      }),
    );
    for (const door of this.#doors) {
      this.#throwIfEnding();
      await door.open();
    }
    warnOfOpenSockets(this.#config, this.#doors, this.log);
    this.#throwIfEnding();
    this.#advertiser = await advertise(this.#config, this.directory, this.log);
    this.#throwIfEnding();
    for (const port of this.#ports.values()) port.open();
    for (const recorder of this.#records.recorders) recorder.start();
    scheduler.start();
    this.#startRuntimes(built);
    this.log.of('gateway').info(`${this.#config.gateway.name} is running`);
  }

  #subsystems(): SubsystemStatus[] {
    return [
      ...(this.#runtimes === undefined ? [] : subsystemsOf(this.#runtimes)),
      ...(this.#schedules === undefined ? [] : scheduleSubsystems(this.#schedules.scheduler)),
    ];
  }

  #setLevels({ gateway: { logLevel, logLevels } }: Config): void {
    for (const room of logRooms) this.log.setLevel(room, logLevels[room] ?? logLevel);
  }

  /** Before anything is written to them. */
  async #holdFolders(): Promise<void> {
    using held = new DisposableStack();
    for (const folder of new Set([this.stateFolder, this.runtimeFolder])) {
      await makePrivateFolder(folder);
      held.use(await holdFolder(folder, this.#config.gateway.name));
    }
    this.#held = held.move();
  }

  #throwIfEnding(): void {
    if (this.#ending === undefined) return;
    throw new SignalboxError('CLOSED', 'the gateway was stopped before it had started');
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

  /** Begins to start them: one that fails is told of and tried again, and keeps nothing else from running. */
  #startRuntimes(built: ReadonlyMap<string, BuiltPort>): void {
    const { runtimes } = this.#config;
    if (runtimes === undefined) return;
    const manager = new RuntimeManager(runtimes, { resources: actorPorts(this.#config, built) });
    followRuntimes(manager, this.log);
    this.#runtimes = manager;
    manager.start().catch((error: unknown) => {
      const failure = asSignalboxError(error);
      this.log.of('runtimes').error({ err: failure }, failure.message);
    });
  }

  async #buildPorts(): Promise<Map<string, BuiltPort>> {
    const tokens = await FileTokenSource.open(join(this.stateFolder, 'token-epoch'));
    const graph = new WaitGraph();
    const adapters = new PrologixAdapters();
    const simulatorAddress = (simulator: string): string =>
      this.#laboratory?.simulators.get(simulator)?.address ?? '';
    const { stateFolder: folder, log } = this;
    const doorUrl = (): string => httpAddress(this.#doors, this.#config);
    this.#players = buildPlayers(this.#config, {
      stateFolder: folder,
      simulatorAddress,
      doorUrl,
      log,
    });
    for (const [name, { forDoors }] of this.#players) this.#playersForDoors.set(name, forDoors);
    const built = new Map<string, BuiltPort>();
    for (const [name, config] of Object.entries(this.#config.ports)) {
      const port = buildPort(name, config, {
        tokens,
        graph,
        adapters,
        worker: (worker) => this.#workers.get(worker),
        simulatorAddress,
        ...authorizationOf(name, this.#config, this.#players),
      });
      built.set(name, port);
      this.#ports.set(name, port.port);
      followPort(port.port, this.log);
    }
    return built;
  }

  async #end(): Promise<void> {
    this.#ending ??= this.#shutDown();
    await this.#ending;
  }

  async #shutDown(): Promise<void> {
    const log = this.log.of('gateway');
    log.info('stopping');
    await shutDown(this.#steps(), systemClock, this.#stepFailed);
    this.#following?.[Symbol.dispose]();
    log.info('stopped');
    this.#held?.dispose();
  }

  readonly #stepFailed = (step: string, error: SignalboxError): void =>
    this.log.of('gateway').error({ step, err: error }, `stopping: ${error.message}`);

  /**
   * Those who ask end first, then those who are asked. Requests in line are answered while the doors
   * by which they came are still open; nobody new gets into the line.
   */
  #steps(): ShutdownStep[] {
    const ports = (end: (port: Port) => Promise<void>): Promise<void> =>
      endAll(this.#ports.values(), end);
    const { start, schedules, recorders, runtimes, advertisement, drain, doors, logs, simulators } =
      shutdownLongestMs;
    return [
      {
        name: 'the start',
        longestMs: start,
        // It says itself why it failed.
        run: async () => await this.#starting?.catch(() => {}),
      },
      {
        name: 'the schedules',
        longestMs: schedules,
        run: async () => await this.#schedules?.[Symbol.asyncDispose](),
      },
      {
        name: 'the recorders',
        longestMs: recorders,
        run: async () =>
          await endAll(this.#records.recorders, async (each) => await each[Symbol.asyncDispose]()),
      },
      {
        name: 'the runtimes',
        longestMs: runtimes,
        run: async () => {
          await this.#runtimes?.shutdown(runtimes);
          await this.#runtimes?.resources.close();
        },
      },
      {
        // Nobody is to find what is about to end.
        name: 'the advertisement',
        longestMs: advertisement,
        run: async () => await this.#advertiser?.close(),
      },
      {
        name: 'the requests in line',
        longestMs: drain,
        run: async () => {
          // They end after all who ask them, however many there are.
          for (const worker of this.#workers.values()) worker.keep();
          await Promise.race([ports(async (port) => await port.drain()), this.#hurry.promise]);
        },
      },
      {
        name: 'the doors',
        longestMs: doors,
        run: async () => await endAll(this.#doors, async (door) => await door.close()),
      },
      {
        name: 'the ports',
        longestMs: shutdownLongestMs.ports,
        run: async () => await ports(async (port) => await port.close()),
      },
      {
        name: 'the workers',
        longestMs: shutdownLongestMs.workers,
        run: async () =>
          await endAll(this.#workers.values(), async (worker) => await worker.end(workerDrainMs)),
      },
      {
        name: 'the CSV logs',
        longestMs: logs,
        run: async () =>
          await endAll(this.#records.logs, async (each) => await each[Symbol.asyncDispose]()),
      },
      {
        name: 'the simulators',
        longestMs: simulators,
        run: async () => await this.#laboratory?.[Symbol.asyncDispose](),
      },
    ];
  }
}
