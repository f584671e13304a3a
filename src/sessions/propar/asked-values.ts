import { proparCommands } from '../../protocols/index.ts';
import type { RequestedItem } from '../../protocols/index.ts';

/** One value that a client's request asks for. */
export interface AskedValue {
  readonly item: RequestedItem;
  /**
   * What the client wants in front of the value, as it sent it: its own process and parameter
   * numbers and chain bits, which an instrument copies into its answer unseen.
   */
  readonly head: Uint8Array;
  /** Where in the request the value's own bytes begin. */
  readonly at: number;
}

const chained = 0x80;
const typeBits = 0x60;
const stringType = 0x60;

/**
 * What a request asks for, in its own layout.
 * @param data a whole request message
 * @param items what it was found to ask for
 */
export function askedValues(data: Uint8Array, items: readonly RequestedItem[]): AskedValue[] {
  const asked: AskedValue[] = [];
  let at = 1;
  // The head of a value whose process is named anew has two bytes, that of the next of it has one.
  let startsProcess = true;
  for (const item of items) {
    const headBytes = startsProcess ? 2 : 1;
    const head = data.slice(at, at + headBytes);
    asked.push({ item, head, at });
    const isString = ((data[at + headBytes + 1] ?? 0) & typeBits) === stringType;
    startsProcess = ((head.at(-1) ?? 0) & chained) === 0;
    at += headBytes + (isString ? 3 : 2);
  }
  return asked;
}

/** The answer that an instrument would give, in the layout of the request. */
export function answerTo(asked: readonly AskedValue[], values: readonly Uint8Array[]): Uint8Array {
  const bytes: number[] = [proparCommands.send];
  for (const [index, { item, head }] of asked.entries()) {
    const value = values[index] ?? new Uint8Array();
    bytes.push(...head, ...(item.type === stringType ? textBytes(item, value) : value));
  }
  return Uint8Array.from(bytes);
}

/** A string with its length where one was asked for, else with a zero at its end. */
function textBytes({ stringLength = 0 }: RequestedItem, value: Uint8Array): number[] {
  const isFixed = value.length > 0 && (stringLength > 0 || value.includes(0));
  return isFixed ? [value.length, ...value] : [0, ...value, 0];
}

/**
 * Where in the client's request an instrument's complaint points, which was about the value asked for
 * alone: there its head has two bytes and begins at 1.
 */
export function positionIn({ head, at }: AskedValue, position: number): number {
  const inHead = position - 1 - (2 - head.length);
  return at + Math.max(0, inHead);
}
