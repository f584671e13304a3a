import { raceAbort } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { HislipRequests } from '../../protocols/index.ts';
import type { HislipMessage, HislipRequestType } from '../../protocols/index.ts';
import { BoundedWait } from '../bounded-wait.ts';
import { serverError, tookTooLong } from './hislip-errors.ts';

/** A server that has not answered on the asynchronous channel by then does not. */
export const hislipAnswerMs = 5_000;

type Answered = Exclude<HislipMessage, { type: 'Error' }>;

export interface AsyncAnswersOptions {
  readonly address: string;
  readonly clock: Clock;
  /** Aborts with its error when the session ends. */
  readonly life: AbortSignal;
  readonly say: (message: HislipMessage) => void;
}

/** What a client asks on the asynchronous channel, and what it is answered. */
export class AsyncAnswers {
  readonly #options: AsyncAnswersOptions;
  readonly #requests = new HislipRequests();
  readonly #waiting = new Map<number, PromiseWithResolvers<Answered>>();

  constructor(options: AsyncAnswersOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and waits for its answer. One that was given up is answered all the same, and that
   * answer is known from the next.
   * @throws LINK_TIMEOUT, LINK_PROTOCOL, INSTRUMENT_ERROR, QUEUE_FULL, CANCELLED, what ends the session
   */
  async ask(
    message: HislipMessage & { readonly type: HislipRequestType },
    signal: AbortSignal,
    timeoutMs: number = hislipAnswerMs,
  ): Promise<Answered> {
    const { address, clock, life, say } = this.#options;
    const { type } = message;
    const what = `${type} to ${address}`;
    const late = () => tookTooLong(address, `the answer to ${type}`, timeoutMs);
    using wait = new BoundedWait({ clock, timeoutMs, signals: [life, signal], what, late });
    const ticket = this.#requests.add(type);
    const answer = Promise.withResolvers<Answered>();
    this.#waiting.set(ticket, answer);
    say(message);
    try {
      return await raceAbort(answer.promise, wait.signal, what);
    } finally {
      this.#waiting.delete(ticket);
      this.#requests.abandon(ticket);
    }
  }

  /**
   * A message of the server has come on the asynchronous channel.
   * @returns the message when it is nobody's answer; nothing when it was taken
   */
  take(message: HislipMessage): HislipMessage | undefined {
    const arrival = this.#requests.take(message);
    switch (arrival.kind) {
      case 'answer': {
        const waiting = this.#waiting.get(arrival.ticket);
        if (arrival.message.type !== 'Error') waiting?.resolve(arrival.message);
        else waiting?.reject(serverError(this.#options.address, arrival.message));
        return undefined;
      }
      case 'late':
        return undefined;
      default:
        return message;
    }
  }
}
