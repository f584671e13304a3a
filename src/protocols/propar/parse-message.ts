import { proparCommands } from './message.ts';
import type { ProparMessage, RequestedItem, SentItem } from './message.ts';
import { wireBytesOf } from './value.ts';
import type { WireType } from './value.ts';

class Malformed extends Error {}

/** Reads bytes from the front; what is missing makes the message malformed. */
class Cursor {
  readonly #data: Uint8Array;
  #at: number;

  constructor(data: Uint8Array, at: number) {
    this.#data = data;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#data.length;
  }

  byte(): number {
    const byte = this.#data[this.#at];
    if (byte === undefined) throw new Malformed('the message ends in the middle of an item');
    this.#at += 1;
    return byte;
  }

  bytes(count: number): Uint8Array {
    if (this.#at + count > this.#data.length) throw new Malformed('the message ends in a value');
    this.#at += count;
    return this.#data.subarray(this.#at - count, this.#at);
  }

  untilZero(): Uint8Array {
    const end = this.#data.indexOf(0, this.#at);
    if (end < 0) throw new Malformed('a string without its final zero');
    const text = this.#data.subarray(this.#at, end);
    this.#at = end + 1;
    return text;
  }
}

const chained = 0x80;

/** What a message says, or why it says nothing. Never throws. */
export function parseMessage(
  data: Uint8Array,
): ProparMessage | { readonly kind: 'malformed'; readonly reason: string } {
  try {
    return parse(data);
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', reason: error.message };
    throw error;
  }
}

function parse(data: Uint8Array): ProparMessage {
  const cursor = new Cursor(data, 1);
  const [command] = data;
  switch (command) {
    case undefined:
      throw new Malformed('an empty message');
    case proparCommands.status: {
      const status = { kind: 'status', status: cursor.byte(), position: cursor.byte() } as const;
      if (!cursor.isAtEnd) throw new Malformed('a status with bytes behind it');
      return status;
    }
    case proparCommands.sendAcknowledged:
    case proparCommands.send:
    case proparCommands.sendWithSource:
      return { kind: 'send', command, items: items(cursor, sentItem) };
    case proparCommands.request:
      return { kind: 'request', items: items(cursor, requestedItem) };
    default:
      return { kind: 'other', data };
  }
}

function items<Item>(
  cursor: Cursor,
  read: (cursor: Cursor, process: number, head: number) => Item,
): Item[] {
  const found: Item[] = [];
  let process: number;
  do {
    process = cursor.byte();
    let head: number;
    do {
      head = cursor.byte();
      found.push(read(cursor, process & 0x7f, head & 0x7f));
    } while ((head & chained) !== 0);
  } while ((process & chained) !== 0);
  if (!cursor.isAtEnd) throw new Malformed('bytes behind the last item');
  return found;
}

function sentItem(cursor: Cursor, process: number, head: number): SentItem {
  const type = (head & 0x60) as WireType;
  const address = { process, parameter: head & 0x1f, type };
  const bytes = wireBytesOf(type);
  if (bytes !== undefined) return { ...address, value: cursor.bytes(bytes) };
  const length = cursor.byte();
  return length === 0
    ? { ...address, value: cursor.untilZero() }
    : { ...address, value: cursor.bytes(length), isFixed: true };
}

function requestedItem(cursor: Cursor, returnProcess: number, head: number): RequestedItem {
  const process = cursor.byte();
  const parameterByte = cursor.byte();
  // The type of the real address counts; the copy in the return index is for the master alone.
  const type = (parameterByte & 0x60) as WireType;
  const item = {
    process: process & 0x7f,
    parameter: parameterByte & 0x1f,
    type,
    returnProcess,
    returnParameter: head & 0x1f,
  };
  return type === 0x60 ? { ...item, stringLength: cursor.byte() } : item;
}
