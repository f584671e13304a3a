import { SignalboxError } from '../../kernel/index.ts';
import { checkRequestedItem, checkSentItem, checkStatus } from './check-item.ts';
import { messageBytesMost } from './frame.ts';
import { wireBytesOf } from './value.ts';
import type { WireType } from './value.ts';

/** First byte of a message. Manual 9.17.027, section 3.5. */
export const proparCommands: {
  readonly status: 0x00;
  readonly sendAcknowledged: 0x01;
  readonly send: 0x02;
  readonly sendWithSource: 0x03;
  readonly request: 0x04;
} = {
  status: 0x00,
  sendAcknowledged: 0x01,
  send: 0x02,
  sendWithSource: 0x03,
  request: 0x04,
};

/** Where a value is. */
export interface ProparAddress {
  /** 0 to 127. */
  readonly process: number;
  /** 0 to 31. */
  readonly parameter: number;
  readonly type: WireType;
}

/** One value that is sent: in a write, and in the answer to a request. */
export interface SentItem extends ProparAddress {
  /** The value's own bytes, without a string's length or final zero. */
  readonly value: Uint8Array;
  /** A string that has a length on the wire is fixed; one that ends with a zero is not. */
  readonly isFixed?: boolean;
}

/** One value that is asked for. */
export interface RequestedItem extends ProparAddress {
  /** Copied into the answer in place of process and parameter. @default the address itself */
  readonly returnProcess?: number;
  readonly returnParameter?: number;
  /** For strings: the length to answer with; 0 asks for a zero at the end. @default 0 */
  readonly stringLength?: number;
}

/** The message in a frame. */
export type ProparMessage =
  | { readonly kind: 'status'; readonly status: number; readonly position: number }
  | { readonly kind: 'send'; readonly command: 1 | 2 | 3; readonly items: readonly SentItem[] }
  | { readonly kind: 'request'; readonly items: readonly RequestedItem[] }
  | { readonly kind: 'other'; readonly data: Uint8Array };

const chained = 0x80;
const stringType = 0x60;

/**
 * The bytes of a message.
 * @throws VALUE_INVALID for one that is empty or longer than {@link messageBytesMost}, for a value
 *   that has not the bytes of its type, and for numbers that do not fit into their bits
 */
export function encodeMessage(message: ProparMessage): Uint8Array {
  checkParts(message);
  const bytes = toBytes(message);
  if (bytes.length > 0 && bytes.length <= messageBytesMost) return Uint8Array.from(bytes);
  throw new SignalboxError(
    'VALUE_INVALID',
    `a message has 1 to ${messageBytesMost} bytes, not ${bytes.length}`,
  );
}

function checkParts(message: ProparMessage): void {
  switch (message.kind) {
    case 'status':
      checkStatus(message.status, message.position);
      return;
    case 'send':
      checkCount(message.items);
      for (const item of message.items) checkSentItem(item);
      return;
    case 'request':
      checkCount(message.items);
      for (const item of message.items) checkRequestedItem(item);
      return;
    case 'other':
      return;
  }
}

function checkCount(items: readonly ProparAddress[]): void {
  if (items.length > 0) return;
  throw new SignalboxError('VALUE_INVALID', 'a message names at least one parameter');
}

function toBytes(message: ProparMessage): readonly number[] {
  switch (message.kind) {
    case 'status':
      return [proparCommands.status, message.status, message.position];
    case 'send':
      return [message.command, ...chain(message.items, (item) => item.process, sentBytes)];
    case 'request':
      return [proparCommands.request, ...chain(message.items, returnProcessOf, requestedBytes)];
    case 'other':
      return [...message.data];
  }
}

/** Items of one process in a row name it once; the top bits say what follows. */
function chain<Item extends ProparAddress>(
  items: readonly Item[],
  processOf: (item: Item) => number,
  bytesOf: (item: Item, followed: boolean) => readonly number[],
): number[] {
  const bytes: number[] = [];
  for (const [index, item] of items.entries()) {
    const next = items[index + 1];
    const previous = items[index - 1];
    const process = processOf(item);
    if (previous === undefined || processOf(previous) !== process) {
      const isLastProcess = !items.slice(index).some((other) => processOf(other) !== process);
      const more = isLastProcess ? 0 : chained;
      bytes.push(process | more);
    }
    bytes.push(...bytesOf(item, next !== undefined && processOf(next) === process));
  }
  return bytes;
}

function sentBytes(item: SentItem, followed: boolean): readonly number[] {
  const head = item.parameter | item.type | (followed ? chained : 0);
  if (item.type !== stringType) return [head, ...item.value];
  return item.isFixed === true
    ? [head, item.value.length, ...item.value]
    : [head, 0, ...item.value, 0];
}

function requestedBytes(item: RequestedItem, followed: boolean): readonly number[] {
  const head = (item.returnParameter ?? item.parameter) | item.type | (followed ? chained : 0);
  const bytes = [head, item.process, item.parameter | item.type];
  return item.type === stringType ? [...bytes, item.stringLength ?? 0] : bytes;
}

function returnProcessOf(item: RequestedItem): number {
  return item.returnProcess ?? item.process;
}

/** How many bytes an item takes in an answer, its process byte included, strings at `textBytes`. */
export function answerBytesOf(item: RequestedItem, textBytes: number): number {
  const { stringLength = 0 } = item;
  return 2 + (wireBytesOf(item.type) ?? 1 + (stringLength > 0 ? stringLength : textBytes + 1));
}

/** How many bytes an item takes in a request, its process byte included. */
export function requestBytesOf(item: RequestedItem): number {
  return item.type === stringType ? 5 : 4;
}
