import { given, SignalboxError } from '../kernel/index.ts';
import { AlertCalls } from './alert-calls.ts';
import { api, ApiCalls, takesMs, waitDefaultMs } from './api-calls.ts';
import { ClientLease } from './client-lease.ts';
import type { GrantedLease } from './client-lease.ts';
import { followTask } from './follow-task.ts';
import { headersOf, introductionOf } from './introduction.ts';
import type { Introduction } from './introduction.ts';
import { fromJsonValue, readingOf, toJsonValue } from './json-value.ts';
import type { JsonReading, JsonValue } from './json-value.ts';
import { HistoryCalls } from './history-calls.ts';
import { LiveConnection } from './live-connection.ts';
import { ScheduleCalls } from './schedule-calls.ts';
import { Subscription } from './subscription.ts';
import type { SubscriptionHandlers } from './subscription-reports.ts';
import { Transport } from './transport.ts';
import type {
  ChangeSettingsOptions,
  ClientLeaseOptions,
  ClientValue,
  TaskProgress,
  ReadOptions,
  RequestOptions,
  SignalboxClientOptions,
  StreamOptions,
  WaitOptions,
  WatchOptions,
  WriteOptions,
} from './client-options.ts';
import type {
  ClientReading,
  DiscoveredReport,
  FoundReport,
  FunctionReport,
  GatewayEvent,
  IdentityReport,
  InstrumentReport,
  TaskReport,
  LeaseReport,
  ParameterReport,
  PlayerReport,
  PortReport,
  ReadinessReport,
  StatisticsReport,
  StatisticsSummary,
  StatusReport,
  TraceReport,
  WatchEvent,
  WorkerReport,
} from './reports.ts';
import type {
  SettingChange,
  SettingKey,
  SettingsCommit,
  SettingsDiff,
  SettingsReport,
  SettingsRevision,
} from './settings-reports.ts';
import type { LatestRecordReport, PollReport } from './value-reports.ts';
import type { DeadlockReport, DiagnosisReport, SystemReport } from './telemetry-reports.ts';
import { watchEvents, watchParameters } from './watch-parameters.ts';

/** Where a gateway is unless said otherwise. */
export const defaultUrl = 'http://127.0.0.1:5001';

/**
 * Speaks with a gateway over HTTP; runs in Node and in a browser.
 * All methods throw the SignalboxError that the gateway reports, GATEWAY_UNREACHABLE when none
 * answers, and CANCELLED when their signal aborts.
 */
export class SignalboxClient {
  /** Alarms and jobs. */
  readonly schedules: ScheduleCalls;
  readonly alerts: AlertCalls;
  /** What was recorded. */
  readonly history: HistoryCalls;
  readonly #transport: Transport;
  readonly #calls: ApiCalls;
  readonly #introduction: Introduction;

