import {
  asSignalboxError,
  BackOff,
  hasCode,
  isSignalboxError,
  SignalboxError,
} from '../../kernel/index.ts';
import type { Clock, ErrorReport, Timer } from '../../kernel/index.ts';
import type { Notice } from '../alerts/alert-record.ts';
import type { NoticeStore } from '../alerts/alert-ledger.ts';
import type { Way, WayMessage } from './way.ts';

/** So many messages wait for one way at the most; then the oldest is dropped, and that is told. */
export const noticesMost = 1_000;
/** A message that could not be sent for so long is given up, in ms. */
export const noticeKeptMs = 86_400_000;
/** What a receiver answers with a failure so often is given up: others wait behind it. */
export const answeredTriesMost = 10;
/** The pauses between tries, in ms. */
const againMs = { firstMs: 1_000, longestMs: 300_000 } as const;
/** The shortest that a receiver can ask for. */
const pauseLeastMs = 1_000;

/** How a way stands. */
export interface DeliveryStatus {
  readonly state: 'idle' | 'sending' | 'failing';
  readonly waiting: number;
  readonly sent: number;
  /** There was no room for so many. */
  readonly dropped: number;
  /** So many could not be sent, or were refused. */
  readonly givenUp: number;
  readonly lastSentMs?: number;
  readonly failingSinceMs?: number;
  /** Why the last try failed; absent after one that did not. */
  readonly error?: ErrorReport;
}

/** What became of messages. */
export interface DeliveryListener {
  /** The first try that failed after one that did not. */
  failing(error: SignalboxError): void;
  working(): void;
  givenUp(notice: Notice, error: SignalboxError): void;
  dropped(notice: Notice): void;
}

export interface DeliveryOptions {
  readonly name: string;
  readonly gateway: string;
  readonly way: Way;
  readonly timeoutMs: number;
  readonly store: NoticeStore;
  readonly listener: DeliveryListener;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Sends what is to be told by one way, one message after the other, until the receiver has each. What
 * waits outlives the gateway. One way never waits for another.
 */
export class Delivery implements AsyncDisposable {
  readonly #options: DeliveryOptions;
  readonly #waiting: Notice[];
  readonly #backOff: BackOff;
  readonly #ended = new AbortController();
  #running: Promise<void> | undefined;
  #pause: { readonly timer: Timer; readonly end: () => void } | undefined;
  #answeredTries = 0;
  #sent = 0;
  #dropped = 0;
  #givenUp = 0;
  #lastSentMs: number | undefined;
  #failingSinceMs: number | undefined;
  #error: SignalboxError | undefined;

  /** Begins with what waits since before. */
  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#backOff = new BackOff({ ...againMs, random: options.random });
    this.#waiting = options.store.notices(options.name);
    this.#bound();
    this.#run();
  }

