import { randomUUID } from 'node:crypto';
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
import { pollsOf } from './build-polls.ts';
import { discoverOn } from './discover.ts';
import { scanPlaces } from './discovery/scan-places.ts';
import { asSignalboxError, given, hasCode, SignalboxError, systemClock } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import { PrologixAdapters } from '../links/index.ts';
import type { SharedWorker } from '../links/index.ts';
import type { Scheduler } from '../schedules/index.ts';
import { FileTokenSource, WaitGraph } from '../locks/index.ts';
import type { RecorderStatus, Tracing } from '../telemetry/index.ts';
import { DeadlockLog, Hub, LatestValues, Poller } from '../telemetry/index.ts';
import { actorPorts } from './actor-ports.ts';
import { advertise } from './advertise.ts';
import { GatewayAlerts } from './build-alerts.ts';
import { buildHttpDoor, DoorBuilder, warnOfOpenSockets } from './build-doors.ts';
import { buildInstrument } from './build-instrument.ts';
import { authorizationOf, buildPlayers, httpAddress, playerCaches } from './build-players.ts';
import type { BuiltPlayer } from './build-players.ts';
import { buildPort } from './build-port.ts';
import { buildTracing } from './build-tracing.ts';
import { buildTelemetry } from './build-telemetry.ts';
import type { OwnTelemetry } from './build-telemetry.ts';
import { Roster } from './roster.ts';
import { RunningSimulators } from './running-simulators.ts';
import { buildWorkers, workersForDoors } from './build-workers.ts';
import { buildRecorder } from './build-recorder.ts';
import type { Recording } from './build-recorder.ts';
import { buildRecords } from './build-records.ts';
import type { Records } from './build-records.ts';
import { buildSchedules, fixedSource, scheduleSubsystems, storeSource } from './build-schedules.ts';
import type { Schedules } from './build-schedules.ts';
import { isFixed } from './fixed-parts.ts';
import { followPort } from './follow-port.ts';
import { makePrivateFolder, runtimeFolder, stateFolder } from './folders.ts';
import { holdFolder } from './hold-folder.ts';
import { publish } from './publish/publish.ts';
import { RoomLog } from './room-log.ts';
import { followRuntimes, subsystemsOf } from './runtimes/follow-runtimes.ts';
import { RuntimeManager } from './runtimes/runtime-manager.ts';
import { shutDown } from './shut-down.ts';
import type { ShutdownStep } from './shut-down.ts';
import { shutdownSteps } from './shutdown-steps.ts';
import { unpolledChecks } from './unpolled-checks.ts';

/** Of the package. */
export const version = '0.1.0';

