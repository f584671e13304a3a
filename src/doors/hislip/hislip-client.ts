import { asSignalboxError, lifeController } from '../../kernel/index.ts';
import type { Clock, Owner, SignalboxError, Timer } from '../../kernel/index.ts';
import {
  describeHislipFatal,
  hislipClearMs,
  hislipDeviceErrorFirst,
  hislipErrors,
  hislipFatal,
  hislipMessageIds,
  HislipMessageSizes,
  HislipServerClear,
  HislipServiceRequests,
  remoteLocalOf,
  OverlapExchange,
  SynchronousExchange,
} from '../../protocols/index.ts';
import type {
  HislipChannel,
  HislipData,
  HislipEvent,
  HislipLockRequest,
  HislipMark,
  HislipMessage,
  HislipServerExchange,
} from '../../protocols/index.ts';
import { linesWaitMs, MessageSession } from '../../sessions/index.ts';
import type { OutputPart } from '../../sessions/index.ts';
import { ClientLocks } from '../client-locks.ts';
import type { ClientOwner } from '../client-owner.ts';
import { DeviceActions } from '../device-actions.ts';
import type { MessageDevice } from '../message-device.ts';
import { CarriedOut } from './carried-out.ts';
import type { HearHislip, HislipConnection } from './hislip-connection.ts';
import { HislipLocks } from './hislip-locks.ts';

/** A client that asks for the status byte while others have the instrument waits so long at most. */
export const statusWaitMs = 1_000;
/** So many status queries and remote/local requests of one client wait to be answered; more are refused. */
export const laterMost = 32;

const noBytes = new Uint8Array();

export interface HislipClientOptions {
  readonly device: MessageDevice;
  readonly client: ClientOwner;
  readonly clock: Clock;
  readonly synchronous: HislipConnection;
  readonly failed: (owner: Owner, label: string, error: unknown) => void;
  /** Told when one of its connections has ended. */
  readonly gone: () => void;
}

/** One client of an instrument over HiSLIP, with its two connections. IVI-6.1. */
export class HislipClient {
  readonly #options: HislipClientOptions;
  readonly #life = lifeController();
  readonly #session: MessageSession;
  readonly #actions: DeviceActions;
  readonly #requests: Disposable;
  readonly #locks: ClientLocks;
  readonly #lockRequests: HislipLocks;
  readonly #carriedOut: CarriedOut;
  readonly #sizes = new HislipMessageSizes();
  readonly #clear: HislipServerClear;
  readonly #services = new HislipServiceRequests();
  #exchange: HislipServerExchange = new SynchronousExchange();
  #asynchronous: HislipConnection | undefined;
  /** Whether a piece of a response waits until the client takes more. */
  #isSending = false;
  /** Status queries and remote/local, one after the other. Never rejects. */
  #work: Promise<void> = Promise.resolve();
  #latecomers = 0;
  /** Ends a device clear that its client does not complete. */
  #clearing: Timer | undefined;
  #newest = 0;
  /** The last message that is carried out but for the responses that are due. */
  #written: number = hislipMessageIds.none;
  /** What came last of a message, and was not passed on. */
  #piece: Uint8Array = noBytes;

