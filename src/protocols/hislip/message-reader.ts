import { ByteGatherer } from '../byte-gatherer.ts';
import { hislipErrors, hislipFatal } from './codes.ts';
import { decodeHislipHeader, hislipHeaderBytes, mayBeginHeader } from './header.ts';
import type { HislipHeader } from './header.ts';
import type { HislipData, HislipMessage } from './message.ts';
import {
  channelOf,
  describeHislipType,
  firstVendorType,
  hislipTypeName,
  hislipTypes,
  isKnownType,
  isSentBy,
} from './message-types.ts';
import type { HislipChannel, HislipSide } from './message-types.ts';
import { parseHislip, parseHislipData } from './parse-message.ts';
import type { HislipRefusal } from './parse-message.ts';

/** The payload of a message other than Data and DataEnd is at most so long. */
export const hislipControlBytesMost = 1_024;

/** What a reader found in a stream. */
export type HislipEvent =
  | { readonly kind: 'message'; readonly message: HislipMessage }
  /** A Data or DataEnd begins; `piece`s follow, then its `end`. */
  | { readonly kind: 'begin'; readonly data: HislipData }
  /** Some of its payload: a view of the chunk, good until the chunk is used again. */
  | { readonly kind: 'piece'; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly data: HislipData }
  /** A message that is passed over, to be answered by an Error with this code. */
  | HislipRefusal
  /** The stream cannot be followed any more: a FatalError with this code ends the session. */
  | { readonly kind: 'broken'; readonly fatalCode: number; readonly reason: string };

export interface HislipReaderOptions {
  /** Whose messages these are. */
  readonly from: HislipSide;
  /** Which connection this is. @default the one that a client's first message makes it */
  readonly channel?: HislipChannel;
  /** Longer payloads of Data and DataEnd are passed over. @default Number.MAX_SAFE_INTEGER */
  readonly dataBytesMost?: number;
}

interface Inside {
  readonly header: HislipHeader;
  readonly payload: 'streamed' | 'gathered' | 'skipped';
  /** How many bytes are still to come. */
  left: number;
}

/**
 * Finds the messages in one connection of a session. Payloads of Data and DataEnd are handed on as they
 * come; nothing is ever as big as a length on the wire says. What HiSLIP 1.0 does not know, what is
 * on the wrong connection and what is too long is passed over; what does not begin with HS, or has a
 * length above `Number.MAX_SAFE_INTEGER`, breaks the stream for good. IVI-6.1, sections 6.2 and 6.3.
 */
export class HislipMessageReader {
  readonly #options: HislipReaderOptions;
  readonly #header = new Uint8Array(hislipHeaderBytes);
  readonly #gathered = new ByteGatherer();
  #headerBytes = 0;
  #channel: HislipChannel | undefined;
  #inside: Inside | undefined;
  #isBroken = false;

  constructor(options: HislipReaderOptions) {
    this.#options = options;
    this.#channel = options.channel;
  }

  /** Which connection this is, once that is known. */
  get channel(): HislipChannel | undefined {
    return this.#channel;
  }

  /** Whether a message has begun and is not complete. */
  get isInside(): boolean {
    return this.#headerBytes > 0 || this.#inside !== undefined;
  }

  /** Whether the stream broke: nothing more is found in it. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Takes the next bytes. Never throws. */
  push(chunk: Uint8Array): HislipEvent[] {
    const events: HislipEvent[] = [];
    let rest = chunk;
    while (rest.length > 0 && !this.#isBroken) {
      const inside = this.#inside;
      rest =
        inside === undefined ? this.#takeHeader(rest, events) : this.#take(inside, rest, events);
    }
    return events;
  }

