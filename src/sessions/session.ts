import type { Clock, Owner, Timer } from '../kernel/index.ts';
import type { Port, Transaction } from '../ports/index.ts';
import type { ClientConversation, ClientProtocol, ClientRequest } from './client-protocol.ts';

/** One client may have so many requests waiting in its session; further ones are dropped. */
export const sessionRequestsMost = 64;
/** How long a request of a session may be in line at its port; unmodified programs wait no longer. */
export const sessionWaitMs = 30_000;

export interface SessionOptions {
  readonly port: Port;
  readonly protocol: ClientProtocol;
  readonly by: Owner;
  readonly clock: Clock;
  /** Sends bytes to the client. */
  readonly answer: (data: Uint8Array) => void;
  /** Told of requests that failed and that were dropped, for the log. */
  readonly failed?: (label: string, error: unknown) => void;
}

/**
 * One client's conversation with the instruments of one port: cuts its bytes into requests, does them
 * in its own turns, and answers in its own order. What it leaves unfinished goes with it.
 */
export class Session implements Disposable {
  readonly by: Owner;
  readonly #options: SessionOptions;
  readonly #conversation: ClientConversation;
  readonly #life = new AbortController();
  readonly #waiting: ClientRequest[] = [];
  #underWay = 0;
  /** The answers so far, in order. */
  #answers: Promise<void> = Promise.resolve();
  #silence: Timer | undefined;
  #dropped = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.by = options.by;
    this.#conversation = options.protocol.converse();
  }

  /** Requests that were dropped because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes what the client sent. */
  push(data: Uint8Array): void {
    if (this.#life.signal.aborted) return;
    this.#take(this.#conversation.push(data));
    const { silenceMs } = this.#conversation;
    if (silenceMs === undefined) return;
    this.#silence?.cancel();
    this.#silence = this.#options.clock.schedule(silenceMs, () => {
      this.#take(this.#conversation.silence?.() ?? []);
    });
  }

  /** Ends it: requests in line are taken back, what is on the wire is finished and dropped. */
  [Symbol.dispose](): void {
    this.#silence?.cancel();
    this.#waiting.length = 0;
    this.#life.abort();
  }

  #take(requests: readonly ClientRequest[]): void {
    for (const request of requests) {
      if (this.#waiting.length < sessionRequestsMost) this.#waiting.push(request);
      else this.#dropped += 1;
    }
    this.#advance();
  }

  #advance(): void {
    const { protocol } = this.#options;
    while (this.#underWay < protocol.inFlightMost) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      this.#underWay += 1;
      const answer = this.#perform(request);
      this.#answers = this.#answers.then(async () => {
        const bytes = await answer;
        this.#underWay -= 1;
        if (bytes !== undefined && !this.#life.signal.aborted) this.#options.answer(bytes);
        this.#advance();
      });
    }
  }

  /** Never rejects. */
  async #perform(request: ClientRequest): Promise<Uint8Array | undefined> {
    const { port, by, failed } = this.#options;
    const { signal } = this.#life;
    try {
      return await request.perform(
        async <Reply>(transaction: Transaction<Reply>) =>
          await port.transact(transaction, by, { signal, waitMs: sessionWaitMs }),
      );
    } catch (error) {
      if (!signal.aborted) failed?.(request.label, error);
      return request.failure(error);
    }
  }
}
