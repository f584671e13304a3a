import { closeSync, constants, openSync } from 'node:fs';
import { flushQueue, request, word, wordOf } from '../linux/ioctl.ts';
import type { Libc } from '../linux/libc.ts';
import { rawTermios, setTermios } from '../linux/termios.ts';
import { serialSettings } from '../serial/serial-settings.ts';

/** `struct pollfd`, and bits of its events. Source: man 2 poll. */
const pollfd = { events: 4, returned: 6, bytes: 8 } as const;
const POLLIN = 0x1;
const POLLHUP = 0x10;

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
    const alone = (this.#poll(0) & POLLHUP) !== 0;
    this.#fd = openSlave(this.#path);
    if (isExclusive && !alone) this.#ioctl(request.TIOCEXCL, null);
    return alone;
  }

  /** Whether bytes of a client wait to be read by the master. */
  hasUnread(): boolean {
    return (this.#poll(POLLIN) & POLLIN) !== 0;
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

  #poll(events: number): number {
    const poll = Buffer.alloc(pollfd.bytes);
    poll.writeInt32LE(this.#master);
    poll.writeInt16LE(events, pollfd.events);
    this.#libc.poll(poll, 1, 0);
    return poll.readInt16LE(pollfd.returned);
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
