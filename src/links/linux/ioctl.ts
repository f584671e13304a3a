/**
 * Requests of ioctl for terminals, and the bits of their arguments.
 * Source: Linux include/uapi/asm-generic/ioctls.h and termios.h, man 2 ioctl_tty.
 */
export const request = {
  /** Get and set `struct termios2`. */
  TCGETS2: 0x80_2c_54_2a,
  TCSETS2: 0x40_2c_54_2b,
  /** Discards buffered bytes; see {@link flushQueue}. */
  TCFLSH: 0x54_0b,
  /** Lets nobody but the superuser open the terminal from now on, and takes that back. */
  TIOCEXCL: 0x54_0c,
  TIOCNXCL: 0x54_0d,
  TIOCGEXCL: 0x80_04_54_40,
  /** Raises and lowers modem lines; see {@link modemLine}. */
  TIOCMBIS: 0x54_16,
  TIOCMBIC: 0x54_17,
  /** Begins and ends a break. */
  TIOCSBRK: 0x54_27,
  TIOCCBRK: 0x54_28,
  /** The number of a pseudo-terminal, asked of its master. */
  TIOCGPTN: 0x80_04_54_30,
  /** How many bytes can be read at once. */
  FIONREAD: 0x54_1b,
} as const;

/** What TCFLSH discards. */
export const flushQueue = { input: 0, output: 1 } as const;

/** Bits of the modem lines. */
export const modemLine = { dtr: 0x002, rts: 0x004 } as const;

/** A 32-bit number as an argument of ioctl. */
export function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** The 32-bit number that ioctl left in its argument. */
export function wordOf(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readInt32LE();
}
