import type * as Hislip from '../../../src/protocols/hislip/index.ts';
import type {
  HislipRequests,
  HislipClientClear,
  HislipClientExchange,
  HislipClientOpening,
  HislipChannel,
  HislipEvent,
  HislipMessage,
} from '../../../src/protocols/index.ts';
import { textBytes, textOf } from './hex.ts';

/** A client without sockets. */
export class PocketClient {
  readonly #hislip: typeof Hislip;
  readonly #opening: HislipClientOpening;
  readonly #clear: HislipClientClear;
  readonly #requests: HislipRequests;
  readonly #readers: Readonly<Record<HislipChannel, Hislip.HislipMessageReader>>;
  #exchange: HislipClientExchange | undefined;
  #isTaking = false;
  #text = '';
  /** A response that is whole and was not read by the application. */
  readonly #ready: { readonly text: string; readonly messageId: number }[] = [];
  readonly sent: Record<HislipChannel, Uint8Array[]> = { synchronous: [], asynchronous: [] };
  readonly faults: string[] = [];
  readonly #mayBeAvailable: boolean[] = [];
  /** The last status byte that was told. */
  status: number | undefined;

  constructor(hislip: typeof Hislip, wantsOverlap: boolean) {
    this.#hislip = hislip;
    this.#opening = new hislip.HislipClientOpening({ messageBytesMost: 4_096 });
    this.#clear = new hislip.HislipClientClear(wantsOverlap);
    this.#requests = new hislip.HislipRequests();
    this.#readers = {
      synchronous: new hislip.HislipMessageReader({ from: 'server', channel: 'synchronous' }),
      asynchronous: new hislip.HislipMessageReader({ from: 'server', channel: 'asynchronous' }),
    };
    this.#say('synchronous', this.#opening.start());
  }

  get isOpen(): boolean {
    return this.#exchange !== undefined;
  }

  get isOverlap(): boolean {
    return this.#exchange?.isOverlap === true;
  }

  get isClearing(): boolean {
    return this.#clear.isUnderWay;
  }

  /** Whether a status query and a device clear may still be asked for. */
  get canAsk(): boolean {
    return !this.isClearing && this.#requests.size < this.#hislip.hislipRequestsMost - 1;
  }

  get canSend(): boolean {
    return this.#exchange?.canSend === true && !this.#clear.isUnderWay;
  }

  take(channel: HislipChannel, bytes: Uint8Array): void {
    for (const event of this.#readers[channel].push(bytes)) this.#hear(event);
  }

  /** Sends a text in two messages, the second of which ends it. */
  send(text: string): void {
    const exchange = this.#exchange;
    if (exchange === undefined || !this.canSend) throw new Error('nothing may be sent');
    if (!exchange.isOverlap) this.#drop();
    const half = Math.floor(text.length / 2);
    for (const [part, isEnd] of [
      [text.slice(0, half), false],
      [text.slice(half), true],
    ] as const) {
      const data = { ...exchange.next(), isEnd, payloadBytes: part.length };
      this.sent.synchronous.push(this.#hislip.encodeHislipData(data), textBytes(part));
    }
  }

  trigger(): void {
    const exchange = this.#exchange;
    if (exchange === undefined || !this.canSend) throw new Error('nothing may be sent');
    if (!exchange.isOverlap) this.#drop();
    this.#say('synchronous', { type: 'Trigger', ...exchange.next() });
  }

  /** The application reads: a whole response, if one is there. */
  read(): string | undefined {
    const response = this.#ready.shift();
    if (response !== undefined) this.#exchange?.delivered(response.messageId, true);
    return response?.text;
  }

  /** @param mayBeAvailable whether the status byte may say that a message is available */
  askStatus(mayBeAvailable: boolean): void {
    const query = this.#exchange?.statusQuery();
    if (query === undefined) return;
    this.status = undefined;
    this.#mayBeAvailable.push(mayBeAvailable);
    this.#requests.add('AsyncStatusQuery');
    this.#say('asynchronous', { type: 'AsyncStatusQuery', ...query });
  }

  clear(): void {
    this.#requests.add('AsyncDeviceClear');
    this.#say('asynchronous', this.#clear.begin());
  }

  #hear(event: HislipEvent): void {
    if (event.kind === 'refused' || event.kind === 'broken') this.faults.push(event.reason);
    else if (event.kind === 'message') this.#hearMessage(event.message);
    else if (event.kind === 'piece') {
      if (this.#isTaking) this.#text += textOf(event.bytes);
    } else if (event.kind === 'begin') {
      const verdict = this.#exchange?.arriving(event.data.messageId);
      this.#isTaking = verdict === 'take' && !this.#clear.isUnderWay;
      if (!this.#isTaking) this.#text = '';
    } else if (this.#isTaking) {
      this.#isTaking = false;
      const { isEnd, messageId } = event.data;
      if (!isEnd) {
        this.#exchange?.delivered(messageId, false);
        return;
      }
      this.#ready.push({ text: this.#text, messageId });
      this.#text = '';
    }
  }

  #hearMessage(message: HislipMessage): void {
    if (this.#exchange === undefined) {
      const step = this.#opening.take(message);
      if (step.kind === 'send') this.#say(step.on, step.message);
      else this.#begin(step.session.isOverlap);
      return;
    }
    switch (message.type) {
      case 'Interrupted':
        if (this.#exchange.interrupted()) this.#drop();
        return;
      case 'DeviceClearAcknowledge': {
        const completed = this.#clear.completed(message.features);
        if (completed === undefined) this.faults.push('DeviceClearAcknowledge');
        else this.#begin(completed.isOverlap);
        return;
      }
      default:
        this.#hearAsync(message, this.#exchange);
    }
  }

  #hearAsync(message: HislipMessage, exchange: HislipClientExchange): void {
    const arrival = this.#requests.take(message);
    if (arrival.kind === 'event') {
      if (exchange.asyncInterrupted()) this.#drop();
    } else if (arrival.kind !== 'answer') this.faults.push(`${arrival.kind} ${message.type}`);
    else if (message.type === 'AsyncStatusResponse') {
      this.status = message.status;
      if (this.#mayBeAvailable.shift() !== true && message.status !== 0) {
        this.faults.push('a message that cannot be available');
      }
    } else if (message.type === 'AsyncDeviceClearAcknowledge') {
      const next = this.#clear.acknowledged();
      if (next !== undefined) this.#say('synchronous', next);
    }
  }

  #begin(isOverlap: boolean): void {
    const { OverlapClient, SynchronousClient } = this.#hislip;
    this.#exchange = isOverlap ? new OverlapClient() : new SynchronousClient();
    this.#drop();
  }

  #drop(): void {
    this.#ready.length = 0;
    this.#text = '';
    this.#isTaking = false;
  }

  #say(channel: HislipChannel, message: HislipMessage): void {
    this.sent[channel].push(this.#hislip.encodeHislip(message));
  }
}