/** What holds as soon as it is saved, but for what the roster could not take up; all else after a restart. */
const liveSettings = [
  'gateway.logLevel',
  'gateway.logLevels',
  'simulators',
  'ports',
  'instruments',
  'gasFactors',
  'miners',
  'schedules',
  'alarms',
  'jobs',
  'alerts',
  'notify',
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
  /** The newest values of what is polled. */
  readonly latest: LatestValues = new LatestValues();
  readonly #poller = new Poller({ latest: this.latest });
  readonly #deadlocks = new DeadlockLog(systemClock);
  #own: OwnTelemetry | undefined;
  #tracing: Tracing | undefined;
  readonly stateFolder: string;
  readonly runtimeFolder: string;
  /** What all is published on that somebody may want to hear of. */
  readonly hub: Hub;
  readonly #config: Config;
  readonly #settings: Settings<Config> | undefined;
  readonly #following: Disposable | undefined;
  readonly #shutdown: ((by: Owner) => void) | undefined;
  readonly #workers: ReadonlyMap<string, SharedWorker>;
  readonly #workersForDoors: ReadonlyMap<string, DirectoryWorker>;
  readonly #simulators: RunningSimulators;
  readonly #playersForDoors = new Map<string, DirectoryPlayer>();
  #players: ReadonlyMap<string, BuiltPlayer> = new Map();
  #roster: Roster | undefined;
  #httpDoor: Door | undefined;
  #held: DisposableStack | undefined;
  #published: Disposable | undefined;
  #advertiser: Advertiser | undefined;
  #records: Records = { logs: [], recorders: [] };
  #recording: Recording | undefined;
  #schedules: Schedules | undefined;
  #alerts: GatewayAlerts | undefined;
  #runtimes: RuntimeManager | undefined;
  #starting: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  /** Settles when an orderly end is no longer waited for. */
  readonly #hurry: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(options: GatewayOptions) {
    const { config, store, shutdown } = options;
    const { name, logLevel, logLevels } = config.gateway;
    this.#config = config;
    this.#shutdown = shutdown;
    if (store !== undefined) {
      this.#settings = settingsOf(store, {
        live: liveSettings,
        notApplied: () => this.#roster?.notApplied ?? new Set(),
      });
    }
    this.stateFolder = config.gateway.stateFolder ?? stateFolder(name);
    this.runtimeFolder = config.gateway.runtimeFolder ?? runtimeFolder(name);
    this.hub = new Hub({ epoch: randomUUID() });
    this.log = new RoomLog({
      file: join(this.stateFolder, 'signalbox.log'),
      level: logLevel,
      levels: logLevels,
    });
    this.#simulators = new RunningSimulators(this.runtimeFolder, (simulator, address) =>
      this.log.of('simulators').info(`simulator ${simulator} is at ${address}`),
    );
    this.#following = this.#settings?.onChange(({ keys, snapshot }) => {
      const touches = (path: string): boolean => keys.some((key) => key.startsWith(path));
      if (touches('alerts') || touches('notify')) this.#alerts?.refresh();
      if (touches('gateway.logLevel')) this.#setLevels(snapshot.value);
      if (touches('simulators.') || touches('ports.') || touches('instruments.')) {
        void this.#takeUp(snapshot.value);
      }
    });
    this.#workers = buildWorkers(config, this.log);
    this.#workersForDoors = workersForDoors(config, this.#workers);
  }

  /** What doors lead to, as it is at each moment. */
  get directory(): Directory {
    const roster = this.#rosterNow();
    const doors = (): Door[] => [
      ...roster.doors,
      ...(this.#httpDoor === undefined ? [] : [this.#httpDoor]),
    ];
    return {
      ports: roster.ports,
      instruments: roster.instruments,
      get doors() {
        return doors();
      },
      events: roster.events,
      subsystems: () => this.#subsystems(),
      workers: this.#workersForDoors,
      players: this.#playersForDoors,
    };
  }

  /** How the recorder stands; undefined where nothing is recorded. */
  get recorder(): RecorderStatus | undefined {
    return this.#recording?.recorder.status();
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
    await this.#simulators.start(this.#config.simulators);
    this.#throwIfEnding();
    this.#tracing = await buildTracing(this.#config, version, this.log);
    const roster = await this.#buildRoster();
    this.#roster = roster;
    roster.build(this.#config);
    for (const port of roster.ports.values()) followPort(port, this.log);
    roster.events.on('portAdded', (port) => followPort(port, this.log));
    this.#records = buildRecords(this.#config, roster.instruments, this.log);
    const { directory, log, stateFolder } = this;
    const { recorder } = this.#config;
    if (recorder?.enabled === true) {
      this.#recording = await buildRecorder({ config: recorder, stateFolder, log });
      this.#recording.start(this.latest);
    }
    this.#schedules = buildSchedules({
      source:
        this.#settings === undefined
          ? fixedSource(this.#config)
          : storeSource(this.#settings.store),
      instruments: roster.instruments,
      stateFolder,
      log,
    });
    const { scheduler } = this.#schedules;
    this.#alerts = new GatewayAlerts({
      current: () => this.#settings?.store.value ?? this.#config,
      latest: this.latest,
      roster,
      stateFolder,
      log,
    });
    this.#own = buildTelemetry({
      config: this.#config,
      directory,
      stateFolder,
      version,
      deadlocks: this.#deadlocks,
      latest: this.latest,
      poller: this.#poller,
      scheduler,
      hub: this.hub,
      alerts: this.#alerts.alerts,
      ways: this.#alerts.ways,
      recorder: () => this.recorder,
      more: () => [...unpolledChecks(roster.unpolled), ...(this.#alerts?.checks() ?? [])],
    });
    this.#published = publish(this.hub, {
      directory,
      latest: this.latest,
      settings: this.#settings,
      schedules: scheduler,
      alerts: this.#alerts.alerts,
      recording: this.#recording?.recorder,
      system: this.#own.system,
    });
    this.#httpDoor = this.#buildHttpDoor(roster, scheduler);
    for (const door of directory.doors) {
      this.#throwIfEnding();
      await door.open();
    }
    warnOfOpenSockets(this.#config, directory.doors, this.log);
    this.#throwIfEnding();
    this.#advertiser = await advertise(this.#config, directory, this.log);
    this.#throwIfEnding();
    roster.open();
    for (const recorder of this.#records.recorders) recorder.start();
    scheduler.start();
    this.#alerts.start(this.#recording?.recorder);
    this.#own.system.start();
    this.#startRuntimes(roster);
    this.log.of('gateway').info(`${this.#config.gateway.name} is running`);
  }

  #buildHttpDoor({ built, settled }: Roster, schedules: Scheduler): Door | undefined {
    const { http } = this.#config;
    if (!http.enabled) return undefined;
    return buildHttpDoor(http, {
      directory: this.directory,
      log: this.log,
      version,
      services: {
        discover: async (onPort, context) =>
          await discoverOn(onPort, built.get(onPort.name), context),
        discoverPlaces: async (wish, context) =>
          await scanPlaces(
            wish,
            { directory: this.directory, built, config: () => this.#newest },
            context,
          ),
        schedules,
        ...given({ alerts: this.#alerts?.alerts, ways: this.#alerts?.ways }),
        caches: playerCaches(this.#players),
        ...this.#own,
        ...given({ tracing: this.#tracing }),
        recorder: () => this.recorder,
        telemetry: { latest: this.latest, polls: () => this.#poller.status() },
        hub: this.hub,
        applied: settled,
        ...given({
          shutdown: this.#shutdown,
          settings: this.#settings,
          history: this.#recording?.history,
        }),
      },
    });
  }

  /** What changed while it runs: simulators before the ports that lead to them. Never rejects. */
  async #takeUp(config: Config): Promise<void> {
    await this.#roster?.apply(config);
  }

  /** As it was changed while it runs. */
  get #newest(): Config {
    return this.#settings?.store.value ?? this.#config;
  }

  #subsystems(): SubsystemStatus[] {
    return [
      ...(this.#runtimes === undefined ? [] : subsystemsOf(this.#runtimes)),
      ...(this.#schedules === undefined ? [] : scheduleSubsystems(this.#schedules.scheduler)),
      ...(this.#recording === undefined ? [] : [this.#recording.subsystem()]),
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

  /** Begins to start them: one that fails is told of and tried again, and keeps nothing else from running. */
  #startRuntimes({ built }: Roster): void {
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

  async #buildRoster(): Promise<Roster> {
    const tokens = await FileTokenSource.open(join(this.stateFolder, 'token-epoch'));
    const graph = new WaitGraph({ refused: (refusal) => this.#deadlocks.add(refusal) });
    const adapters = new PrologixAdapters();
    const { stateFolder: folder, runtimeFolder, log } = this;
    const simulatorAddress = (simulator: string): string => this.#simulators.addressOf(simulator);
    this.#players = buildPlayers(this.#config, {
      stateFolder: folder,
      simulatorAddress,
      doorUrl: () => httpAddress(this.directory.doors, this.#config),
      log,
    });
    for (const [name, { forDoors }] of this.#players) this.#playersForDoors.set(name, forDoors);
    const gasFactors = (): Config['gasFactors'] => this.#newest.gasFactors;
    return new Roster({
      buildPort: (name, config, all) =>
        buildPort(name, config, {
          tokens,
          graph,
          tracer: this.#tracing,
          portsInAll: Object.keys(all.ports).length,
          adapters,
          worker: (worker) => this.#workers.get(worker),
          simulatorAddress,
          ...authorizationOf(name, all, this.#players),
        }),
      buildInstrument: (name, config, built) => buildInstrument(name, config, built, gasFactors),
      doors: new DoorBuilder(this.#config, { log, runtimeFolder }),
      poll: (instrument, config) => {
        const polls = pollsOf(instrument, config);
        if (polls.length === 0) this.#poller.remove(instrument.name);
        else this.#poller.set(instrument.name, polls);
      },
      unpoll: (name) => this.#poller.remove(name),
      simulators: this.#simulators,
      isFixed: (kind, name, wanted) => isFixed(kind, name, this.#config, wanted),
      failed: (path, error) =>
        log.of('gateway').error({ path, err: error }, `${path}: ${error.message}`),
    });
  }

  /** Empty until the gateway has started. */
  #rosterNow(): Roster {
    if (this.#roster !== undefined) return this.#roster;
    throw new SignalboxError('CLOSED', 'the gateway has not started');
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
    this.#published?.[Symbol.dispose]();
    this.#own?.system[Symbol.dispose]();
    log.info('stopped');
    this.#held?.dispose();
  }

  readonly #stepFailed = (step: string, error: SignalboxError): void =>
    this.log.of('gateway').error({ step, err: error }, `stopping: ${error.message}`);

  #steps(): ShutdownStep[] {
    return shutdownSteps(() => ({
      starting: this.#starting,
      schedules: this.#schedules,
      alerts: this.#alerts,
      poller: this.#poller,
      roster: this.#roster,
      records: this.#records,
      recording: this.#recording,
      runtimes: this.#runtimes,
      advertiser: this.#advertiser,
      hurry: this.#hurry.promise,
      doors: this.#roster === undefined ? [] : this.directory.doors,
      workers: this.#workers,
      simulators: this.#simulators,
      tracing: this.#tracing,
    }));
  }
}
