import { BackOff, hasCode, SignalboxError, sleep, systemClock } from '../kernel/index.ts';
import type { Clock, ErrorReport, Timer } from '../kernel/index.ts';
import { api } from './api-calls.ts';
import type { WaitOptions } from './client-options.ts';
import { connectTimeoutMs } from './live-connection.ts';
import type {
  SubscriptionHandlers,
  TopicBeginningReport,
  TopicSnapshot,
  TopicUpdate,
} from './subscription-reports.ts';
import { TopicPlaces } from './topic-places.ts';
import type { Transport } from './transport.ts';

/** So often the gateway is asked for a sign of life. A browser does not show the pings of a WebSocket. */
export const lifeEveryMs = 10_000;
/** A connection is tried again at least so often. */
export const againLongestMs = 5_000;
/** What is no better the next time. */
const forGood = ['AUTHENTICATION_REQUIRED', 'FORBIDDEN', 'NOT_FOUND'] as const;

export interface SubscriptionOptions extends WaitOptions {
  readonly transport: Pick<Transport, 'url' | 'live' | 'call'>;
  readonly introduction: Parameters<Transport['live']>[0];
  readonly topics: readonly string[];
  readonly handlers: SubscriptionHandlers;
  /** @default systemClock */
  readonly clock?: Clock;
}

interface Incoming {
  readonly id?: number;
  readonly type?: string;
  readonly result?: { readonly epoch?: string; readonly topics?: readonly TopicBeginningReport[] };
  readonly error?: ErrorReport;
  readonly gap?: boolean;
}

/**
 * Topics of a gateway, over a connection of its own. When that breaks, it is opened again, more and more
 * slowly, for as long as the subscription lasts; what was missed comes then, or a snapshot instead.
 */
