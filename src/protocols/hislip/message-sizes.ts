import { hislipHeaderBytes } from './header.ts';

/**
 * What both sides take until they have said otherwise: the default of VISA's
 * VI_ATTR_TCPIP_HISLIP_MAX_MESSAGE_KB.
 */
export const hislipMessageBytesDefault = 1_048_576;
/** Who says that it takes less gets messages of up to so many bytes all the same. */
export const hislipMessageBytesLeast = 256;

/**
 * How long messages may be, in either direction: each side says what it takes. IVI-6.1, table 28.
 * What one side takes is no limit for the other.
 */
export class HislipMessageSizes {
  /** The largest message that this side takes: what it says. */
  readonly ownBytesMost: number;
  #theirBytesMost = hislipMessageBytesDefault;

  constructor(ownBytesMost: number = hislipMessageBytesDefault) {
    this.ownBytesMost = ownBytesMost;
  }

  /** The other side says what it takes. */
  agree(theirBytesMost: number): void {
    this.#theirBytesMost = Math.max(theirBytesMost, hislipMessageBytesLeast);
  }

  /** The longest payload that may be sent: with its header it is as long as the other side takes. */
  get payloadBytesMost(): number {
    return this.#theirBytesMost - hislipHeaderBytes;
  }

  /** Data in pieces that may be sent; one without bytes for no data. The pieces are views. */
  split(data: Uint8Array): Uint8Array[] {
    if (data.length <= this.payloadBytesMost) return [data];
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < data.length; at += this.payloadBytesMost) {
      pieces.push(data.subarray(at, at + this.payloadBytesMost));
    }
    return pieces;
  }
}
