import { lifeController, raceAbort, SignalboxError, throwIfCancelled } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import {
  HislipClientClear,
  hislipErrors,
  HislipMessageSizes,
  remoteLocalCodes,
  OverlapClient,
  SynchronousClient,
} from '../../protocols/index.ts';
import type {
  RemoteLocal,
  HislipChannel,
  HislipEvent,
  HislipMessage,
  HislipOpenedSession,
} from '../../protocols/index.ts';
import { BoundedWait } from '../bounded-wait.ts';
import { classifyLinkError } from '../link-error.ts';
import type { Chunk } from '../link.ts';
import { AsyncAnswers } from './async-answers.ts';
import { closedByServer, notHislip, serverError, tookTooLong } from './hislip-errors.ts';
import type { HislipSocket } from './hislip-socket.ts';
import { HislipResponses } from './responses.ts';

/** A device clear that has not ended by then ends the session: nobody knows what was cleared. */
export const hislipClearingMs = 10_000;
/** Between the two messages of an interruption. A server that forgets the second ends the session. */
export const hislipInterruptionMs = 5_000;

export interface HislipSessionOptions {
  readonly address: string;
  readonly clock: Clock;
  readonly sockets: Readonly<Record<HislipChannel, HislipSocket>>;
  readonly opened: HislipOpenedSession;
  /** Told of each service request. */
  readonly requested: () => void;
}

/** A client's session with a server, once it is open. IVI-6.1. */
export class HislipSession {
  readonly #options: HislipSessionOptions;
  /** Aborts with the error that ends the session. */
  readonly #life = lifeController();
  readonly #responses: HislipResponses;
  readonly #answers: AsyncAnswers;
  readonly #sizes = new HislipMessageSizes();
  // Synchronized mode, whatever the server prefers: there responses say what they answer.
  readonly #clear = new HislipClientClear(false);
  #isClearing = false;
  #cleared = Promise.withResolvers<void>();
  /** Resolved when an interruption is complete. */
  #mayGoOn = Promise.withResolvers<void>();
  /** What is being sent on the synchronous channel. Never rejects. */
  #sending: Promise<unknown> | undefined;

  constructor(options: HislipSessionOptions) {
    this.#options = options;
    const { address, clock, opened, sockets } = options;
    const exchange = opened.isOverlap ? new OverlapClient() : new SynchronousClient();
    this.#responses = new HislipResponses(address, exchange);
    this.#sizes.agree(opened.messageBytesMost);
    const say = (message: HislipMessage): void => sockets.asynchronous.say(message);
    this.#answers = new AsyncAnswers({ address, clock, life: this.#life.signal, say });
  }

  /** Whether responses do not say what they answer. IVI-6.1, section 3.2. */
  get isOverlap(): boolean {
    return this.#responses.exchange.isOverlap;
  }

  /** @throws what ended the session; INSTRUMENT_ERROR or LINK_PROTOCOL for an Error; CANCELLED */
  async read(signal: AbortSignal): Promise<Chunk> {
    const chunk = this.#responses.read(signal);
    // What waits is taken at once, so there may be room again.
    this.#goOnReading();
    return await chunk;
  }

