import { asSignalboxError, SignalboxError, sleep, systemClock } from '../kernel/index.ts';
import type { ErrorReport } from '../kernel/index.ts';
import { ClientLease } from './client-lease.ts';
import type { GrantedLease } from './client-lease.ts';
import { eventsOf } from './event-source.ts';
import { fromJsonValue, readingOf, toJsonValue } from './json-value.ts';
import type { JsonReading, JsonValue } from './json-value.ts';
import { LiveConnection } from './live-connection.ts';
import { Transport } from './transport.ts';
import type { Call } from './transport.ts';
import type {
  ClientLeaseMode,
  ClientReading,
  ClientValue,
  FoundReport,
  GatewayEvent,
  IdentityReport,
  InstrumentReport,
  JobReport,
  LeaseReport,
  ParameterReport,
  PortReport,
  ReadinessReport,
  ReadOptions,
  RequestOptions,
  StatisticsReport,
  StatusReport,
  TraceReport,
  WaitOptions,
  WatchEvent,
  WriteOptions,
} from './types.ts';

/** Where a gateway is unless said otherwise. */
export const defaultUrl = 'http://127.0.0.1:5001';
const waitDefaultMs = 10_000;
const scanPollMs = 200;
const scanLongestMs = 600_000;

export interface SignalboxClientOptions {
  /** @default {@link defaultUrl} */
  readonly url?: string;
  /** Needed when the gateway can be reached from other machines. */
  readonly token?: string;
  /** How this program is shown to others. @default 'signalbox client' */
  readonly program?: string;
  /** The process, where there is one: shown to others on the same machine. */
  readonly pid?: number;
  /** Who runs it: shown to others on the same machine. */
  readonly user?: string;
}

/** What a lease is asked for with. Exactly one of `port` and `instrument`. */
export interface ClientLeaseOptions extends WaitOptions {
  readonly port?: string;
  readonly instrument?: string;
  /** @default 'exclusive' */
  readonly mode?: ClientLeaseMode;
  /** How long to wait for it. @default 10_000 */
  readonly waitMs?: number;
  /** After how long it ends when this program does not answer for it. @default 30_000 */
  readonly holdMs?: number;
}

/**
 * Speaks with a gateway over HTTP; runs in Node and in a browser.
 * All methods throw the SignalboxError that the gateway reports, GATEWAY_UNREACHABLE when none
 * answers, and CANCELLED when their signal aborts.
 */
export class SignalboxClient {
  readonly #transport: Transport;
  readonly #introduction: Readonly<Record<string, string | undefined>>;

