import type { ServerResponse } from 'node:http';

import type { Clock, Timer } from '../../kernel/index.ts';

/** So many events wait for a client that reads slowly; then the oldest is dropped, and it is told. */
export const waitingEventsMost = 1_000;
/** A comment is sent so often, so that both sides notice a connection that is gone. */
export const aliveEveryMs = 15_000;
/** A client that has taken nothing for this long is disconnected. */
export const stalledLongestMs = 30_000;

/** One server-sent event. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id?: string;
  /** Of events with the same key only the newest is worth sending. */
  readonly key?: string;
}

export interface EventStreamOptions {
  readonly response: ServerResponse;
  readonly clock: Clock;
  readonly headers: Readonly<Record<string, string>>;
  /** What tells a client how things stand that has missed events. */
  readonly afterGap?: () => StreamEvent;
}

/**
 * Server-sent events to one client (HTML Living Standard, section 9.2), in bounded memory: what
 * is waiting is kept here, never in the socket.
 */
export class EventStream implements Disposable {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #afterGap: (() => StreamEvent) | undefined;
  readonly #ended = new AbortController();
  readonly #waiting = new Map<string, StreamEvent>();
  #unkeyed = 0;
  #dropped = 0;
  #isFull = false;
  #alive: Timer | undefined;
  #stalled: Timer | undefined;

  constructor(options: EventStreamOptions) {
    const { response, clock, headers } = options;
    this.#response = response;
    this.#clock = clock;
    this.#afterGap = options.afterGap;
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.on('drain', () => this.#drained());
    response.once('close', () => this[Symbol.dispose]());
    response.once('error', () => this[Symbol.dispose]());
    this.#write(': signalbox\n\n');
    this.#keepAlive();
  }

  /** Aborts when the client is gone or the stream was ended. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  send(event: StreamEvent): void {
    if (this.#ended.signal.aborted) return;
    const key = event.key ?? `#${(this.#unkeyed += 1)}`;
    // Taken out first, so that the newest comes last.
    this.#waiting.delete(key);
    this.#waiting.set(key, event);
    if (this.#waiting.size > waitingEventsMost) {
      for (const oldest of this.#waiting.keys()) {
        this.#waiting.delete(oldest);
        this.#dropped += 1;
        break;
      }
    }
    this.#flush();
  }

  [Symbol.dispose](): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#alive?.cancel();
    this.#stalled?.cancel();
    this.#waiting.clear();
    this.#response.end();
  }

  #flush(): void {
    while (!this.#isFull && (this.#dropped > 0 || this.#waiting.size > 0)) {
      if (this.#dropped > 0) {
        this.#tellGap();
        continue;
      }
      for (const [key, event] of this.#waiting) {
        this.#waiting.delete(key);
        this.#write(frame(event));
        break;
      }
    }
  }

  /** What is still waiting is in what comes after the gap, if anything does. */
  #tellGap(): void {
    if (this.#afterGap !== undefined) {
      this.#dropped += this.#waiting.size;
      this.#waiting.clear();
    }
    this.#write(frame({ event: 'gap', data: { dropped: this.#dropped } }));
    this.#dropped = 0;
    if (this.#afterGap !== undefined) this.#write(frame(this.#afterGap()));
  }

  #write(text: string): void {
    if (this.#response.write(text)) return;
    this.#isFull = true;
    this.#stalled ??= this.#clock.schedule(stalledLongestMs, () => {
      this[Symbol.dispose]();
      this.#response.destroy();
    });
  }

  #drained(): void {
    this.#isFull = false;
    this.#stalled?.cancel();
    this.#stalled = undefined;
    this.#flush();
  }

  #keepAlive(): void {
    this.#alive = this.#clock.schedule(aliveEveryMs, () => {
      if (!this.#isFull) this.#write(': alive\n\n');
      this.#keepAlive();
    });
  }
}

function frame({ event, data, id }: StreamEvent): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return `${idLine}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