  #takeHeader(bytes: Uint8Array, events: HislipEvent[]): Uint8Array {
    // Most come whole.
    const whole = this.#headerBytes === 0 ? decodeHislipHeader(bytes) : undefined;
    if (whole !== undefined) {
      this.#begin(whole, events);
      return bytes.subarray(hislipHeaderBytes);
    }
    const taken = bytes.subarray(0, hislipHeaderBytes - this.#headerBytes);
    this.#header.set(taken, this.#headerBytes);
    this.#headerBytes += taken.length;
    if (!mayBeginHeader(this.#header.subarray(0, this.#headerBytes))) {
      this.#break(hislipFatal.poorHeader, 'a message does not begin with HS', events);
    } else if (this.#headerBytes === hislipHeaderBytes) {
      this.#headerBytes = 0;
      const header = decodeHislipHeader(this.#header);
      if (header !== undefined) this.#begin(header, events);
    }
    return bytes.subarray(taken.length);
  }

  #begin(header: HislipHeader, events: HislipEvent[]): void {
    const { type, payloadBytes } = header;
    if (payloadBytes > Number.MAX_SAFE_INTEGER) {
      const reason = `no ${describeHislipType(type)} has more than 2^53 bytes`;
      this.#break(hislipFatal.poorHeader, reason, events);
      return;
    }
    if (this.#options.from === 'client' && !this.#isInSequence(type)) {
      const reason = `${describeHislipType(type)} where ${this.#channel === undefined ? 'a session begins' : 'a session has begun'}`;
      this.#break(hislipFatal.invalidInitialization, reason, events);
      return;
    }
    const refusal = this.#refusalOf(header);
    if (refusal !== undefined) events.push(refusal);
    const isData = isDataType(type);
    const payload = refusal === undefined ? (isData ? 'streamed' : 'gathered') : 'skipped';
    const inside: Inside = { header, payload, left: payloadBytes };
    if (payload === 'streamed') events.push({ kind: 'begin', data: parseHislipData(header) });
    this.#inside = inside;
    if (payloadBytes === 0) this.#finish(inside, events);
  }

  /** A client's connection begins with one of the two initializations, and has no second. */
  #isInSequence(type: number): boolean {
    const opens =
      type === hislipTypes.Initialize
        ? 'synchronous'
        : type === hislipTypes.AsyncInitialize
          ? 'asynchronous'
          : undefined;
    if (this.#channel !== undefined) return opens === undefined;
    this.#channel = opens;
    return opens !== undefined;
  }

  #refusalOf({ type, payloadBytes }: HislipHeader): HislipRefusal | undefined {
    const name = describeHislipType(type);
    if (type >= firstVendorType) {
      return refusal(hislipErrors.unrecognizedVendorMessage, `${name} is not known here`);
    }
    if (!isKnownType(type)) {
      return refusal(hislipErrors.unrecognizedType, `${name} is not of HiSLIP 1.0, spoken here`);
    }
    const known = hislipTypeName(type);
    const belongs = known === undefined ? undefined : channelOf(known);
    if (belongs !== undefined && this.#channel !== undefined && belongs !== this.#channel) {
      const reason = `${name} belongs on the ${belongs} channel`;
      return refusal(hislipErrors.unrecognizedType, reason);
    }
    if (known !== undefined && !isSentBy(known, this.#options.from)) {
      return refusal(hislipErrors.unrecognizedType, `a ${this.#options.from} sends no ${name}`);
    }
    const { dataBytesMost = Number.MAX_SAFE_INTEGER } = this.#options;
    const most = isDataType(type) ? dataBytesMost : hislipControlBytesMost;
    if (payloadBytes <= most) return undefined;
    const reason = `${name} with ${payloadBytes} bytes; at most ${most} are taken`;
    return refusal(hislipErrors.messageTooLarge, reason);
  }

  #take(inside: Inside, bytes: Uint8Array, events: HislipEvent[]): Uint8Array {
    const taken = bytes.subarray(0, inside.left);
    inside.left -= taken.length;
    if (inside.payload === 'streamed') events.push({ kind: 'piece', bytes: taken });
    // A copy: the link may use the bytes of a chunk again.
    else if (inside.payload === 'gathered') this.#gathered.add(new Uint8Array(taken));
    if (inside.left === 0) this.#finish(inside, events);
    return bytes.subarray(taken.length);
  }

  #finish({ header, payload }: Inside, events: HislipEvent[]): void {
    this.#inside = undefined;
    if (payload === 'streamed') events.push({ kind: 'end', data: parseHislipData(header) });
    if (payload !== 'gathered') return;
    const parsed = parseHislip(header, this.#gathered.take());
    if (parsed.kind === 'refused' && header.type === hislipTypes.Initialize) {
      this.#break(hislipFatal.invalidInitialization, parsed.reason, events);
    } else events.push(parsed);
  }

  #break(fatalCode: number, reason: string, events: HislipEvent[]): void {
    this.#isBroken = true;
    this.#headerBytes = 0;
    this.#inside = undefined;
    events.push({ kind: 'broken', fatalCode, reason });
  }
}

function isDataType(type: number): boolean {
  return type === hislipTypes.Data || type === hislipTypes.DataEnd;
}

function refusal(errorCode: number, reason: string): HislipRefusal {
  return { kind: 'refused', errorCode, reason };
}
