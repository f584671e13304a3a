import { SignalboxError } from '../../kernel/index.ts';
import { xdrInt, xdrUnsigned } from '../rpc/index.ts';
import type { XdrType } from '../rpc/index.ts';

const byteMost = 0xff;
const shortMost = 0xffff;

/**
 * A `char`: a whole number on the wire, of which the lowest eight bits count. Where a C compiler has
 * signed ones, those from 0x80 on come with all upper bits set.
 */
export const xdrByte: XdrType<number> = {
  read: (reader) => reader.int() & byteMost,
  write: (writer, value) => xdrUnsigned.write(writer, upTo(value, byteMost)),
};

/** An `unsigned short`: a whole number on the wire. */
export const xdrShort: XdrType<number> = {
  read(reader) {
    const value = reader.unsigned();
    if (value <= shortMost) return value;
    throw new SignalboxError('LINK_PROTOCOL', `XDR data: ${value} is more than ${shortMost}`);
  },
  write: (writer, value) => xdrUnsigned.write(writer, upTo(value, shortMost)),
};

/** An IPv4 address in a number, its first part in the highest bits; read as `192.0.2.1`. */
export const xdrIpv4: XdrType<string> = {
  read(reader) {
    const value = reader.unsigned();
    return [24, 16, 8, 0].map((shift) => (value >>> shift) & byteMost).join('.');
  },
  write(writer, address) {
    const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/
      .exec(address)
      ?.slice(1)
      .map(Number);
    if (parts === undefined || parts.some((part) => part > byteMost)) {
      throw new SignalboxError('VALUE_INVALID', `'${address}' is no IPv4 address`);
    }
    xdrInt.write(
      writer,
      parts.reduce((sum, part) => (sum << 8) | part, 0),
    );
  },
};

function upTo(value: number, most: number): number {
  if (value <= most) return value;
  throw new SignalboxError('VALUE_OUT_OF_RANGE', `${value} is more than ${most}`);
}