  constructor(options: HislipClientOptions) {
    this.#options = options;
    const { device, client, clock, synchronous, failed } = options;
    const { instrument, protocol } = device;
    const { owner } = client;
    this.#locks = new ClientLocks({ instrument, by: owner, clock, gone: this.#life.signal });
    this.#carriedOut = new CarriedOut(clock, this.#life.signal);
    this.#lockRequests = new HislipLocks({
      locks: this.#locks,
      untilCarriedOut: async (messageId) => await this.#untilCarriedOut(messageId),
      failed: (error) => failed(owner, 'a lock', error),
    });
    this.#session = new MessageSession({
      port: instrument.port,
      protocol,
      by: owner,
      clock,
      // What interrupts what is decided by the exchange, which knows what the client has read.
      mode: 'overlapped',
      waitMs: linesWaitMs,
      lease: () => this.#locks.lease,
      responded: () => this.#respond(),
      faulty: (error) => failed(owner, 'a response', error),
    });
    this.#actions = new DeviceActions(device, this.#session);
    this.#requests = device.serviceRequests.subscribe((status) => this.#requestService(status));
    this.#clear = new HislipServerClear({ canOverlap: true, clock });
    synchronous.socket.once('close', () => void this.close());
  }

  get owner(): Owner {
    return this.#options.client.owner;
  }

  /** Whether a connection comes from where this client is. */
  isAt({ socket }: HislipConnection): boolean {
    return socket.remoteAddress === this.#options.synchronous.socket.remoteAddress;
  }

  /** Its second connection has come. */
  attach(asynchronous: HislipConnection): void {
    this.#asynchronous = asynchronous;
    asynchronous.socket.once('close', () => void this.close());
  }

  /** Something came on one of its connections. Never fails: what it cannot take ends the session. */
  hear: HearHislip<[channel: HislipChannel]> = (event, channel) => {
    if (this.#life.signal.aborted) return undefined;
    const failed = (error: unknown): void => {
      this.#options.failed(this.owner, 'a message', error);
      this.fatal(hislipFatal.unidentified, asSignalboxError(error).message);
    };
    try {
      return this.#hear(channel, event)?.catch(failed);
    } catch (error) {
      failed(error);
      return undefined;
    }
  };

  #hear(channel: HislipChannel, event: HislipEvent): Promise<void> | undefined {
    if (this.#asynchronous === undefined) {
      this.fatal(hislipFatal.channelMissing, 'the asynchronous channel is not open');
      return undefined;
    }
    switch (event.kind) {
      case 'broken':
        this.fatal(event.fatalCode, event.reason);
        return undefined;
      case 'refused':
        this.#say(channel, { type: 'Error', code: event.errorCode, text: event.reason });
        return undefined;
      case 'message':
        return this.#answer(channel, event.message);
      default:
        return this.#clear.isUnderWay ? undefined : this.#hearData(event);
    }
  }

  /** Says that the session is over, on both connections, and ends them. */
  fatal(code: number, reason: string): void {
    const text = `${describeHislipFatal(code)}: ${reason}`;
    this.#options.synchronous.end({ type: 'FatalError', code, text });
    this.#asynchronous?.end({ type: 'FatalError', code, text });
    void this.close(false);
  }

  /** Ends it: locks are released, what is in line is taken back. May be called twice. */
  async close(isAtOnce = true): Promise<void> {
    if (!this.#life.signal.aborted) {
      this.#life.abort();
      this.#requests[Symbol.dispose]();
      this.#clearing?.cancel();
      this.#options.client.leave();
      this.#options.gone();
    }
    if (isAtOnce) {
      this.#options.synchronous.socket.destroy();
      this.#asynchronous?.socket.destroy();
    }
    await this.#session.close();
  }

  #hearData(
    event: Extract<HislipEvent, { kind: 'begin' | 'piece' | 'end' }>,
  ): Promise<void> | undefined {
    switch (event.kind) {
      case 'begin':
        this.#received(event.data);
        return undefined;
      case 'piece': {
        // The last piece goes with the end of its message, which follows.
        const before = this.#piece;
        this.#piece = event.bytes;
        return before.length > 0 ? this.#write(before, false) : undefined;
      }
      case 'end':
        return this.#ended(event.data);
    }
  }

  #received(mark: HislipMark): void {
    this.#newest = mark.messageId;
    this.#exchange.received(mark);
  }

  async #ended({ isEnd, messageId }: HislipData): Promise<void> {
    const last = this.#piece;
    this.#piece = noBytes;
    await this.#write(last, isEnd);
    this.#carryOut(messageId);
  }

  /** Messages go in line as they come; what they come to is told as it comes. */
  async #write(bytes: Uint8Array, isEnd: boolean): Promise<void> {
    try {
      await this.#session.write(bytes, isEnd, { tag: this.#newest });
    } catch (error) {
      this.#tellFailure(asSignalboxError(error));
    }
  }

  /** Sends what there is of responses, as the client takes it. */
  #respond(): void {
    if (this.#isSending) return;
    const bytesMost = this.#sizes.payloadBytesMost;
    for (
      let output = this.#session.take({ bytesMost });
      output !== undefined;
      output = this.#session.take({ bytesMost })
    ) {
      const untilTaken =
        'error' in output ? this.#tellFailed(output.error, output.tag) : this.#offer(output);
      if (untilTaken === undefined) continue;
      this.#isSending = true;
      void untilTaken.then(() => {
        this.#isSending = false;
        this.#respond();
      });
      return;
    }
    this.#markCarriedOut();
  }

  #offer({ data, isEnd, tag }: OutputPart): Promise<void> | undefined {
    const verdict = this.#exchange.offer(tag, isEnd);
    if (verdict.kind === 'send') {
      return this.#options.synchronous.send({ isEnd, messageId: verdict.messageId }, data);
    }
    if (verdict.kind === 'interrupted') {
      this.#say('asynchronous', verdict.asynchronous);
      this.#say('synchronous', verdict.synchronous);
    }
    return undefined;
  }

  /** A query came to nothing. Nobody waits for one that was overtaken by a newer message. */
  #tellFailed(error: SignalboxError, tag: number): undefined {
    if (this.#exchange.isOverlap || tag === this.#newest) this.#tellFailure(error);
  }

  #tellFailure(error: SignalboxError): void {
    if (this.#life.signal.aborted || this.#clear.isUnderWay) return;
    this.#options.failed(this.owner, 'a message', error);
    const text = `${error.code}: ${error.message}`;
    this.#say('synchronous', { type: 'Error', code: hislipDeviceErrorFirst, text });
  }

  async #answer(channel: HislipChannel, message: HislipMessage): Promise<void> {
    switch (message.type) {
      case 'Trigger':
        if (this.#clear.isUnderWay) return;
        this.#received(message);
        await this.#trigger();
        this.#carryOut(message.messageId);
        return;
      case 'DeviceClearComplete':
        this.#cleared(message.features);
        return;
      case 'AsyncDeviceClear':
        this.#beginClear();
        return;
      case 'AsyncMaximumMessageSize':
        this.#sizes.agree(message.bytes);
        this.#say(channel, {
          type: 'AsyncMaximumMessageSizeResponse',
          bytes: this.#sizes.ownBytesMost,
        });
        return;
      case 'AsyncStatusQuery':
        this.#later(async () => await this.#tellStatus(message));
        return;
      case 'AsyncLock':
        // While it waits for a lock, a client may ask for its status, or clear.
        void this.#lock(message.request);
        return;
      case 'AsyncLockInfo':
        this.#say(channel, { type: 'AsyncLockInfoResponse', ...this.#locks.holders() });
        return;
      case 'AsyncRemoteLocalControl':
        this.#later(async () => {
          await this.#untilCarriedOut(message.messageId);
          await this.#setRemote(message.control);
          this.#say(channel, { type: 'AsyncRemoteLocalResponse' });
        });
        return;
      default: {
        const text = `a client sends no ${message.type} here`;
        this.#say(channel, { type: 'Error', code: hislipErrors.unidentified, text });
      }
    }
  }

  /** Does something in the order in which it was asked, while a lock or a device clear need not wait. */
  #later(work: () => Promise<void>): void {
    if (this.#latecomers >= laterMost) {
      const text = `${laterMost} requests wait for their answers`;
      this.#say('asynchronous', { type: 'Error', code: hislipErrors.unidentified, text });
      return;
    }
    this.#latecomers += 1;
    this.#work = this.#work
      .then(work)
      .catch((error: unknown) => this.#options.failed(this.owner, 'a request', error))
      .then(() => void (this.#latecomers -= 1));
  }

  async #lock(request: HislipLockRequest): Promise<void> {
    const code = await this.#lockRequests.answer(request);
    this.#say('asynchronous', { type: 'AsyncLockResponse', code });
  }

  async #trigger(): Promise<void> {
    try {
      await this.#actions.trigger({ tag: this.#newest });
    } catch (error) {
      this.#tellFailure(asSignalboxError(error));
    }
  }

  /** What the instrument says of itself, and what waits here. What it does not say in time is 0. */
  async #tellStatus(mark: HislipMark): Promise<void> {
    const available = this.#exchange.isMessageAvailable(mark);
    const late = new AbortController();
    const timer = this.#options.clock.schedule(statusWaitMs, () => late.abort());
    let status = 0;
    try {
      status = await this.#actions.readStatusByte({
        waitMs: statusWaitMs,
        signal: AbortSignal.any([this.#life.signal, late.signal]),
      });
    } catch (error) {
      this.#options.failed(this.owner, 'a status query', error);
    } finally {
      timer.cancel();
    }
    this.#say('asynchronous', this.#services.answer(status, available));
  }

  #requestService(status: number): void {
    const message = this.#services.request(status);
    if (message !== undefined) this.#say('asynchronous', message);
  }

  async #setRemote(control: number): Promise<void> {
    try {
      const request = remoteLocalOf(control);
      if (request !== undefined) await this.#actions.setRemote(request);
    } catch (error) {
      this.#options.failed(this.owner, 'remote or local', error);
    }
  }

  #beginClear(): void {
    this.#exchange.abandon();
    this.#piece = noBytes;
    this.#locks.cancelWaits();
    this.#services.clear();
    // What is on the wire ends by itself, and whoever asks next waits behind it.
    void this.#clearDevice();
    this.#say('asynchronous', this.#clear.begin());
    this.#clearing?.cancel();
    this.#clearing = this.#options.clock.schedule(hislipClearMs, () => {
      if (this.#clear.isOverdue)
        this.fatal(hislipFatal.unidentified, 'a device clear was not completed');
    });
  }

  async #clearDevice(): Promise<void> {
    try {
      await this.#actions.clear();
    } catch (error) {
      this.#options.failed(this.owner, 'a device clear', error);
    }
  }

  #cleared(features: number): void {
    this.#clearing?.cancel();
    const outcome = this.#clear.complete(features);
    if (outcome.kind === 'cleared') {
      this.#exchange = outcome.isOverlap ? new OverlapExchange() : new SynchronousExchange();
      this.#newest = 0;
      this.#written = hislipMessageIds.none;
    }
    this.#say('synchronous', outcome.answer);
  }

  #carryOut(messageId: number): void {
    this.#written = messageId;
    this.#markCarriedOut();
  }

  #markCarriedOut(): void {
    if (this.#session.isResponding || this.#session.isMessageAvailable) return;
    this.#exchange.carriedOut(this.#written);
    this.#carriedOut.advanced();
  }

  async #untilCarriedOut(messageId: number): Promise<void> {
    await this.#carriedOut.until(() => this.#exchange.isCarriedOut(messageId));
  }

  #say(channel: HislipChannel, message: HislipMessage): void {
    if (channel === 'synchronous') this.#options.synchronous.say(message);
    else this.#asynchronous?.say(message);
  }
}
