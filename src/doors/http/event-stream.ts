import type { ServerResponse } from 'node:http';

import { asSignalboxError } from '../../kernel/index.ts';
import type { Clock, SignalboxError, Timer } from '../../kernel/index.ts';
import type { Encoding, Hub, HubClient, Resume } from '../../telemetry/index.ts';
import { eventFrame, eventId } from './event-encoding.ts';

/** A comment is sent so often, so that both sides notice a connection that is gone. */
export const aliveEveryMs = 15_000;
/** How long one that is cut off may take to read why. */
export const lastWordsMs = 5_000;

/** One server-sent event. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  /** Of events with the same key only the newest is worth sending. */
  readonly key?: string;
}

export interface EventStreamOptions {
  readonly response: ServerResponse;
  readonly clock: Clock;
  readonly hub: Hub;
  readonly encoding: Encoding;
  /** Who it is: shown to others. */
  readonly label: string;
  readonly headers: Readonly<Record<string, string>>;
  /** @throws when the client may not be inside any longer; asked with every sign of life */
  readonly checkAllowed: () => void;
  /** Told why the stream was ended when that was not the client's doing. */
  readonly dropped?: (reason: SignalboxError) => void;
}

/** Server-sent events to one client (HTML Living Standard, section 9.2), in bounded memory. */
export class EventStream implements Disposable {
  readonly client: HubClient;
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #hub: Hub;
  readonly #ended = new AbortController();
  readonly #checkAllowed: () => void;
  #alive: Timer | undefined;

  constructor(options: EventStreamOptions) {
    const { response, clock, hub, encoding, label, headers, checkAllowed, dropped } = options;
    this.#response = response;
    this.#clock = clock;
    this.#hub = hub;
    this.#checkAllowed = checkAllowed;
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    this.client = hub.connect({
      outlet: {
        get isFull() {
          return response.writableNeedDrain;
        },
        get unsentBytes() {
          return response.writableLength;
        },
        write: (bytes) => void response.write(bytes),
      },
      encoding,
      label,
      cut: (reason) => {
        this.#cutOff(reason);
        dropped?.(reason);
      },
    });
    response.on('drain', () => this.client.outbox.drained());
    response.once('close', () => this[Symbol.dispose]());
    response.once('error', () => this[Symbol.dispose]());
    this.client.outbox.send(Buffer.from(': signalbox\n\n'));
    this.#keepAlive();
  }

  /** Aborts when the client is gone or the stream was ended. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  send({ event, data, key }: StreamEvent): void {
    const { outbox } = this.client;
    const make = (): Uint8Array => eventFrame(event, JSON.stringify(data));
    if (key === undefined) outbox.send(make());
    else outbox.sendNewest(key, make);
  }

  /** Begins with what was missed or how things stand; `ready` says that all of that was sent. */
  subscribe(topics: readonly string[], resume: Resume | undefined): void {
    const beginning = this.client.subscribe(topics, { resume });
    const { epoch, position, topics: begun } = beginning;
    const data = JSON.stringify({ epoch, topics: begun });
    this.client.outbox.send(eventFrame('ready', data, eventId(this.#hub.epoch, position)));
  }

  [Symbol.dispose](): void {
    if (this.#ended.signal.aborted) return;
    this.#alive?.cancel();
    this.client[Symbol.dispose]();
    this.#ended.abort();
    this.#response.end();
  }

  /** One that is only slow still reads why, after what was sent before. */
  #cutOff(reason: SignalboxError): void {
    if (this.#ended.signal.aborted) return;
    this.#response.write(eventFrame('dropped', JSON.stringify(reason)));
    this[Symbol.dispose]();
    const timer = this.#clock.schedule(lastWordsMs, () => this.#response.destroy());
    this.#response.once('close', () => timer.cancel());
  }

  #keepAlive(): void {
    this.#alive = this.#clock.schedule(aliveEveryMs, () => {
      try {
        this.#checkAllowed();
      } catch (error) {
        this.#cutOff(asSignalboxError(error));
        return;
      }
      if (this.client.outbox.isClear) this.client.outbox.send(Buffer.from(': alive\n\n'));
      this.#keepAlive();
    });
  }
}