  /** @throws BAD_ARGUMENT when the address is none */
  constructor(options: SignalboxClientOptions = {}) {
    const { url = defaultUrl, token, program = 'signalbox client', pid, user } = options;
    const client = randomName();
    this.#introduction = {
      program,
      client,
      pid: pid === undefined ? undefined : String(pid),
      user,
    };
    this.#transport = new Transport({
      url,
      token,
      headers: {
        'signalbox-program': program,
        'signalbox-client': client,
        ...(pid === undefined ? {} : { 'signalbox-pid': String(pid) }),
        ...(user === undefined ? {} : { 'signalbox-user': user }),
      },
    });
  }

  /** The address of the gateway. */
  get url(): string {
    return this.#transport.url;
  }

  async status(options: WaitOptions = {}): Promise<StatusReport> {
    return await this.#get(['status'], options);
  }

  /** Whether every port can be used, and why not. */
  async readiness({ signal }: WaitOptions = {}): Promise<ReadinessReport> {
    return await this.#transport.call({
      method: 'GET',
      path: ['readyz'],
      signal,
      accepts: [503],
    });
  }

  async ports(options: WaitOptions = {}): Promise<readonly PortReport[]> {
    return (await this.#get<{ ports: PortReport[] }>(['ports'], options)).ports;
  }

  async port(port: string, options: WaitOptions = {}): Promise<PortReport> {
    return await this.#get(['ports', port], options);
  }

  async statistics(port: string, options: WaitOptions = {}): Promise<StatisticsReport> {
    return await this.#get(['ports', port, 'statistics'], options);
  }

  /** Counts from nothing again; gives what had been counted. */
  async resetStatistics(port: string, options: WaitOptions = {}): Promise<StatisticsReport> {
    return await this.#post(['ports', port, 'statistics', 'reset'], {}, options);
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
    const { scope, limit, signal } = options;
    const call = { method: 'GET', path: api('ports', port, 'trace'), signal } as const;
    const query = { scope, limit };
    return (await this.#transport.call<{ entries: TraceReport[] }>({ ...call, query })).entries;
  }

  /** Closes the link of a port so that another program may use the device. */
  async releasePort(port: string, options: WaitOptions = {}): Promise<PortReport> {
    return await this.#post(['ports', port, 'release'], {}, options);
  }

  /** Takes the device back. */
  async reclaimPort(port: string, options: WaitOptions = {}): Promise<PortReport> {
    return await this.#post(['ports', port, 'reclaim'], {}, options);
  }

  async instruments(options: WaitOptions = {}): Promise<readonly InstrumentReport[]> {
    type Answer = { instruments: InstrumentReport[] };
    return (await this.#get<Answer>(['instruments'], options)).instruments;
  }

  async instrument(instrument: string, options: WaitOptions = {}): Promise<InstrumentReport> {
    return await this.#get(['instruments', instrument], options);
  }

  async parameters(
    instrument: string,
    options: WaitOptions = {},
  ): Promise<readonly ParameterReport[]> {
    type Answer = { parameters: ParameterReport[] };
    return (await this.#get<Answer>(['instruments', instrument, 'parameters'], options)).parameters;
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
    const { lease, signal, ...rest } = options;
    await this.#transport.call({
      method: 'PUT',
      path: api('instruments', instrument, 'parameters', String(parameter)),
      body: { value: toJsonValue(value), ...rest },
      lease: lease?.token,
      takesMs: takesMs(options),
      signal,
    });
  }

  /** Sends a message in the instrument's own language; gives its reply. */
  async query(instrument: string, message: string, options: RequestOptions = {}): Promise<string> {
    const path = ['instruments', instrument, 'query'];
    return (await this.#post<{ reply: string }>(path, { message }, options)).reply;
  }

  /** The same without a reply. */
  async send(instrument: string, message: string, options: RequestOptions = {}): Promise<void> {
    await this.#post(['instruments', instrument, 'send'], { message }, options);
  }

  async identify(instrument: string, options: RequestOptions = {}): Promise<IdentityReport> {
    return await this.#post(['instruments', instrument, 'identify'], {}, options);
  }

  /**
   * Does a longer operation of an instrument and waits for its end.
   * @param options.progress told how far it is, from 0 to 1
   */
  async run(
    instrument: string,
    action: string,
    values: Readonly<Record<string, ClientValue>> = {},
    options: RequestOptions & { readonly progress?: JobProgress } = {},
  ): Promise<ClientValue | undefined> {
    const { progress, ...rest } = options;
    const inner = Object.entries(values).map(([name, value]) => [name, toJsonValue(value)]);
    const body = { values: Object.fromEntries(inner) as object, background: true };
    const job = await this.#post<JobReport>(
      ['instruments', instrument, 'actions', action],
      body,
      rest,
    );
    const result = (await this.#finished(job, progress, options.signal)) as JsonValue | undefined;
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

  /** All leases that are held, by whomever. */
  async leases(
    options: WaitOptions = {},
  ): Promise<readonly (LeaseReport & { readonly port: string })[]> {
    type Answer = { leases: (LeaseReport & { port: string })[] };
    return (await this.#get<Answer>(['leases'], options)).leases;
  }

  /** Takes a lease away from its holder, as an operator; kept in the audit. */
  async breakLease(leaseId: string, reason: string, options: WaitOptions = {}): Promise<void> {
    await this.#post(['leases', leaseId, 'break'], { reason }, options);
  }

  /** A connection of one's own: what is leased on it ends with it, within a second. */
  async connect(options: WaitOptions = {}): Promise<LiveConnection> {
    return await LiveConnection.open(this.#transport.live(this.#introduction), options.signal);
  }

  /**
   * Reads parameters again and again: `dmm.voltage`. Endless; leave the loop to end it. When the
   * connection breaks it is opened again.
   * @param options.everyMs @default 1_000
   */
  async *watch(
    parameters: readonly string[],
    options: WaitOptions & {
      readonly everyMs?: number;
      readonly maxAgeMs?: number;
      readonly lease?: { readonly token: string };
    } = {},
  ): AsyncGenerator<WatchEvent, void, undefined> {
    const { everyMs, maxAgeMs, lease, signal } = options;
    const query = { parameters: parameters.join(','), everyMs, maxAgeMs };
    const call: Call = { method: 'GET', path: api('watch'), query, lease: lease?.token };
    for await (const { event, data } of eventsOf(this.#transport, call, signal)) {
      if (event === 'reading') {
        yield { kind: 'reading', reading: readingOf(JSON.parse(data) as JsonReading) };
      } else if (event === 'failure') {
        type Failure = { instrument: string; parameter: string; error: ErrorReport };
        yield { kind: 'failure', ...(JSON.parse(data) as Failure) };
      }
    }
  }

  /** What happens on the ports. Begins with a `snapshot`; after `gap` comes another one. */
  async *events(options: WaitOptions = {}): AsyncGenerator<GatewayEvent, void, undefined> {
    const call: Call = { method: 'GET', path: api('events') };
    for await (const { event, data } of eventsOf(this.#transport, call, options.signal)) {
      yield { event, data: JSON.parse(data) as GatewayEvent['data'] };
    }
  }

  /**
   * Looks for instruments on a port and waits for the end of it.
   * @param options.progress told how far it is, from 0 to 1
   */
  async discover(
    port: string,
    options: WaitOptions & { readonly progress?: JobProgress } = {},
  ): Promise<readonly FoundReport[]> {
    const { progress, ...rest } = options;
    const job = await this.#post<JobReport>(['discover'], { port }, rest);
    return (await this.#finished(job, progress, options.signal)) as readonly FoundReport[];
  }

  /** How much each room of the gateway logs. */
  async logLevels(options: WaitOptions = {}): Promise<Readonly<Record<string, string>>> {
    type Answer = { levels: Record<string, string> };
    return (await this.#get<Answer>(['log-levels'], options)).levels;
  }

  /** Changes how much rooms log; gives all levels. */
  async setLogLevels(
    levels: Readonly<Record<string, string>>,
    options: WaitOptions = {},
  ): Promise<Readonly<Record<string, string>>> {
    const { signal } = options;
    const path = api('log-levels');
    type Answer = { levels: Record<string, string> };
    return (await this.#transport.call<Answer>({ method: 'PUT', path, body: { levels }, signal }))
      .levels;
  }

  /** Begins to stop the gateway; only from the same machine. */
  async shutdown(options: WaitOptions = {}): Promise<void> {
    await this.#post(['shutdown'], {}, options);
  }

  async #get<Result>(path: readonly string[], { signal }: WaitOptions): Promise<Result> {
    return await this.#transport.call({ method: 'GET', path: api(...path), signal });
  }

  async #post<Result>(
    path: readonly string[],
    body: object,
    options: RequestOptions,
  ): Promise<Result> {
    const { signal, lease, waitMs, priority } = options;
    return await this.#transport.call({
      method: 'POST',
      path: api(...path),
      body: { ...body, waitMs, priority },
      lease: lease?.token,
      takesMs: takesMs(options),
      signal,
    });
  }

  async #finished(
    begun: JobReport,
    progress: JobProgress | undefined,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const untilMs = systemClock.monotonic() + scanLongestMs;
    let job = begun;
    try {
      while (job.state === 'running') {
        progress?.(job.share, job.message);
        if (systemClock.monotonic() > untilMs) {
          throw new SignalboxError('WAIT_TIMEOUT', `${job.label} goes on for too long`);
        }
        await sleep(systemClock, scanPollMs, signal);
        job = await this.#get<JobReport>(['jobs', job.id], signal === undefined ? {} : { signal });
      }
    } catch (error) {
      // Nobody waits for it any more; should this fail too, the first failure is what counts.
      await this.#transport
        .call({ method: 'DELETE', path: api('jobs', job.id) })
        .catch(() => undefined);
      throw asSignalboxError(error);
    }
    if (job.state === 'failed') throw SignalboxError.fromReport(job.error ?? {});
    progress?.(1, job.message);
    return job.result;
  }
}

/** Told how far something is, from 0 to 1. */
export type JobProgress = (share: number, message: string) => void;

function api(...path: readonly string[]): readonly string[] {
  return ['api', 'v1', ...path];
}

function takesMs(options: { readonly waitMs?: number; readonly timeoutMs?: number }): number {
  const { waitMs = waitDefaultMs, timeoutMs = answerDefaultMs } = options;
  return waitMs + timeoutMs * attemptsMost;
}

/** Longer than drivers give an instrument, and as often as a port repeats a read. */
const answerDefaultMs = 10_000;
const attemptsMost = 3;
const nameBytes = 16;

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(nameBytes));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