export class Subscription implements Disposable {
  readonly #options: SubscriptionOptions;
  readonly #clock: Clock;
  readonly #topics: Set<string>;
  readonly #places = new TopicPlaces();
  readonly #ended = new AbortController();
  readonly #backOff = new BackOff({ longestMs: againLongestMs });
  #socket: WebSocket | undefined;
  #state: 'new' | 'open' | 'lost' = 'new';
  #count = 0;
  #timer: Timer | undefined;
  #isAlive = true;
  #isSubscribed = false;
  /** Subscriptions that are not answered yet, and whether each comes back. */
  readonly #beginnings = new Map<number, boolean>();

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#topics = new Set(options.topics);
    options.signal?.addEventListener('abort', () => this.close(), { once: true });
    if (options.signal?.aborted === true) this.close();
    else void this.#run();
  }

  /** What is subscribed to: `values.*`. */
  get topics(): readonly string[] {
    return [...this.#topics];
  }

  /** Aborts when it was closed, or has failed for good. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Subscribes to more. */
  add(topics: readonly string[]): void {
    const added = topics.filter((topic) => !this.#topics.has(topic));
    if (added.length === 0) return;
    for (const topic of added) this.#topics.add(topic);
    if (this.#isSubscribed) this.#subscribe(added);
  }

  /** Gets these no longer. @param topics as they were given before */
  remove(topics: readonly string[]): void {
    const removed = topics.filter((topic) => this.#topics.delete(topic));
    if (removed.length > 0) this.#ask({ type: 'unsubscribe', topics: removed });
  }

  close(): void {
    this.#end(new SignalboxError('CANCELLED', 'the subscription was closed'));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const why = await this.#connectOnce();
      if (signal.aborted) return;
      if (this.#state !== 'lost') {
        this.#state = 'lost';
        this.#options.handlers.connection?.({ state: 'lost', message: `${why}; trying again` });
      }
      try {
        await sleep(this.#clock, this.#backOff.nextMs(), signal);
      } catch {
        return;
      }
    }
  }

  /** One connection from its beginning to its end. @returns why it ended */
  async #connectOnce(): Promise<string> {
    const { transport, introduction } = this.#options;
    const { url, protocols } = transport.live(introduction);
    const socket = new WebSocket(url, protocols);
    this.#socket = socket;
    this.#beginnings.clear();
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#timer = this.#clock.schedule(connectTimeoutMs, () => resolve('does not answer'));
    let isIn = false;
    socket.addEventListener('open', () => {
      isIn = true;
      this.#watchLife(true, () => resolve('has fallen silent'));
      this.#subscribe(this.topics);
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#receive(String(data), resolve);
    });
    socket.addEventListener('close', ({ reason }) => {
      resolve(reason === '' ? 'is gone' : `has ended the connection: ${reason}`);
    });
    this.#ended.signal.addEventListener('abort', () => resolve('is not needed'), { once: true });
    const why = await promise;
    this.#timer?.cancel();
    this.#socket = undefined;
    this.#isSubscribed = false;
    socket.close();
    // A browser does not say why it was not let in.
    if (!isIn) await this.#throwIfRefused();
    return `the gateway at ${transport.url} ${why}`;
  }

  /** Ends for good when the gateway answers, but lets this client in no more. */
  async #throwIfRefused(): Promise<void> {
    const call = { method: 'GET', path: api('hub'), query: { limit: 0 } } as const;
    try {
      await this.#options.transport.call({ ...call, signal: this.#ended.signal });
    } catch (error) {
      if (hasCode(error, ...forGood)) this.#fail(error as SignalboxError);
    }
  }

  #subscribe(topics: readonly string[]): void {
    // All of them at once: it comes back.
    const resume = this.#isSubscribed ? undefined : this.#places.resume;
    const id = this.#ask({ type: 'subscribe', topics, resume });
    this.#beginnings.set(id, resume !== undefined);
    this.#isSubscribed = true;
  }

  /** A connection that breaks in silence is noticed by a request that is not answered. */
  #watchLife(isAlive: boolean, silent: () => void): void {
    if (!isAlive) {
      silent();
      return;
    }
    this.#isAlive = false;
    this.#ask({ type: 'ping' });
    this.#timer = this.#clock.schedule(lifeEveryMs, () => this.#watchLife(this.#isAlive, silent));
  }

  #ask(message: object): number {
    const id = (this.#count += 1);
    const { readyState } = this.#socket ?? {};
    if (readyState === WebSocket.OPEN) this.#socket?.send(JSON.stringify({ id, ...message }));
    return id;
  }

  #receive(text: string, broken: (why: string) => void): void {
    this.#isAlive = true;
    const message = JSON.parse(text) as Incoming;
    const { update, snapshot } = this.#options.handlers;
    if (message.type === 'update') {
      const { topic, sequence, data } = message as unknown as TopicUpdate;
      const what = this.#places.take({ topic, sequence });
      if (what === 'new after a gap') {
        snapshot?.({ topic, sequence: sequence - 1, data: null, gap: true });
      }
      if (what === 'new' || what === 'new after a gap') update?.({ topic, sequence, data });
      // It comes back with what it has, and gets the rest.
      else if (what === 'gap') broken(`has left something out of ${topic}`);
    } else if (message.type === 'snapshot') {
      const { topic, sequence, data } = message as unknown as TopicSnapshot;
      const came = { topic, sequence, gap: message.gap === true };
      snapshot?.({ topic, sequence, data, gap: this.#places.takeSnapshot(came) });
    } else this.#answered(message);
  }

  #answered({ id = 0, result, error }: Incoming): void {
    const isBack = this.#beginnings.get(id);
    if (isBack === undefined) return;
    this.#beginnings.delete(id);
    if (error !== undefined) {
      this.#fail(SignalboxError.fromReport(error));
      return;
    }
    this.#places.begin(result?.epoch ?? '', result?.topics ?? [], isBack);
    this.#backOff.reset();
    if (this.#state === 'lost') {
      const message = `the gateway at ${this.#options.transport.url} is back`;
      this.#options.handlers.connection?.({ state: 'back', message });
    }
    this.#state = 'open';
  }

  #fail(error: SignalboxError): void {
    if (this.#ended.signal.aborted) return;
    this.#end(error);
    this.#options.handlers.failed?.(error);
  }

  #end(reason: SignalboxError): void {
    this.#ended.abort(reason);
    this.#timer?.cancel();
    this.#socket?.close();
  }
}
