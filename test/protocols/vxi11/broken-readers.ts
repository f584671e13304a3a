import { decodeXdr } from '../../../src/protocols/index.ts';
import { isSignalboxError } from '../../../src/kernel/index.ts';
import { digitsOf, readLayout } from './layouts.ts';
import type { Item, Layout } from './layouts.ts';

/** Reads something that went over the wire, each item in digits; nothing where it is refused. */
export type LayoutReader = (layout: Layout, bytes: Uint8Array) => readonly string[] | undefined;

/** The real reader. */
export const readReally: LayoutReader = ({ type }, bytes) => {
  try {
    const value = decodeXdr(type, bytes);
    return value === undefined ? [] : digitsOf(value);
  } catch (error) {
    if (isSignalboxError(error) && error.code === 'LINK_PROTOCOL') return undefined;
    throw error;
  }
};

const replace =
  (item: Item, other: Item): LayoutReader =>
  ({ items }, bytes) =>
    readLayout(
      bytes,
      items.map((each) => (each === item ? other : each)),
    );

/** Readers that get something wrong. */
export const brokenReaders: Readonly<Record<string, LayoutReader>> = {
  'swaps the timeouts of a write': (layout, bytes) => {
    const [link, ioTimeout, lockTimeout, ...rest] = readReally(layout, bytes) ?? [];
    const isWrite = layout.what === 'device_write' && link !== undefined;
    return isWrite
      ? [link, lockTimeout ?? '', ioTimeout ?? '', ...rest]
      : readReally(layout, bytes);
  },
  'takes a number without sign for one with': replace('unsigned', 'int'),
  'takes any number for a truth value': replace('bool', 'unsigned'),
  'takes any number for a family': replace('family', 'unsigned'),
  'cuts a port to fewer bits': replace('short', 'byte'),
  'keeps all bits of a character': replace('byte', 'unsigned'),
  'takes read reasons for flags': replace('reason', 'flags'),
  'forgets the bytes that fill up': ({ items }, bytes) => readLayout(bytes, items, { fill: true }),
  'has no bound for a length': ({ items }, bytes) => readLayout(bytes, items, { bound: true }),
  'takes less data than is announced': ({ items }, bytes) =>
    readLayout(bytes, items, { end: true }),
  'throws something else than a refusal': (layout, bytes) => {
    const read = readReally(layout, bytes);
    if (read === undefined) throw new RangeError('out of bounds');
    return read;
  },
};
