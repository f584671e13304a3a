import type { XdrReader, XdrType, XdrWriter } from '../rpc/index.ts';

/** How a procedure is to be carried out. VXI-11, section B.5; other bits are ignored. */
export interface Vxi11Flags {
  /** Wait for the lock that another link holds, up to the lock timeout; else fail at once. */
  readonly waitLock: boolean;
  /** The last byte written is the END of the message. */
  readonly end: boolean;
  /** A read ends at the termination character too. */
  readonly terminatorSet: boolean;
}

/** Why a read ended; more than one may be true. VXI-11, section B.6, device_read. */
export interface Vxi11ReadReason {
  /** As many bytes came as were asked for. */
  readonly requestCount: boolean;
  /** The termination character came. */
  readonly terminator: boolean;
  /** The END of the message came. */
  readonly end: boolean;
}

const flagBits: Bits<Vxi11Flags> = { waitLock: 1, end: 8, terminatorSet: 128 };
const reasonBits: Bits<Vxi11ReadReason> = { requestCount: 1, terminator: 2, end: 4 };

export const vxi11Flags: XdrType<Vxi11Flags> = bitField(flagBits);
export const vxi11ReadReason: XdrType<Vxi11ReadReason> = bitField(reasonBits);

/** No flag at all. */
export const noVxi11Flags: Vxi11Flags = { waitLock: false, end: false, terminatorSet: false };

type Bits<Field> = { readonly [Name in keyof Field]: number };

/** Truth values that share one number. */
function bitField<Field extends { readonly [Name in keyof Field]: boolean }>(
  bits: Bits<Field>,
): XdrType<Field> {
  const entries = Object.entries(bits) as [keyof Field, number][];
  return {
    read(reader: XdrReader) {
      const number = reader.int();
      return Object.fromEntries(
        entries.map(([name, bit]) => [name, (number & bit) !== 0]),
      ) as Field;
    },
    write(writer: XdrWriter, field) {
      writer.int(entries.reduce((sum, [name, bit]) => sum | (field[name] ? bit : 0), 0));
    },
  };
}
