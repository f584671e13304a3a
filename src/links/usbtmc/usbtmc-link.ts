import {
  Emitter,
  raceAbort,
  SignalboxError,
  systemClock,
  throwIfCancelled,
} from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import {
  encodeUsbtmcMessage,
  encodeUsbtmcRequest,
  encodeUsbtmcTrigger,
  parseUsbtmcAnswer,
  usbtmcHeaderBytes,
  usbtmcTags,
} from '../../protocols/index.ts';
import type { RemoteLocal, UsbtmcAnswer, UsbtmcCapabilities } from '../../protocols/index.ts';
import { HeldByte } from '../held-byte.ts';
import { classifyLinkError } from '../link-error.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import { MessageBuffer } from '../message-buffer.ts';
import { Turns } from '../turns.ts';
import { bulkInBytes, UsbtmcControl } from './control.ts';
import { remoteSteps } from './remote-steps.ts';
import { StatusPolls } from './status-polls.ts';
import type { UsbtmcTransfers } from './transfers.ts';

/** How long a device may take to take a piece of a message. */
export const bulkOutMs = 4_000;

/** Longer messages are written in pieces. */
const outBytesMost = 262_144;

/** What one answer may have: with its head and filling it does not fill a transfer. */
const answerBytesMost: number = bulkInBytes - usbtmcHeaderBytes - 4;

/** A wait for an answer is made of waits that are no longer. */
const waitMsMost = 1_000;

/** More answers without a byte, or to requests that were given up, are no conversation. */
const idleAnswersMost = 100;

export interface UsbtmcLinkOptions {
  /** How the device is named: a VISA resource name says which it is. */
  readonly address: string;
  /** Makes a fresh way to the device. */
  readonly transfers: () => UsbtmcTransfers;
  /** @default systemClock */
  readonly clock?: Clock;
}

interface Asking {
  timeoutMs: number;
  isGivenUp: boolean;
  /** Of the request that waits for its answer. */
  tag: number | undefined;
  /** The device was asked to abort that request: whether it is at it. */
  abort?: { readonly tag: number; readonly isUnderWay: Promise<boolean> };
}

/**
 * An instrument on USB: USBTMC 1.0 with the USB488 subclass. Opening clears it (what was told and what
 * was to be said, no setting), so that nothing of an earlier user's is taken for ours.
 */
export class UsbtmcLink implements Link {
  readonly kind = 'message';
  readonly address: string;
  readonly #clock: Clock;
  readonly #transfers: UsbtmcTransfers;
  readonly #control: UsbtmcControl;
  readonly #polls: StatusPolls;
  readonly #received: MessageBuffer;
  readonly #turns = new Turns();
  readonly #tags = usbtmcTags();
  /** Requests that were given up, and may be answered all the same. */
  readonly #abandoned = new Set<number>();
  readonly #events: Emitter<{ serviceRequest: void }> = new Emitter();
  readonly #held = new HeldByte();
  #capabilities: UsbtmcCapabilities | undefined;
  #asking: Asking | undefined;
  #failure: SignalboxError | undefined;