  /** @throws BAD_ARGUMENT when the address is none */
  constructor(options: SignalboxClientOptions = {}) {
    const { url = defaultUrl, token } = options;
    this.#introduction = introductionOf(options);
    this.#transport = new Transport({ url, token, headers: headersOf(this.#introduction) });
    this.#calls = new ApiCalls(this.#transport);
    this.schedules = new ScheduleCalls(this.#calls);
    this.alerts = new AlertCalls(this.#calls);
    this.history = new HistoryCalls(this.#calls, this.#transport);
  }

  /** The address of the gateway. */
  get url(): string {
    return this.#transport.url;
  }

  /**
   * Asks for anything of the API that has no method of its own here.
   * @param path after `/api/v1`: `['history', 'series']`; its parts are made safe for an address
   */
  async request<Result>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: readonly string[],
    options: WaitOptions & {
      readonly query?: Readonly<Record<string, string | number | undefined>>;
      readonly body?: object;
    } = {},
  ): Promise<Result> {
    return await this.#transport.call({ method, path: api(...path), ...options });
  }

  async status(options: WaitOptions = {}): Promise<StatusReport> {
    return await this.#calls.get(['status'], options);
  }

  /** Whether every port and worker can be used, and why not. */
  async readiness({ signal }: WaitOptions = {}): Promise<ReadinessReport> {
    const call = { method: 'GET', path: ['readyz'], accepts: [503] } as const;
    return await this.#transport.call({ ...call, signal });
  }

  async ports(options: WaitOptions = {}): Promise<readonly PortReport[]> {
    const { ports } = await this.#calls.get<{ ports: PortReport[] }>(['ports'], options);
    return ports;
  }

  async port(port: string, options: WaitOptions = {}): Promise<PortReport> {
    return await this.#calls.get(['ports', port], options);
  }

  async statistics(port: string, options: WaitOptions = {}): Promise<StatisticsReport> {
    return await this.#calls.get(['ports', port, 'statistics'], options);
  }

  /** The newest values of all instruments that are polled; none is asked for them. */
  async values(options: WaitOptions = {}): Promise<readonly LatestRecordReport[]> {
    type Answer = { readonly instruments: LatestRecordReport[] };
    return (await this.#calls.get<Answer>(['values'], options)).instruments;
  }

  /** Those of one instrument. */
  async valuesOf(instrument: string, options: WaitOptions = {}): Promise<LatestRecordReport> {
    return await this.#calls.get(['values', instrument], options);
  }

  /** What is polled, how often, and what it costs. */
  async polls(options: WaitOptions = {}): Promise<readonly PollReport[]> {
    return (await this.#calls.get<{ readonly polls: PollReport[] }>(['polls'], options)).polls;
  }

  /** What all ports have done, without their owners. */
  async allStatistics(options: WaitOptions = {}): Promise<readonly StatisticsSummary[]> {
    const { ports } = await this.#calls.get<{ ports: StatisticsSummary[] }>(
      ['statistics'],
      options,
    );
    return ports;
  }

  /**
   * The process of the gateway.
   * @param options.seconds how much of the past; 0 for none of it. @default an hour
   */
  async system(options: WaitOptions & { readonly seconds?: number } = {}): Promise<SystemReport> {
    const { seconds } = options;
    return await this.#calls.get(['system'], options, { seconds });
  }

  /** Why it does not work: all that the gateway finds wrong, and what is well. */
  async diagnosis(options: WaitOptions = {}): Promise<DiagnosisReport> {
    return await this.#calls.get(['diagnosis'], options);
  }

  /** Waits that were refused of late, because they would have been deadlocks; oldest first. */
  async deadlocks(options: WaitOptions = {}): Promise<readonly DeadlockReport[]> {
    const { deadlocks } = await this.#calls.get<{ deadlocks: DeadlockReport[] }>(
      ['deadlocks'],
      options,
    );
    return deadlocks;
  }

  /** Counts from nothing again; gives what had been counted. */
  async resetStatistics(port: string, options: WaitOptions = {}): Promise<StatisticsReport> {
    return await this.#calls.post(['ports', port, 'statistics', 'reset'], {}, options);
  }

  /**
   * What went over the wire lately, oldest first.
   * @param options.scope one instrument of the port: `node 3`
   * @param options.limit at most so many. @default 100
   */
  async trace(
    port: string,
    options: WaitOptions & { readonly scope?: string; readonly limit?: number } = {},
  ): Promise<readonly TraceReport[]> {
    const { scope, limit } = options;
    type Answer = { entries: TraceReport[] };
    return (await this.#calls.get<Answer>(['ports', port, 'trace'], options, { scope, limit }))
      .entries;
  }

  /** Closes the link of a port so that another program may use the device. */
  async releasePort(port: string, options: WaitOptions = {}): Promise<PortReport> {
    return await this.#calls.post(['ports', port, 'release'], {}, options);
  }

  /** Takes the device back. */
  async reclaimPort(port: string, options: WaitOptions = {}): Promise<PortReport> {
    return await this.#calls.post(['ports', port, 'reclaim'], {}, options);
  }

  async instruments(options: WaitOptions = {}): Promise<readonly InstrumentReport[]> {
    type Answer = { instruments: InstrumentReport[] };
    return (await this.#calls.get<Answer>(['instruments'], options)).instruments;
  }

  async instrument(instrument: string, options: WaitOptions = {}): Promise<InstrumentReport> {
    return await this.#calls.get(['instruments', instrument], options);
  }

  async parameters(
    instrument: string,
    options: WaitOptions = {},
  ): Promise<readonly ParameterReport[]> {
    type Answer = { parameters: ParameterReport[] };
    const path = ['instruments', instrument, 'parameters'];
    return (await this.#calls.get<Answer>(path, options)).parameters;
  }

  /** @param parameter its name or number */
  async read(
    instrument: string,
    parameter: string | number,
    options: ReadOptions = {},
  ): Promise<ClientReading> {
    const { maxAgeMs, timeoutMs, waitMs, priority, lease, signal } = options;
    const reading = await this.#transport.call<JsonReading>({
      method: 'GET',
      path: api('instruments', instrument, 'parameters', String(parameter)),
      query: { maxAgeMs, timeoutMs, waitMs, priority },
      lease: lease?.token,
      takesMs: takesMs(options),
      signal,
    });
    return readingOf(reading);
  }

  async write(
    instrument: string,
    parameter: string | number,
    value: ClientValue,
    options: WriteOptions = {},
  ): Promise<void> {
    const { waitMs, priority, timeoutMs, unlock } = options;
    const path = ['instruments', instrument, 'parameters', String(parameter)];
    const body = { value: toJsonValue(value), waitMs, priority, timeoutMs, unlock };
    await this.#calls.put(path, body, options);
  }

  /** Sends a message in the instrument's own language; gives its reply. */
  async query(instrument: string, message: string, options: RequestOptions = {}): Promise<string> {
    const path = ['instruments', instrument, 'query'];
    return (await this.#calls.post<{ reply: string }>(path, { message }, options)).reply;
  }

  /** The same without a reply. */
  async send(instrument: string, message: string, options: RequestOptions = {}): Promise<void> {
    await this.#calls.post(['instruments', instrument, 'send'], { message }, options);
  }

  /**
   * Calls a function of the library that drives an instrument. Arrays in its result are lists of
   * numbers, with null for what JSON has no number for.
   * @param params its arguments, by name or in order; plain data
   */
  async call(
    instrument: string,
    method: string,
    params: Readonly<Record<string, unknown>> | readonly unknown[] = {},
    options: RequestOptions & { readonly timeoutMs?: number } = {},
  ): Promise<unknown> {
    const { timeoutMs } = options;
    const body = { function: method, params, timeoutMs };
    const path = ['instruments', instrument, 'call'];
    return (await this.#calls.post<{ result: unknown }>(path, body, options)).result;
  }

  async identify(instrument: string, options: RequestOptions = {}): Promise<IdentityReport> {
    return await this.#calls.post(['instruments', instrument, 'identify'], {}, options);
  }

  /**
   * Does a longer operation of an instrument and waits for its end.
   * @param options.progress told how far it is, from 0 to 1
   */
  async run(
    instrument: string,
    action: string,
    values: Readonly<Record<string, ClientValue>> = {},
    options: RequestOptions & { readonly progress?: TaskProgress } = {},
  ): Promise<ClientValue | undefined> {
    const inner = Object.entries(values).map(([name, value]) => [name, toJsonValue(value)]);
    const body = { values: Object.fromEntries(inner) as object, background: true };
    const path = ['instruments', instrument, 'actions', action];
    const task = await this.#calls.post<TaskReport>(path, body, options);
    const result = (await followTask(this.#transport, task, options)) as JsonValue | undefined;
    return result === undefined ? undefined : fromJsonValue(result);
  }

  /** Holds a port or instrument; release or dispose it when done. */
  async lease(options: ClientLeaseOptions): Promise<ClientLease> {
    const { port, instrument, mode, waitMs = waitDefaultMs, holdMs, signal } = options;
    if ((port === undefined) === (instrument === undefined)) {
      throw new SignalboxError('BAD_ARGUMENT', 'a lease is of either a port or an instrument');
    }
    const on = port === undefined ? ['instruments', instrument ?? ''] : ['ports', port];
    const granted = await this.#transport.call<GrantedLease>({
      method: 'POST',
      path: api(...on, 'leases'),
      body: { mode, waitMs, holdMs },
      takesMs: waitMs,
      signal,
    });
    return new ClientLease(this.#transport, granted);
  }

  /** All workers, with their state and what they have done. */
  async workers(options: WaitOptions = {}): Promise<readonly WorkerReport[]> {
    return (await this.#calls.get<{ workers: WorkerReport[] }>(['workers'], options)).workers;
  }

  /** The functions that can be called of an instrument; none while its worker is not ready. */
  async functions(
    instrument: string,
    options: WaitOptions = {},
  ): Promise<readonly FunctionReport[]> {
    type Answer = { functions: FunctionReport[] };
    const path = ['instruments', instrument, 'functions'];
    return (await this.#calls.get<Answer>(path, options)).functions;
  }

  /** What the worker of an instrument says unasked: `event`, with its name and data. */
  workerEvents(
    instrument: string,
    options: StreamOptions = {},
  ): AsyncGenerator<GatewayEvent, void, undefined> {
    return watchEvents(this.#transport, options, ['instruments', instrument, 'events']);
  }

  /** All players, and whether somebody is signed in at their service. */
  async players({ signal }: WaitOptions = {}): Promise<readonly PlayerReport[]> {
    const call = { method: 'GET', path: ['api', 'players'], signal } as const;
    return (await this.#transport.call<{ players: PlayerReport[] }>(call)).players;
  }

  /** All leases that are held, by whomever. */
  async leases(
    options: WaitOptions = {},
  ): Promise<readonly (LeaseReport & { readonly port: string })[]> {
    type Answer = { leases: (LeaseReport & { port: string })[] };
    return (await this.#calls.get<Answer>(['leases'], options)).leases;
  }

  /** Takes a lease away from its holder, as an operator; kept in the audit. */
  async breakLease(leaseId: string, reason: string, options: WaitOptions = {}): Promise<void> {
    await this.#calls.post(['leases', leaseId, 'break'], { reason }, options);
  }

  /** A connection of one's own: what is leased on it ends with it, within a second. */
  async connect(options: WaitOptions = {}): Promise<LiveConnection> {
    return await LiveConnection.open(this.#transport.live(this.#introduction), options.signal);
  }

  /**
   * Reads parameters again and again: `dmm.voltage`. Endless; leave the loop to end it. When the
   * connection breaks it is opened again.
   */
  watch(
    parameters: readonly string[],
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent, void, undefined> {
    return watchParameters(this.#transport, parameters, options);
  }

  /**
   * Listens to topics: `values.*`, `ports.bus`, `traffic.>`. When the connection breaks it is opened
   * again, and what was missed comes then, or a snapshot with `gap`. Close it when done.
   */
  subscribe(
    topics: readonly string[],
    handlers: SubscriptionHandlers,
    { signal }: WaitOptions = {},
  ): Subscription {
    return new Subscription({
      transport: this.#transport,
      introduction: this.#introduction,
      topics,
      handlers,
      ...given({ signal }),
    });
  }

  /**
   * What happens in the gateway. Begins with a `snapshot` of each topic that has a state, then `ready`;
   * a `snapshot` with `gap` comes in place of events that were missed and are not kept any more.
   */
  events(options: StreamOptions = {}): AsyncGenerator<GatewayEvent, void, undefined> {
    return watchEvents(this.#transport, options);
  }

  /**
   * Looks for instruments on a port and waits for the end of it.
   * @param options.progress told how far it is, from 0 to 1
   */
  async discover(
    port: string,
    options: WaitOptions & { readonly progress?: TaskProgress } = {},
  ): Promise<readonly FoundReport[]> {
    const task = await this.#calls.post<TaskReport>(['discover'], { port }, options);
    return (await followTask(this.#transport, task, options)) as readonly FoundReport[];
  }

  /**
   * Looks for instruments where no port leads yet, and waits for the end of it.
   * @param options.progress told how far it is, from 0 to 1
   */
  async discoverPlaces(
    wish: {
      /** The gateway's own ports, serial devices that nobody owns, the networks of its machine. */
      readonly where?: readonly ('ports' | 'serial' | 'network')[];
      /** Devices, `HOST:PORT`, names of ports. */
      readonly addresses?: readonly string[];
      /** Networks whose every address is asked whether it is a miner: `192.168.1.0/24`. */
      readonly networks?: readonly string[];
      /** Tried on serial devices. */
      readonly baudRates?: readonly number[];
      /** Where miners of those networks have their pages. @default 80 */
      readonly httpPort?: number;
      /** Where they have cgminer's RPC. @default 4028 */
      readonly rpcPort?: number;
    },
    options: WaitOptions & { readonly progress?: TaskProgress } = {},
  ): Promise<DiscoveredReport> {
    const task = await this.#calls.post<TaskReport>(['discover', 'places'], wish, options);
    return (await followTask(this.#transport, task, options)) as DiscoveredReport;
  }

  /** How much each room of the gateway logs. */
  async logLevels(options: WaitOptions = {}): Promise<LogLevels> {
    return (await this.#calls.get<{ levels: LogLevels }>(['log-levels'], options)).levels;
  }

  /** Changes how much rooms log; gives all levels. */
  async setLogLevels(levels: LogLevels, options: WaitOptions = {}): Promise<LogLevels> {
    const body = { levels };
    return (await this.#calls.put<{ levels: LogLevels }>(['log-levels'], body, options)).levels;
  }

  /** The settings of the gateway: all of them, with where each comes from. Secrets are left out. */
  async settings(options: WaitOptions = {}): Promise<SettingsReport> {
    return await this.#calls.get(['config'], options);
  }

  /** What settings may be, as JSON Schema (draft 2020-12). */
  async settingsSchema(options: WaitOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    return await this.#calls.get(['config', 'schema'], options);
  }

  /**
   * The settings that may be directly below a path, and those that are there.
   * @param below '' for the outermost
   */
  async settingsKeys(below: string, options: WaitOptions = {}): Promise<readonly SettingKey[]> {
    interface Answer {
      readonly keys: readonly SettingKey[];
    }
    const query = below === '' ? {} : { below };
    return (await this.#calls.get<Answer>(['config', 'keys'], options, query)).keys;
  }

  /**
   * Changes settings: all of these, or none.
   * @param options.expectedRevision changes nothing unless this is the newest: CONFIG_CONFLICT, with
   *   who changed what in its details
   * @throws CONFIG_INVALID with a list of problems in its details, CONFIG_READ_ONLY
   */
  async changeSettings(
    changes: readonly SettingChange[],
    options: ChangeSettingsOptions = {},
  ): Promise<SettingsCommit> {
    const { why, expectedRevision, dryRun } = options;
    const body = { changes, why, expectedRevision, dryRun };
    return await this.#calls.patch(['config'], body, options);
  }

  /** What was changed, by whom and why, the newest first. @param options.limit 100 unless given */
  async settingsHistory(
    options: WaitOptions & { readonly limit?: number; readonly before?: number } = {},
  ): Promise<readonly SettingsRevision[]> {
    const { limit, before } = options;
    type Answer = { revisions: SettingsRevision[] };
    return (await this.#calls.get<Answer>(['config', 'history'], options, { limit, before }))
      .revisions;
  }

  /** What differs between two revisions. @throws NOT_FOUND when one of them is not kept */
  async settingsDiff(from: number, to: number, options: WaitOptions = {}): Promise<SettingsDiff> {
    return await this.#calls.get(['config', 'diff'], options, { from, to });
  }

  /** Makes all settings what they were at a revision, as a new one. @throws as {@link changeSettings} */
  async rollbackSettings(
    revision: number,
    options: ChangeSettingsOptions = {},
  ): Promise<SettingsCommit> {
    const { why, expectedRevision, dryRun, signal } = options;
    const body = { revision, why, expectedRevision, dryRun };
    return await this.#transport.call({
      method: 'POST',
      path: api('config', 'rollback'),
      body,
      signal,
    });
  }

  /** The copies of the settings that are kept, the newest first. */
  async settingsBackups(
    options: WaitOptions = {},
  ): Promise<readonly { readonly revision: number; readonly at: number }[]> {
    type Answer = { backups: { revision: number; at: number }[] };
    return (await this.#calls.get<Answer>(['config', 'backups'], options)).backups;
  }

  /** Begins to stop the gateway; only from the same machine. */
  async shutdown(options: WaitOptions = {}): Promise<void> {
    await this.#calls.post(['shutdown'], {}, options);
  }
}

type LogLevels = Readonly<Record<string, string>>;
