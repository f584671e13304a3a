import { ManualClock } from '../../../src/kernel/index.ts';
import type * as Hislip from '../../../src/protocols/hislip/index.ts';
import type {
  HislipChannel,
  HislipEvent,
  HislipMessage,
  HislipSessions,
  HislipServerClear,
  HislipServerExchange,
  HislipServiceRequests,
} from '../../../src/protocols/index.ts';
import { textBytes, textOf } from './hex.ts';

interface Response {
  readonly messageId: number;
  readonly pieces: string[];
  isInterrupted: boolean;
}

/** A server without sockets: it answers every text that ends with a question mark. */
export class PocketServer {
  readonly #hislip: typeof Hislip;
  readonly #sessions: HislipSessions;
  readonly #clear: HislipServerClear;
  readonly #services: HislipServiceRequests;
  readonly #inbox: { readonly messageId: number; readonly text: string }[] = [];
  readonly #readers: Readonly<Record<HislipChannel, Hislip.HislipMessageReader>>;
  #exchange: HislipServerExchange;
  #response: Response | undefined;
  #sessionId = -1;
  #text = '';
  /** What goes out and was not delivered. */
  readonly sent: Record<HislipChannel, Uint8Array[]> = { synchronous: [], asynchronous: [] };
  /** How many responses nobody read, as the application would hear of them. */
  interrupted = 0;
  /** Everything that was wrong with what came. */
  readonly faults: string[] = [];

  constructor(hislip: typeof Hislip, prefersOverlap: boolean) {
    const clock = new ManualClock();
    this.#hislip = hislip;
    this.#sessions = new hislip.HislipSessions({ sessionsMost: 1, prefersOverlap, clock });
    this.#clear = new hislip.HislipServerClear({ canOverlap: true, prefersOverlap, clock });
    this.#services = new hislip.HislipServiceRequests();
    this.#exchange = this.#begin(prefersOverlap);
    this.#readers = {
      synchronous: new hislip.HislipMessageReader({ from: 'client' }),
      asynchronous: new hislip.HislipMessageReader({ from: 'client' }),
    };
  }

  take(channel: HislipChannel, bytes: Uint8Array): void {
    for (const event of this.#readers[channel].push(bytes)) this.#hear(channel, event);
  }

  /** Whether there is something to carry out. */
  get isBusy(): boolean {
    return this.#inbox.length > 0 || this.#response !== undefined;
  }

  /** Carries out the oldest message, or sends a piece of the response that it has. */
  step(): void {
    if (this.#response !== undefined) {
      this.#respond(this.#response);
      return;
    }
    const message = this.#inbox.shift();
    if (message === undefined) return;
    this.#exchange.carriedOut(message.messageId);
    if (!message.text.endsWith('?')) return;
    const answer = answerTo(message.text);
    const half = Math.ceil(answer.length / 2);
    const pieces = [answer.slice(0, half), answer.slice(half)];
    this.#response = { messageId: message.messageId, pieces, isInterrupted: false };
  }

  #respond(response: Response): void {
    const { messageId, pieces } = response;
    const piece = pieces.shift() ?? '';
    const isEnd = pieces.length === 0;
    const verdict = this.#exchange.offer(messageId, isEnd);
    if (isEnd) this.#response = undefined;
    if (verdict.kind === 'send') {
      const head = { isEnd, messageId: verdict.messageId, rmtDelivered: false };
      const data = { ...head, payloadBytes: piece.length };
      this.sent.synchronous.push(this.#hislip.encodeHislipData(data), textBytes(piece));
    } else if (verdict.kind === 'interrupted') {
      this.interrupted += 1;
      if (response.isInterrupted) this.faults.push('interrupted twice');
      response.isInterrupted = true;
      this.#say('asynchronous', verdict.asynchronous);
      this.#say('synchronous', verdict.synchronous);
    }
  }

  #hear(channel: HislipChannel, event: HislipEvent): void {
    if (event.kind === 'refused' || event.kind === 'broken') this.faults.push(event.reason);
    else if (event.kind === 'message') this.#answer(channel, event.message);
    else if (this.#clear.isUnderWay) this.#text = '';
    else if (event.kind === 'begin') this.#receive(event.data);
    else if (event.kind === 'piece') this.#text += textOf(event.bytes);
    else if (event.data.isEnd) {
      this.#inbox.push({ messageId: event.data.messageId, text: this.#text });
      this.#text = '';
    }
  }

  #receive(mark: Hislip.HislipMark): void {
    const verdict = this.#exchange.received(mark);
    if (verdict === 'unread-response') this.interrupted += 1;
    if (verdict === 'nothing-to-deliver') this.faults.push(verdict);
  }

  #answer(channel: HislipChannel, message: HislipMessage): void {
    switch (message.type) {
      case 'Initialize': {
        const opening = this.#sessions.open(message);
        if (opening.kind === 'accepted') this.#sessionId = opening.session.id;
        return this.#say(channel, opening.answer);
      }
      case 'AsyncInitialize':
        return this.#say(channel, this.#sessions.attach(message.sessionId).answer);
      case 'AsyncMaximumMessageSize':
        return this.#say(channel, { type: 'AsyncMaximumMessageSizeResponse', bytes: 4_096 });
      case 'AsyncStatusQuery': {
        const available = this.#exchange.isMessageAvailable(message);
        return this.#say(channel, this.#services.answer(0, available));
      }
      case 'AsyncDeviceClear':
        this.#exchange.abandon();
        this.#inbox.length = 0;
        this.#response = undefined;
        this.#text = '';
        return this.#say(channel, this.#clear.begin());
      case 'DeviceClearComplete': {
        const outcome = this.#clear.complete(message.features);
        if (outcome.kind === 'cleared') this.#exchange = this.#begin(outcome.isOverlap);
        return this.#say(channel, outcome.answer);
      }
      case 'Trigger':
        if (this.#clear.isUnderWay) return;
        this.#receive(message);
        this.#inbox.push({ messageId: message.messageId, text: '' });
        return;
      default:
        this.faults.push(`${message.type} in session ${this.#sessionId}`);
    }
  }

  #begin(isOverlap: boolean): HislipServerExchange {
    const { OverlapExchange, SynchronousExchange } = this.#hislip;
    return isOverlap ? new OverlapExchange() : new SynchronousExchange();
  }

  #say(channel: HislipChannel, message: HislipMessage): void {
    this.sent[channel].push(this.#hislip.encodeHislip(message));
  }
}

/** What the server says to a query. */
export function answerTo(text: string): string {
  return `${text}=${text.length}`;
}
