import { concatenate, parseRpcMessage } from '../../../src/protocols/index.ts';
import type { RpcMessage, RpcRecordEvent } from '../../../src/protocols/index.ts';

/** Anything that finds records in a stream. */
export interface RecordFinder {
  push(chunk: Uint8Array): RpcRecordEvent[];
  readonly bytesKept: number;
}

/** What a reader of records can get wrong. */
export const recordFaults = [
  'takes the top bit for a part of the length',
  'ends a record at each fragment',
  'forgets what came before a chunk',
  'reads lengths from the wrong end',
  'knows no bound',
  'reads on in the middle of a record that is too long',
  'takes memory for the length that is announced',
  'keeps the last record',
  'overlooks the end in an empty fragment',
  'counts only the fragment towards the bound',
] as const;

export type RecordFault = (typeof recordFaults)[number];

/** A plain reader of records that has one fault, or none. */
export class BrokenRecordReader implements RecordFinder {
  readonly #bytesMost: number;
  readonly #fault: RecordFault | undefined;
  #waiting = new Uint8Array();
  #record = new Uint8Array();
  #bytesLeft = -1;
  #isLast = false;
  #isTooLong = false;

  constructor(bytesMost: number, fault?: RecordFault) {
    this.#bytesMost = bytesMost;
    this.#fault = fault;
  }

  get bytesKept(): number {
    const announced = this.#has('takes memory for the length that is announced');
    return this.#record.length + (announced ? Math.max(0, this.#bytesLeft) : 0);
  }

  push(chunk: Uint8Array): RpcRecordEvent[] {
    if (this.#has('forgets what came before a chunk')) this.#waiting = new Uint8Array();
    this.#waiting = Uint8Array.from([...this.#waiting, ...chunk]);
    const events: RpcRecordEvent[] = [];
    while (this.#step(events));
    return events;
  }

  #has(fault: RecordFault): boolean {
    return this.#fault === fault;
  }

  #step(events: RpcRecordEvent[]): boolean {
    if (this.#bytesLeft < 0) return this.#head(events);
    if (this.#waiting.length === 0 && this.#bytesLeft > 0) return false;
    const piece = this.#waiting.subarray(0, this.#bytesLeft);
    if (!this.#isTooLong) this.#record = Uint8Array.from(concatenate([this.#record, piece]));
    this.#waiting = this.#waiting.slice(piece.length);
    this.#bytesLeft -= piece.length;
    if (this.#bytesLeft > 0) return false;
    this.#bytesLeft = -1;
    if (this.#isLast) this.#end(events);
    return true;
  }

  #head(events: RpcRecordEvent[]): boolean {
    if (this.#waiting.length < 4) return false;
    const isReversed = this.#has('reads lengths from the wrong end');
    const head = new DataView(this.#waiting.buffer, 0, 4).getUint32(0, isReversed);
    this.#waiting = this.#waiting.slice(4);
    const hasNoBit = this.#has('takes the top bit for a part of the length');
    const length = hasNoBit ? head : head & 0x7fff_ffff;
    this.#isLast = head >= 0x8000_0000 || this.#has('ends a record at each fragment');
    this.#bytesLeft = length;
    const counted = this.#has('counts only the fragment towards the bound')
      ? 0
      : this.#record.length;
    if (!this.#isTooLong && counted + length > this.#bytesMost && !this.#has('knows no bound')) {
      events.push({ kind: 'too-long', length: counted + length });
      this.#record = new Uint8Array();
      this.#isTooLong = true;
      if (this.#has('reads on in the middle of a record that is too long')) this.#reset();
    } else if (length === 0) {
      this.#bytesLeft = -1;
      const isOverlooked = this.#has('overlooks the end in an empty fragment');
      if (this.#isLast && !isOverlooked) this.#end(events);
    }
    return true;
  }

  #end(events: RpcRecordEvent[]): void {
    if (!this.#isTooLong) events.push({ kind: 'record', message: this.#record });
    const kept = this.#record;
    this.#reset();
    if (this.#has('keeps the last record')) this.#record = kept;
  }

  #reset(): void {
    this.#bytesLeft = -1;
    this.#record = new Uint8Array();
    this.#isTooLong = false;
  }
}

/** What a reader of messages can get wrong. */
export const messageFaults = [
  'throws on what breaks off',
  'ignores the version of RPC',
  'takes a denied call for an accepted one',
  'reads numbers with a sign',
  'takes any state for success',
  'reads past a credential without its fill',
] as const;

export type MessageFault = (typeof messageFaults)[number];

/** A reader of messages that has one fault: the real one, given or giving something else. */
export function brokenParser(fault: MessageFault): (message: Uint8Array) => RpcMessage {
  return (message) => {
    const parsed = parseRpcMessage(message);
    switch (fault) {
      case 'throws on what breaks off':
        if (parsed.kind === 'malformed') throw new RangeError('out of bounds');
        return parsed;
      case 'ignores the version of RPC':
        return parsed.kind === 'foreign-version'
          ? parseRpcMessage(withWord(message, 2, 2))
          : parsed;
      case 'takes a denied call for an accepted one':
        return parsed.kind === 'reply' ? parseRpcMessage(withWord(message, 2, 0)) : parsed;
      case 'reads numbers with a sign':
        return parsed.kind === 'call' ? { ...parsed, xid: parsed.xid | 0 } : parsed;
      case 'takes any state for success':
        return parsed.kind === 'reply'
          ? { ...parsed, outcome: { kind: 'success', results: new Uint8Array() } }
          : parsed;
      case 'reads past a credential without its fill':
        return parsed.kind === 'call' && parsed.credential.body.length % 4 !== 0
          ? { ...parsed, args: message.subarray(-parsed.args.length - 1) }
          : parsed;
    }
  };
}

function withWord(message: Uint8Array, word: number, value: number): Uint8Array {
  const changed = message.slice();
  if (changed.length >= 4 * word + 4) new DataView(changed.buffer).setUint32(4 * word, value);
  return changed;
}
