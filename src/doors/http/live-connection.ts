import { asSignalboxError, given, SignalboxError } from '../../kernel/index.ts';
import type { Owner } from '../../kernel/index.ts';
import type { Instrument } from '../../instruments/index.ts';
import { publicError } from './error-answer.ts';
import { fromJsonValue } from './json-value.ts';
import { LiveLeases } from './live-leases.ts';
import { liveRequest } from './live-messages.ts';
import type { LiveRequest } from './live-messages.ts';
import type { LiveSocket } from './live-socket.ts';
import { readingReport } from './reading-report.ts';
import { instrumentOf, portOf } from './route-context.ts';
import type { RouteContext } from './route-context.ts';
import { parseWatched, watch } from './watcher.ts';
import { textFrame } from './websocket-frame.ts';
import { argumentError } from './zod-provider.ts';

/** So many requests of one connection may be under way; more are refused with QUEUE_FULL. */
export const liveRequestsMost = 64;
/** So many watches of one connection may go on; more are refused with QUEUE_FULL. */
export const liveWatchesMost = 32;
const watchEveryDefaultMs = 1_000;

/** What ends something is let in also when there is no room. */
const makesRoom: readonly LiveRequest['type'][] = [
  'cancel',
  'ping',
  'release',
  'unsubscribe',
  'unwatch',
];

type Id = number | string;

/** One client on a live connection: its requests, leases and watches, which all end with it. */
export class LiveConnection {
  readonly #context: RouteContext;
  readonly #socket: LiveSocket;
  readonly #by: Owner;
  readonly #leases: LiveLeases;
  readonly #requests = new Map<Id, AbortController>();
  readonly #watches = new Map<Id, AbortController>();

  constructor(context: RouteContext, socket: LiveSocket, by: Owner) {
    this.#context = context;
    this.#socket = socket;
    this.#by = by;
    this.#leases = new LiveLeases(context.desk, context.clock, socket.gone, (lease, error) =>
      socket.send({ type: 'leaseEnded', lease, error }),
    );
    socket.gone.addEventListener('abort', () => this.#end(), { once: true });
  }

  /** Takes one message of the client. Never throws. */
  async receive(text: string): Promise<void> {
    let id: Id | null = null;
    try {
      const message: unknown = parse(text);
      id = idOf(message);
      const parsed = liveRequest.safeParse(message);
      if (!parsed.success) throw argumentError(parsed.error);
      if (parsed.data.type === 'subscribe') {
        this.#subscribe(parsed.data);
        return;
      }
      const result = await this.#answer(parsed.data);
      this.#socket.send({ id, result: result ?? {} });
    } catch (error) {
      const requestId = `live ${id}`;
      const shown = publicError(error, requestId);
      if (shown.code === 'INTERNAL') this.#context.log.error('a live request failed', { error });
      this.#socket.send({ id, error: shown });
    }
  }

