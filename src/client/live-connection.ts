import { onAbort, SignalboxError, systemClock } from '../kernel/index.ts';
import type { Clock, ErrorReport } from '../kernel/index.ts';
import { readingOf, toJsonValue } from './json-value.ts';
import type { JsonReading } from './json-value.ts';
import { LiveLease } from './live-lease.ts';
import type { ClientValue, LiveLeaseOptions, LiveOptions } from './client-options.ts';
import type { ClientReading } from './reports.ts';

/** How long the gateway may take to let a connection in. */
export const connectTimeoutMs = 10_000;
/** What a gateway takes when a request does not say. */
const waitDefaultMs = 10_000;
const answerDefaultMs = 10_000;
/** Beyond what a request may take at the gateway, its answer is waited for so long. */
const answerSlackMs = 30_000;

function waitFor({ waitMs = waitDefaultMs, timeoutMs = answerDefaultMs }: LiveOptions): number {
  return waitMs + timeoutMs + answerSlackMs;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: SignalboxError) => void;
}

interface Incoming {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: ErrorReport;
  readonly type?: string;
  readonly lease?: string;
}

/** Requests and leases over one WebSocket, which all end with it. */
export class LiveConnection implements Disposable {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  readonly #waiting = new Map<number, Waiting>();
  readonly #leases = new Map<string, LiveLease>();
  #count = 0;

  private constructor(socket: WebSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.addEventListener('message', ({ data }) => this.#receive(String(data)));
    socket.addEventListener('close', () => this.#end());
  }

  /** @throws GATEWAY_UNREACHABLE, CANCELLED */
  static async open(
    { url, protocols }: { readonly url: URL; readonly protocols: readonly string[] },
    signal?: AbortSignal,
    clock: Clock = systemClock,
  ): Promise<LiveConnection> {
    const socket = new WebSocket(url, [...protocols]);
    const connection = new LiveConnection(socket, clock);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const refused = (why: string): void =>
      reject(new SignalboxError('GATEWAY_UNREACHABLE', `the gateway at ${url.host} ${why}`));
    const timer = clock.schedule(connectTimeoutMs, () =>
      refused(`did not let in within ${connectTimeoutMs} ms`),
    );
    using _cancelled = onAbort(signal, () => {
      reject(new SignalboxError('CANCELLED', 'connecting was taken back'));
    });
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('close', () => refused('does not answer, or did not let in'));
    try {
      await promise;
      return connection;
    } catch (error) {
      socket.close();
      throw error;
    } finally {
      timer.cancel();
    }
  }

  /** Aborts when the connection has ended. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  async read(
    instrument: string,
    parameter: string,
    options: LiveOptions = {},
  ): Promise<ClientReading> {
    const reading = await this.#ask('read', { instrument, parameter }, options);
    return readingOf(reading as JsonReading);
  }

  async write(
    instrument: string,
    parameter: string,
    value: ClientValue,
    options: LiveOptions = {},
  ): Promise<void> {
    await this.#ask('write', { instrument, parameter, value: toJsonValue(value) }, options);
  }

  async query(instrument: string, message: string, options: LiveOptions = {}): Promise<string> {
    const { reply } = (await this.#ask('query', { instrument, message }, options)) as {
      reply: string;
    };
    return reply;
  }

  async send(instrument: string, message: string, options: LiveOptions = {}): Promise<void> {
    await this.#ask('send', { instrument, message }, options);
  }

  /** Holds a port or instrument until it is released or the connection ends. */
  async lease(options: LiveLeaseOptions): Promise<LiveLease> {
    const { signal, ...wish } = options;
    const answer = await this.#ask('lease', wish, {
      ...(signal === undefined ? {} : { signal }),
      ...(wish.waitMs === undefined ? {} : { waitMs: wish.waitMs }),
    });
    const { lease: id, token } = answer as { lease: string; token: string };
    const lease = new LiveLease(id, token, async () => {
      this.#leases.delete(id);
      if (!this.#closed.signal.aborted) await this.#ask('release', { lease: id }, {});
    });
    this.#leases.set(id, lease);
    return lease;
  }

  /** Ends the connection, and with it its leases. */
  close(): void {
    this.#socket.close();
    this.#end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #ask(type: string, what: object, options: LiveOptions): Promise<unknown> {
    if (this.#closed.signal.aborted) throw this.#closed.signal.reason as SignalboxError;
    const { signal, lease, ...rest } = options;
    const id = (this.#count += 1);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    const takesMs = waitFor(options);
    const timer = this.#clock.schedule(takesMs, () =>
      reject(new SignalboxError('GATEWAY_UNREACHABLE', `no answer within ${takesMs} ms`)),
    );
    using _cancelled = onAbort(signal, () => {
      this.#send({ id: (this.#count += 1), type: 'cancel', request: id });
      reject(new SignalboxError('CANCELLED', `${type} was taken back`));
    });
    try {
      const message = { id, type, ...what, ...rest };
      this.#send(lease === undefined ? message : { ...message, lease: lease.id });
      return await promise;
    } finally {
      timer.cancel();
      this.#waiting.delete(id);
    }
  }

  #send(message: object): void {
    if (!this.#closed.signal.aborted) this.#socket.send(JSON.stringify(message));
  }

  #receive(text: string): void {
    const { id, result, error, type, lease } = JSON.parse(text) as Incoming;
    if (type === 'leaseEnded' && lease !== undefined) {
      this.#leases.get(lease)?.end(SignalboxError.fromReport(error ?? {}));
      this.#leases.delete(lease);
      return;
    }
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (waiting === undefined) this.#giveBack(result);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(SignalboxError.fromReport(error));
  }

  /** A lease that was granted when nobody waited for it any more. */
  #giveBack(result: unknown): void {
    if (typeof result !== 'object' || result === null || !('token' in result)) return;
    const { lease } = result as { lease?: unknown };
    this.#send({ id: (this.#count += 1), type: 'release', lease });
  }

  #end(): void {
    if (this.#closed.signal.aborted) return;
    const gone = new SignalboxError('GATEWAY_UNREACHABLE', 'the connection to the gateway ended');
    this.#closed.abort(gone);
    for (const { reject } of this.#waiting.values()) reject(gone);
    const lost = new SignalboxError('LEASE_LOST', 'the connection that held the lease ended');
    for (const lease of this.#leases.values()) lease.end(lost);
    this.#leases.clear();
  }
}