  /** @throws what ended the session; LINK_TIMEOUT, CANCELLED, which end it */
  async write(data: Uint8Array, end: boolean, signal: AbortSignal): Promise<void> {
    const pieces = this.#sizes.split(data);
    await this.#send(`a write to ${this.#options.address}`, signal, async () => {
      for (const [at, piece] of pieces.entries()) {
        const isEnd = end && at === pieces.length - 1;
        await this.#options.sockets.synchronous.send({ isEnd, ...this.#next() }, piece);
      }
    });
  }

  async trigger(signal: AbortSignal): Promise<void> {
    await this.#send(`a trigger of ${this.#options.address}`, signal, async () => {
      this.#options.sockets.synchronous.say({ type: 'Trigger', ...this.#next() });
    });
  }

  async readStatusByte(signal: AbortSignal): Promise<number> {
    this.#check(signal, 'a status query');
    const mark = this.#responses.exchange.statusQuery();
    const answer = await this.#answers.ask({ type: 'AsyncStatusQuery', ...mark }, signal);
    return 'status' in answer ? answer.status : 0;
  }

  async setRemote(request: RemoteLocal, signal: AbortSignal): Promise<void> {
    this.#check(signal, 'remote control');
    const control = remoteLocalCodes[request];
    const messageId = this.#responses.exchange.lastSent;
    await this.#answers.ask({ type: 'AsyncRemoteLocalControl', control, messageId }, signal);
  }

  /** IVI-6.1, section 6.12. One that fails or is taken back ends the session. */
  async clear(signal: AbortSignal): Promise<void> {
    const { address, clock, sockets } = this.#options;
    const what = `a device clear of ${address}`;
    this.#check(signal, what);
    if (this.#isClearing) throw twice(address, 'cleared');
    this.#isClearing = true;
    const late = () => tookTooLong(address, 'a device clear', hislipClearingMs);
    const signals = [this.#life.signal, signal];
    using wait = new BoundedWait({ clock, timeoutMs: hislipClearingMs, signals, what, late });
    try {
      // What is being sent is to be whole.
      if (this.#sending !== undefined) await raceAbort(this.#sending, wait.signal, what);
      this.#cleared = Promise.withResolvers<void>();
      const begun = { ...this.#clear.begin(), type: 'AsyncDeviceClear' } as const;
      this.#responses.begin(this.#responses.exchange);
      this.#goOnReading();
      await this.#answers.ask(begun, wait.signal, hislipClearingMs);
      const complete = this.#clear.acknowledged();
      if (complete !== undefined) sockets.synchronous.say(complete);
      await raceAbort(this.#cleared.promise, wait.signal, what);
    } catch (error) {
      this.fail(unfinished(address, 'device clear', error));
      throw error;
    } finally {
      this.#isClearing = false;
    }
  }

  /** What came on one of the connections. */
  hear(channel: HislipChannel, events: readonly HislipEvent[]): void {
    for (const event of events) {
      if (this.#life.signal.aborted) return;
      this.#take(channel, event);
    }
    if (channel === 'asynchronous') return;
    this.#responses.flush();
    if (this.#responses.isFull) this.#options.sockets.synchronous.pause();
  }

  ended(error: SignalboxError | undefined): void {
    this.fail(error ?? closedByServer(this.#options.address));
  }

  /** Ends it; what has come can still be read. May be called twice. */
  fail(error: SignalboxError): void {
    if (this.#life.signal.aborted) return;
    this.#responses.flush();
    this.#responses.fail(error);
    this.#life.abort(error);
    this.#options.sockets.synchronous.destroy();
    this.#options.sockets.asynchronous.destroy();
  }

  async close(reason: SignalboxError): Promise<void> {
    this.#responses.begin(this.#responses.exchange);
    this.fail(reason);
    const { synchronous, asynchronous } = this.#options.sockets;
    await Promise.all([synchronous.close(), asynchronous.close()]);
  }

  #take(channel: HislipChannel, event: HislipEvent): void {
    const { address, sockets } = this.#options;
    switch (event.kind) {
      case 'broken':
        sockets[channel].say({ type: 'FatalError', code: event.fatalCode, text: event.reason });
        this.fail(notHislip(address, event.reason));
        return;
      case 'refused':
        sockets[channel].complain({ type: 'Error', code: event.errorCode, text: event.reason });
        return;
      case 'message':
        if (channel === 'synchronous') this.#hearSynchronous(event.message);
        else this.#hearAsynchronous(event.message);
        return;
      default:
        if (!this.#clear.isUnderWay) this.#keepWhole(this.#responses.hear(event));
    }
  }

  #hearSynchronous(message: HislipMessage): void {
    switch (message.type) {
      case 'Interrupted':
        if (this.#clear.isUnderWay) return;
        if (this.#responses.exchange.interrupted()) this.#keepWhole(this.#responses.drop());
        this.#goOnSending();
        return;
      case 'DeviceClearAcknowledge': {
        const outcome = this.#clear.completed(message.features);
        if (outcome === undefined) break;
        this.#responses.begin(outcome.isOverlap ? new OverlapClient() : new SynchronousClient());
        this.#goOnSending();
        this.#cleared.resolve();
        return;
      }
      default:
        if (this.#hearError(message)) return;
    }
    this.#complain('synchronous', message);
  }

  #hearAsynchronous(message: HislipMessage): void {
    const event = this.#answers.take(message);
    switch (event?.type) {
      case undefined:
        return;
      case 'AsyncServiceRequest':
        this.#options.requested();
        return;
      case 'AsyncInterrupted':
        if (this.#clear.isUnderWay) return;
        if (this.#responses.exchange.asyncInterrupted()) this.#keepWhole(this.#responses.drop());
        this.#goOnSending();
        return;
      default:
        if (event !== undefined && !this.#hearError(event)) this.#complain('asynchronous', event);
    }
  }

  /** An Error fails one read, a FatalError the session. @returns whether it was one */
  #hearError(message: HislipMessage): boolean {
    if (message.type !== 'Error' && message.type !== 'FatalError') return false;
    const error = serverError(this.#options.address, message);
    if (message.type === 'FatalError') this.fail(error);
    else if (!this.#clear.isUnderWay) this.#responses.refuse(error);
    return true;
  }

  #complain(channel: HislipChannel, { type }: HislipMessage): void {
    const text = `nobody waits for ${type}`;
    this.#options.sockets[channel].complain({
      type: 'Error',
      code: hislipErrors.unidentified,
      text,
    });
  }

  /** The reader must not take the rest of another response for the rest of its own. */
  #keepWhole(isWhole: boolean): void {
    if (isWhole) return;
    const reason = 'the server broke off a response of which some was read already';
    this.fail(notHislip(this.#options.address, reason));
  }

  #next(): { readonly messageId: number; readonly rmtDelivered: boolean } {
    const mark = this.#responses.exchange.next();
    this.#responses.overtake();
    this.#goOnReading();
    return mark;
  }

  async #send(what: string, signal: AbortSignal, send: () => Promise<void>): Promise<void> {
    const { address } = this.#options;
    this.#check(signal, what);
    if (this.#sending !== undefined || this.#isClearing) throw twice(address, 'written');
    const sending = this.#whenAllowed(signal, what, send);
    this.#sending = sending.catch(() => {});
    try {
      await raceAbort(sending, signal, what);
    } catch (error) {
      // What ended the session meanwhile says more than the stream that it destroyed.
      const ended: unknown = this.#life.signal.reason;
      const failure = classifyLinkError(ended ?? error, address, 'network');
      this.fail(signal.aborted ? unfinished(address, 'write', failure) : failure);
      throw failure;
    } finally {
      this.#sending = undefined;
    }
  }

  /** Not between an Interrupted and its AsyncInterrupted: rule 4 of 3.1.2. */
  async #whenAllowed(signal: AbortSignal, what: string, send: () => Promise<void>): Promise<void> {
    if (!this.#responses.exchange.canSend) {
      const { address, clock } = this.#options;
      const late = () => tookTooLong(address, 'an interruption', hislipInterruptionMs);
      const signals = [this.#life.signal, signal];
      const timeoutMs = hislipInterruptionMs;
      using wait = new BoundedWait({ clock, timeoutMs, signals, what, late });
      while (!this.#responses.exchange.canSend) {
        await raceAbort(this.#mayGoOn.promise, wait.signal, what);
      }
    }
    await send();
  }

  #goOnSending(): void {
    this.#mayGoOn.resolve();
    this.#mayGoOn = Promise.withResolvers<void>();
  }

  #goOnReading(): void {
    if (!this.#responses.isFull) this.#options.sockets.synchronous.resume();
  }

  /** @throws CANCELLED, what ended the session */
  #check(signal: AbortSignal, what: string): void {
    throwIfCancelled(signal, what);
    throwIfCancelled(this.#life.signal, what);
  }
}

function twice(address: string, done: string): SignalboxError {
  return new SignalboxError('INTERNAL', `${address} is ${done} twice at the same time`);
}

function unfinished(address: string, what: string, cause: unknown): SignalboxError {
  return new SignalboxError(
    'LINK_COMMUNICATION',
    `${address} was closed after an unfinished ${what}`,
    {
      details: { address },
      cause,
    },
  );
}