  status(): DeliveryStatus {
    const isSending = this.#running !== undefined;
    return {
      state: this.#error !== undefined ? 'failing' : isSending ? 'sending' : 'idle',
      waiting: this.#waiting.length,
      sent: this.#sent,
      dropped: this.#dropped,
      givenUp: this.#givenUp,
      ...(this.#lastSentMs === undefined ? {} : { lastSentMs: this.#lastSentMs }),
      ...(this.#failingSinceMs === undefined ? {} : { failingSinceMs: this.#failingSinceMs }),
      ...(this.#error === undefined ? {} : { error: this.#error.toJSON() }),
    };
  }

  /** Something more is to be told. */
  add(notice: Notice): void {
    this.#waiting.push(notice);
    this.#bound();
    this.#run();
  }

  /** The receiver is there again: nobody waits for the end of a pause. */
  nudge(): void {
    this.#pause?.end();
  }

  /** Sends a trial at once, besides what waits. @throws as {@link Way.send} */
  async test(message: WayMessage): Promise<void> {
    await this.#send(message);
  }

  /** What is not sent stays in the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new SignalboxError('CLOSED', 'the gateway ends'));
    this.#pause?.end();
    await this.#running;
    await this.#options.way[Symbol.asyncDispose]();
  }

  #run(): void {
    if (this.#running !== undefined || this.#waiting.length === 0) return;
    if (this.#ended.signal.aborted) return;
    this.#running = this.#sendAll().finally(() => {
      this.#running = undefined;
      this.#run();
    });
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    for (;;) {
      const notice = this.#waiting[0];
      if (notice === undefined || this.#ended.signal.aborted) return;
      const { way: _way, ...message } = notice;
      try {
        await this.#send({ ...message, gateway: this.#options.gateway });
        this.#done(notice);
      } catch (thrown) {
        if (this.#ended.signal.aborted) return;
        const error = asSignalboxError(thrown);
        this.#failed(notice, error);
        await this.#wait(this.#pauseAfter(error));
      }
    }
  }

  async #send(message: WayMessage): Promise<void> {
    const { clock, timeoutMs, way } = this.#options;
    const late = new AbortController();
    const timer = clock.schedule(timeoutMs, () => late.abort());
    try {
      await way.send(message, AbortSignal.any([late.signal, this.#ended.signal]));
    } catch (thrown) {
      if (isSignalboxError(thrown) && hasCode(thrown, 'NOTICE_FAILED', 'NOTICE_REFUSED'))
        throw thrown;
      const why = late.signal.aborted ? 'no answer in time' : asSignalboxError(thrown).message;
      throw new SignalboxError('NOTICE_FAILED', `${way.address}: ${why}`, { cause: thrown });
    } finally {
      timer.cancel();
    }
  }

  #done(notice: Notice): void {
    this.#sent += 1;
    this.#lastSentMs = this.#options.clock.now();
    this.#answeredTries = 0;
    this.#backOff.reset();
    this.#settle(notice);
    this.#works();
  }

  #failed(notice: Notice, error: SignalboxError): void {
    const { clock, listener } = this.#options;
    const isRefused = error.code === 'NOTICE_REFUSED';
    if (error.details['isAnswered'] === true) this.#answeredTries += 1;
    const isOld = clock.now() - notice.atMs >= noticeKeptMs;
    if (isRefused || isOld || this.#answeredTries >= answeredTriesMost) {
      this.#answeredTries = 0;
      this.#givenUp += 1;
      this.#settle(notice);
      listener.givenUp(notice, error);
    }
    if (this.#error === undefined) {
      this.#failingSinceMs = clock.now();
      listener.failing(error);
    }
    this.#error = error;
  }

  #works(): void {
    if (this.#error === undefined) return;
    this.#error = undefined;
    this.#failingSinceMs = undefined;
    this.#options.listener.working();
  }

  /** A message that is refused says nothing of the next one. */
  #pauseAfter(error: SignalboxError): number {
    if (error.code === 'NOTICE_REFUSED') return 0;
    const asked = error.details['retryAfterMs'];
    const ownMs = this.#backOff.nextMs();
    return typeof asked === 'number' ? Math.max(asked, pauseLeastMs) : ownMs;
  }

  async #wait(ms: number): Promise<void> {
    if (ms === 0 || this.#ended.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.schedule(ms, resolve);
    this.#pause = {
      timer,
      end: () => {
        timer.cancel();
        resolve();
      },
    };
    await promise;
    this.#pause = undefined;
  }

  #bound(): void {
    while (this.#waiting.length > noticesMost) {
      const [oldest] = this.#waiting;
      if (oldest === undefined) return;
      this.#dropped += 1;
      this.#settle(oldest);
      this.#options.listener.dropped(oldest);
    }
  }

  /** It waits no more. A disk that does not take that lets it be sent again after a restart, under its key. */
  #settle(notice: Notice): void {
    const at = this.#waiting.indexOf(notice);
    if (at >= 0) this.#waiting.splice(at, 1);
    try {
      this.#options.store.settle(notice.way, notice.key);
    } catch {
      // Alerts tell of the disk.
    }
  }
}
