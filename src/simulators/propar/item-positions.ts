import { wireBytesOf } from '../../protocols/index.ts';
import type { WireType } from '../../protocols/index.ts';

/** Where the parts of one item of a message are, counted from its first byte, the command. */
export interface ItemPosition {
  readonly process: number;
  readonly parameter: number;
  /** The value that is sent; after the item where a value is asked for. */
  readonly value: number;
}

const chained = 0x80;
const typeBits = 0x60;
const stringType = 0x60;

/**
 * The positions of the items of a well-formed message, for status replies, which point at the byte
 * that they are about. Manual 9.17.027, status message.
 */
export function itemPositions(data: Uint8Array, kind: 'send' | 'request'): ItemPosition[] {
  const positions: ItemPosition[] = [];
  let at = 1;
  let group: number;
  do {
    group = at;
    at += 1;
    let head: number;
    do {
      head = data[at] ?? 0;
      const item =
        kind === 'send'
          ? { process: group, parameter: at, value: at + 1 }
          : // The pair at the front is only the master's own index; the second is the address.
            { process: at + 1, parameter: at + 2, value: at + 3 };
      positions.push(item);
      at = kind === 'send' ? afterSent(data, at, head) : afterRequested(data, at);
    } while ((head & chained) !== 0 && at < data.length);
  } while (((data[group] ?? 0) & chained) !== 0 && at < data.length);
  return positions;
}

function afterSent(data: Uint8Array, at: number, head: number): number {
  const bytes = wireBytesOf((head & typeBits) as WireType);
  if (bytes !== undefined) return at + 1 + bytes;
  const length = data[at + 1] ?? 0;
  return length > 0 ? at + 2 + length : data.indexOf(0, at + 2) + 1;
}

function afterRequested(data: Uint8Array, at: number): number {
  return ((data[at + 2] ?? 0) & typeBits) === stringType ? at + 4 : at + 3;
}