  async #answer(request: Exclude<LiveRequest, { type: 'subscribe' }>): Promise<unknown> {
    if (this.#requests.has(request.id)) {
      throw new SignalboxError('BAD_ARGUMENT', `request ${request.id} is under way already`);
    }
    if (this.#requests.size >= liveRequestsMost && !makesRoom.includes(request.type)) {
      throw new SignalboxError('QUEUE_FULL', `${liveRequestsMost} requests are under way already`);
    }
    const stop = new AbortController();
    this.#requests.set(request.id, stop);
    try {
      return await this.#followed(request, stop.signal);
    } finally {
      this.#requests.delete(request.id);
    }
  }

  /** In a span of its own, where what is asked is followed. */
  async #followed(
    request: Exclude<LiveRequest, { type: 'subscribe' }>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { tracing } = this.#context.services;
    if (tracing === undefined) return await this.#do(request, signal);
    const { program } = this.#by;
    const attributes = { 'signalbox.door': 'http', 'signalbox.owner.program': program };
    const done = async (): Promise<unknown> => await this.#do(request, signal);
    return await tracing.within(`live ${request.type}`, attributes, done);
  }

  async #do(
    request: Exclude<LiveRequest, { type: 'subscribe' }>,
    signal: AbortSignal,
  ): Promise<unknown> {
    switch (request.type) {
      case 'read': {
        const { instrument, options } = this.#target(request);
        const more = given({ maxAgeMs: request.maxAgeMs, timeoutMs: request.timeoutMs });
        const { parameter } = request;
        const reading = await instrument.read(parameter, this.#by, { ...options, ...more, signal });
        return readingReport(instrument.name, parameter, reading);
      }
      case 'write': {
        const { instrument, options } = this.#target(request);
        const more = given({ unlock: request.unlock, timeoutMs: request.timeoutMs });
        const value = fromJsonValue(request.value);
        const all = { ...options, ...more, signal };
        return await instrument.write(request.parameter, value, this.#by, all);
      }
      case 'query': {
        const { instrument, options } = this.#target(request);
        const all = { ...options, signal };
        return { reply: await instrument.query(request.message, this.#by, all) };
      }
      case 'send': {
        const { instrument, options } = this.#target(request);
        return await instrument.send(request.message, this.#by, { ...options, signal });
      }
      case 'lease':
        return await this.#lease(request, signal);
      case 'renew':
        return { expiresInMs: Math.round(this.#leases.find(request.lease).renew()) };
      case 'release':
        return await this.#leases.release(request.lease);
      case 'watch':
        return this.#watch(request);
      case 'unsubscribe':
        return { topics: this.#socket.client.unsubscribe(request.topics) };
      case 'unwatch':
        this.#watches.get(request.watch)?.abort();
        this.#watches.delete(request.watch);
        return undefined;
      case 'ping':
        return undefined;
      case 'cancel':
        this.#requests
          .get(request.request)
          ?.abort(new SignalboxError('CANCELLED', `request ${request.request} was taken back`));
        return undefined;
    }
  }

  #target(request: Extract<LiveRequest, { instrument: string }>): {
    instrument: Instrument;
    options: object;
  } {
    const instrument = instrumentOf(this.#context.directory, request.instrument);
    const { waitMs, priority } = request;
    const lease = request.lease === undefined ? undefined : this.#leases.find(request.lease);
    return { instrument, options: given({ waitMs, priority, lease }) };
  }

  async #lease(
    request: Extract<LiveRequest, { type: 'lease' }>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { directory } = this.#context;
    if ((request.port === undefined) === (request.instrument === undefined)) {
      throw new SignalboxError('BAD_ARGUMENT', 'a lease is of either a port or an instrument');
    }
    const on =
      request.port === undefined
        ? instrumentOf(directory, request.instrument ?? '')
        : portOf(directory, request.port);
    const port = 'port' in on ? on.port : on;
    const { lease, token } = await this.#leases.take(port, on, this.#by, request, signal);
    return {
      lease: lease.id,
      token,
      port: port.name,
      ...(lease.scope === undefined ? {} : { scope: lease.scope }),
    };
  }

  #watch(request: Extract<LiveRequest, { type: 'watch' }>): unknown {
    const { directory, clock } = this.#context;
    if (this.#watches.size >= liveWatchesMost) {
      throw new SignalboxError('QUEUE_FULL', `${liveWatchesMost} watches go on already`);
    }
    if (this.#watches.has(request.id)) {
      throw new SignalboxError('BAD_ARGUMENT', `watch ${request.id} goes on already`);
    }
    const { everyMs = watchEveryDefaultMs, id } = request;
    const watched = parseWatched(request.parameters.join(','), directory);
    const stop = new AbortController();
    this.#watches.set(id, stop);
    watch(watched, {
      by: this.#by,
      everyMs,
      clock,
      signal: stop.signal,
      ...given({ maxAgeMs: request.maxAgeMs }),
      lease: (instrument) => this.#leases.on(instrument),
      reading: ({ instrument, parameter }, reading) => {
        const report = readingReport(instrument.name, parameter, reading);
        const key = `${id} ${instrument.name}.${parameter}`;
        this.#socket.sendNewest(key, { type: 'reading', watch: id, ...report });
      },
      failed: ({ instrument, parameter }, error) => {
        const report = { instrument: instrument.name, parameter, error };
        const key = `${id} ${instrument.name}.${parameter}`;
        this.#socket.sendNewest(key, { type: 'failure', watch: id, ...report });
      },
    });
    return { watch: id };
  }

  /** The answer goes before what follows from it. */
  #subscribe({ id, topics, resume }: Extract<LiveRequest, { type: 'subscribe' }>): void {
    this.#socket.checkAllowed();
    this.#socket.client.subscribe(topics, {
      resume,
      answer: ({ epoch, topics: begun }) => textOf({ id, result: { epoch, topics: begun } }),
    });
  }

  #end(): void {
    const reason = new SignalboxError('CANCELLED', `${this.#by.program} went away`);
    for (const stop of this.#requests.values()) stop.abort(reason);
    for (const stop of this.#watches.values()) stop.abort(reason);
  }
}

function textOf(message: object): Uint8Array {
  return textFrame(JSON.stringify(message));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SignalboxError('BAD_ARGUMENT', `not JSON: ${asSignalboxError(error).message}`);
  }
}

function idOf(message: unknown): Id | null {
  if (typeof message !== 'object' || message === null || !('id' in message)) return null;
  const { id } = message;
  return typeof id === 'number' || typeof id === 'string' ? id : null;
}
