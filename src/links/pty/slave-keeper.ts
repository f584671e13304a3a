import { closeSync, constants, openSync } from 'node:fs';
import { flushQueue, request, word, wordOf } from '../linux/ioctl.ts';
import type { Libc } from '../linux/libc.ts';
import { rawTermios, setTermios } from '../linux/termios.ts';
import { serialSettings } from '../serial/serial-settings.ts';

/** Source: man 2 poll. */
const POLLHUP = 0x10;
const hangupOffset = 6;

/**
 * Holds the slave side of a pseudo-terminal open, because the master of a terminal that nobody has
 * open can only fail, and cleans the terminal between two clients.
 */
export class SlaveKeeper {
  readonly #libc: Libc;
  readonly #master: number;
  readonly #path: string;
  #fd: number;

  constructor(libc: Libc, master: number, path: string) {
    this.#libc = libc;
    this.#master = master;
    this.#path = path;
    this.#fd = openSlave(path);
    this.#makeRaw();
  }

  /**
   * Whether no client has the terminal open. Lets go of it for a moment and asks the master whether
   * that has hung it up; the event loop cannot see the hang-up, because it does not run meanwhile.
   */
  isAlone(): boolean {
    const exclusive = word(0);
    this.#ioctl(request.TIOCGEXCL, exclusive);
    const isExclusive = wordOf(exclusive) !== 0;
    // Exclusive access that a client took would keep us out as well.
    if (isExclusive) this.#ioctl(request.TIOCNXCL, null);
    closeSync(this.#fd);
    const poll = Buffer.alloc(8);
    poll.writeInt32LE(this.#master);
    this.#libc.poll(poll, 1, 0);
    this.#fd = openSlave(this.#path);
    const alone = (poll.readInt16LE(hangupOffset) & POLLHUP) !== 0;
    if (isExclusive && !alone) this.#ioctl(request.TIOCEXCL, null);
    return alone;
  }

  /** Drops what the last client left unread: it must not reach the next one. */
  discardUnread(): void {
    // First what is on its way to the client's side, then what has arrived there.
    this.#libc.ioctlValue(this.#master, request.TCFLSH, flushQueue.output);
    this.#libc.ioctlValue(this.#fd, request.TCFLSH, flushQueue.input);
  }

  /** Undoes what the last client set: the next one finds a raw line that it may open. */
  reset(): void {
    this.#ioctl(request.TIOCNXCL, null);
    this.#makeRaw();
  }

  close(): void {
    closeSync(this.#fd);
  }

  #makeRaw(): void {
    setTermios(this.#libc, this.#fd, rawTermios(serialSettings()), this.#path);
  }

  #ioctl(number: number, argument: Uint8Array | null): void {
    this.#libc.ioctl(this.#fd, number, argument);
  }
}

function openSlave(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
}