  constructor(options: UsbtmcLinkOptions) {
    this.address = options.address;
    this.#clock = options.clock ?? systemClock;
    this.#transfers = options.transfers();
    this.#control = new UsbtmcControl(this.#transfers, this.address, this.#clock);
    this.#polls = new StatusPolls({
      transfers: this.#transfers,
      control: this.#control,
      clock: this.#clock,
      address: this.address,
      serviceRequested: () => this.#events.emit('serviceRequest', undefined),
      failed: (error) => this.#fail(error),
    });
    this.#received = new MessageBuffer(this.address);
  }

  async open(signal: AbortSignal): Promise<void> {
    const what = `opening ${this.address}`;
    throwIfCancelled(signal, what);
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await raceAbort(this.#transfers.open(signal), signal, what);
      const capabilities = await raceAbort(this.#control.capabilities(), signal, what);
      await raceAbort(this.#control.clear(), signal, what);
      if (this.#failure !== undefined) throw this.#failure;
      this.#capabilities = capabilities;
      this.#polls.start();
    } catch (error) {
      const failure = this.#failure ?? classifyLinkError(error, this.address);
      await this.close();
      throw failure;
    }
  }

  /** What nobody has read of an earlier reply is gone with this. */
  async write(
    data: Uint8Array,
    { end, signal }: { end: boolean; signal: AbortSignal },
  ): Promise<void> {
    await this.#idle(signal);
    const now = this.#held.next(data, end);
    const written = this.#turns.run(async () => await this.#writePieces(now, end, signal));
    try {
      await raceAbort(written, signal, `a write to ${this.address}`);
    } catch (error) {
      // How much of it has gone is unknown.
      this.#fail(
        new SignalboxError(
          'LINK_COMMUNICATION',
          `${this.address} was closed after an unfinished write`,
          { details: { address: this.address }, cause: error },
        ),
      );
      throw classifyLinkError(error, this.address);
    }
  }

  read(signal: AbortSignal): Promise<Chunk> {
    if (this.#capabilities === undefined) return Promise.reject(this.#notOpen());
    return this.#received.read(signal);
  }

  /** An instrument that stops in the middle of a reply fails the link: what follows has no owner. */
  askForReply(timeoutMs: number): void {
    if (this.#capabilities === undefined || this.#failure !== undefined) return;
    if (this.#asking !== undefined) {
      this.#asking.timeoutMs = timeoutMs;
      return;
    }
    const asking: Asking = { timeoutMs, isGivenUp: false, tag: undefined };
    this.#asking = asking;
    void this.#turns.run(async () => {
      try {
        await this.#readReply(asking);
      } catch (error) {
        this.#fail(classifyLinkError(error, this.address));
      }
      if (this.#asking === asking) this.#asking = undefined;
    });
  }

  async clear(signal: AbortSignal): Promise<void> {
    await this.#idle(signal);
    this.#held.clear();
    await this.#operate(async () => await this.#control.clear(), 'clearing', signal);
  }

  /** @throws INSTRUMENT_ERROR for a device that has no trigger */
  async trigger(signal: AbortSignal): Promise<void> {
    await this.#idle(signal);
    if (this.#capabilities?.hasTrigger !== true) throw this.#cannot('takes no trigger');
    await this.#operate(
      async () => await this.#send(encodeUsbtmcTrigger(this.#tags.next())),
      'triggering',
      signal,
    );
  }

  /** Also while a reply is due: the poll goes another way. */
  async readStatusByte(signal: AbortSignal): Promise<number> {
    if (this.#capabilities === undefined) throw this.#notOpen();
    return await raceAbort(this.#polls.read(), signal, `a status byte of ${this.address}`);
  }

  /**
   * USB488, 4.3.1: REN_CONTROL, GO_TO_LOCAL, LOCAL_LOCKOUT. A device with REN goes to remote with the
   * next message.
   * @throws INSTRUMENT_ERROR for a device that cannot
   */
  async setRemote(request: RemoteLocal, signal: AbortSignal): Promise<void> {
    await this.#idle(signal);
    if (this.#capabilities?.hasRemoteControl !== true) throw this.#cannot('has no remote control');
    const operation = async (): Promise<void> => {
      for (const { request: code, value } of remoteSteps[request]) {
        const asked = { request: code, recipient: 'interface', value, length: 1 } as const;
        this.#control.expectSuccess(await this.#control.ask(asked), `request ${code}`);
      }
    };
    await this.#operate(operation, 'remote control', signal);
  }

  onServiceRequest(listener: () => void): Disposable {
    return this.#events.on('serviceRequest', listener);
  }

  async close(): Promise<void> {
    this.#received.clear();
    this.#fail(
      new SignalboxError('LINK_COMMUNICATION', `${this.address} was closed`, {
        details: { address: this.address },
      }),
    );
    await this.#transfers.close();
    await this.#turns.over();
  }

  async #writePieces(data: Uint8Array, end: boolean, signal: AbortSignal): Promise<void> {
    for (let at = 0; at < data.length; at += outBytesMost) {
      throwIfCancelled(signal, `a write to ${this.address}`);
      const piece = data.subarray(at, at + outBytesMost);
      const tag = this.#tags.next();
      const isLast = at + outBytesMost >= data.length;
      await this.#send(encodeUsbtmcMessage(piece, { tag, end: end && isLast }), tag);
    }
  }

  /** @throws LINK_TIMEOUT, LINK_PROTOCOL; the device is left able to take the next message */
  async #send(message: Uint8Array, tag?: number): Promise<void> {
    const status = await this.#transfers.bulkOut(message, bulkOutMs);
    if (status === 'ok') return;
    const { address } = this;
    if (status === 'timeout') {
      if (tag !== undefined) await this.#control.abortOut(tag);
      throw new SignalboxError('LINK_TIMEOUT', `${address} took no bytes for ${bulkOutMs} ms`, {
        details: { address, bulkOutMs },
      });
    }
    await this.#transfers.clearHalt('bulk-out');
    throw this.#control.refusal('a message', 'a stall');
  }

  async #readReply(asking: Asking): Promise<void> {
    let hasPart = false;
    for (let idle = 0; idle < idleAnswersMost; idle += 1) {
      if (asking.isGivenUp) return;
      asking.tag = undefined;
      const tag = this.#tags.next();
      this.#abandoned.delete(tag);
      await this.#send(encodeUsbtmcRequest({ tag, most: answerBytesMost }));
      const answer = await this.#answerTo(tag, asking);
      if (answer === undefined) {
        await this.#abandon(tag, asking);
        if (hasPart && !asking.isGivenUp) throw this.#broken('a reply that stops in the middle');
        return;
      }
      this.#received.push(answer.data, answer.end);
      await this.#received.room();
      if (answer.end) return;
      if (answer.data.length === 0) continue;
      hasPart = true;
      idle = 0;
    }
    throw this.#broken(`${idleAnswersMost} answers without a byte`);
  }

  /** Undefined when none comes in time, or when nobody waits for it any more. */
  async #answerTo(
    tag: number,
    asking: Asking,
  ): Promise<Extract<UsbtmcAnswer, { kind: 'data' }> | undefined> {
    asking.tag = tag;
    const startMs = this.#clock.monotonic();
    for (let late = 0; late < idleAnswersMost;) {
      const leftMs = asking.timeoutMs - (this.#clock.monotonic() - startMs);
      if (asking.isGivenUp || leftMs <= 0) return undefined;
      const { status, data } = await this.#transfers.bulkIn(
        bulkInBytes,
        Math.min(leftMs, waitMsMost),
      );
      if (asking.isGivenUp) return undefined;
      if (status === 'timeout') continue;
      if (status === 'stall') {
        await this.#transfers.clearHalt('bulk-in');
        throw this.#control.refusal('a request for its reply', 'a stall');
      }
      const answer = parseUsbtmcAnswer(data);
      if (answer.kind === 'malformed') throw this.#broken(answer.reason);
      if (answer.data.length > answerBytesMost) throw this.#broken('more than was asked for');
      if (answer.tag === tag) return answer;
      if (!this.#abandoned.delete(answer.tag)) {
        throw this.#broken(`an answer to request ${answer.tag} instead of ${tag}`);
      }
      late += 1;
    }
    throw this.#broken(`${idleAnswersMost} late answers`);
  }

  /** The request is taken back; should its answer come all the same, it is nobody's. */
  async #abandon(tag: number, asking: Asking): Promise<void> {
    const wasAsked = asking.abort?.tag === tag;
    if (!wasAsked) asking.abort = { tag, isUnderWay: this.#control.initiateAbortIn(tag) };
    this.#abandoned.add(tag);
    if ((await asking.abort?.isUnderWay) !== true) return;
    // The device ends what it had begun with a short packet, which may have been read already.
    if (!wasAsked) await this.#transfers.bulkIn(bulkInBytes, waitMsMost);
    await this.#control.finishAbortIn();
  }

  #giveUpReply(): void {
    const asking = this.#asking;
    this.#asking = undefined;
    if (asking === undefined) return;
    asking.isGivenUp = true;
    if (asking.tag === undefined) return;
    // Ends the transfer that waits.
    const isUnderWay = this.#control.initiateAbortIn(asking.tag);
    isUnderWay.catch(() => {});
    asking.abort = { tag: asking.tag, isUnderWay };
  }

  async #idle(signal: AbortSignal): Promise<void> {
    const what = `a write to ${this.address}`;
    throwIfCancelled(signal, what);
    if (this.#capabilities === undefined) throw this.#notOpen();
    this.#giveUpReply();
    this.#received.clear();
    await this.#turns.over(signal, what);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #operate(run: () => Promise<void>, what: string, signal: AbortSignal): Promise<void> {
    try {
      await raceAbort(this.#turns.run(run), signal, `${what} ${this.address}`);
    } catch (error) {
      throw classifyLinkError(error, this.address);
    }
  }

  #fail(error: SignalboxError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#received.fail(error);
    this.#polls.fail(error);
    void this.#transfers.close();
  }

  #broken(what: string): SignalboxError {
    return new SignalboxError('LINK_PROTOCOL', `${this.address} sent ${what}`, {
      details: { address: this.address },
      nextStep: 'Switch the instrument off and on; the port comes back by itself.',
    });
  }

  #cannot(what: string): SignalboxError {
    return new SignalboxError('INSTRUMENT_ERROR', `${this.address} ${what}`, {
      details: { address: this.address },
    });
  }

  #notOpen(): SignalboxError {
    const { address } = this;
    return (
      this.#failure ??
      new SignalboxError('LINK_COMMUNICATION', `${address} is not open`, { details: { address } })
    );
  }
}

/** Makes links to one instrument on USB. */
export function usbtmcLinkFactory(options: UsbtmcLinkOptions): LinkFactory {
  return {
    address: options.address,
    kind: 'message',
    create: () => new UsbtmcLink(options),
  };
}
