import type { ServerResponse } from 'node:http';

import { SignalboxError } from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';

/** So many events wait for a client that reads slowly; then the oldest is dropped, and it is told. */
export const waitingEventsMost = 1_000;
/** The same for their bytes; a single longer one is sent all the same. */
export const waitingBytesMost = 1_048_576;
/** A comment is sent so often, so that both sides notice a connection that is gone. */
export const aliveEveryMs = 15_000;
/** A client that has not taken what was sent for this long is disconnected. */
export const stalledLongestMs = 30_000;
/** How long it may take to read why. */
export const lastWordsMs = 5_000;

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
  /** Told why the stream was ended when that was not the client's doing. */
  readonly dropped?: (reason: SignalboxError) => void;
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
  readonly #onDropped: ((reason: SignalboxError) => void) | undefined;
  /** Events as they go out, by their keys. */
  readonly #waiting = new Map<string, Buffer>();
  #waitingBytes = 0;
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
    this.#onDropped = options.dropped;
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
    this.#take(key);
    const frame = frameOf(event);
    this.#waiting.set(key, frame);
    this.#waitingBytes += frame.length;
    this.#keepBounds();
    this.#flush();
  }

  [Symbol.dispose](): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#alive?.cancel();
    this.#stalled?.cancel();
    this.#forget();
    this.#response.end();
  }

  #keepBounds(): void {
    for (const oldest of this.#waiting.keys()) {
      const isOver =
        this.#waiting.size > waitingEventsMost || this.#waitingBytes > waitingBytesMost;
      if (!isOver || this.#waiting.size === 1) return;
      this.#take(oldest);
      this.#dropped += 1;
    }
  }

  #take(key: string): Buffer | undefined {
    const frame = this.#waiting.get(key);
    if (frame === undefined) return undefined;
    this.#waiting.delete(key);
    this.#waitingBytes -= frame.length;
    return frame;
  }

  #forget(): void {
    this.#waiting.clear();
    this.#waitingBytes = 0;
  }

  #flush(): void {
    while (!this.#isFull && (this.#dropped > 0 || this.#waiting.size > 0)) {
      if (this.#dropped > 0) {
        this.#tellGap();
        continue;
      }
      const [next = ''] = this.#waiting.keys();
      const frame = this.#take(next);
      if (frame !== undefined) this.#write(frame);
    }
  }

  /** What is still waiting is in what comes after the gap, if anything does. */
  #tellGap(): void {
    if (this.#afterGap !== undefined) {
      this.#dropped += this.#waiting.size;
      this.#forget();
    }
    this.#write(frameOf({ event: 'gap', data: { dropped: this.#dropped } }));
    this.#dropped = 0;
    if (this.#afterGap !== undefined) this.#write(frameOf(this.#afterGap()));
  }

  #write(frame: Buffer | string): void {
    if (this.#response.write(frame)) return;
    this.#isFull = true;
    this.#stalled ??= this.#clock.schedule(stalledLongestMs, () => this.#drop());
  }

  /** One that is only slow still reads why, after what was sent before. */
  #drop(): void {
    const reason = new SignalboxError(
      'QUEUE_FULL',
      `what was sent was not taken for ${stalledLongestMs} ms, so the stream was ended`,
      { nextStep: 'Open the stream again, and read it as it comes.' },
    );
    this.#response.write(frameOf({ event: 'dropped', data: reason }));
    this[Symbol.dispose]();
    this.#onDropped?.(reason);
    const timer = this.#clock.schedule(lastWordsMs, () => this.#response.destroy());
    this.#response.once('close', () => timer.cancel());
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

function frameOf({ event, data, id }: StreamEvent): Buffer {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return Buffer.from(`${idLine}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
