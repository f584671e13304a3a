import { closeSync, constants, openSync, readSync } from 'node:fs';
import { request, wordOf } from '../linux/ioctl.ts';
import type { Libc } from '../linux/libc.ts';

/** Something opened the terminal, wrote into it, or closed it. */
export type TerminalEvent = 'opened' | 'wrote' | 'closed';

/** Source: man 7 inotify. */
const IN_MODIFY = 0x02;
const IN_CLOSE_WRITE = 0x08;
const IN_CLOSE_NOWRITE = 0x10;
const IN_OPEN = 0x20;
const openFlags = 0o2_004_000; // IN_CLOEXEC | IN_NONBLOCK
const eventHeadBytes = 16;

/**
 * Knows when a terminal is opened, written into and closed, by inotify. The kernel tells of several alike events
 * in a row as of one, so this is a hint that something happened, not a count.
 */
export class TerminalWatch {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #available = Buffer.alloc(4);
  #open = true;

  private constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
  }

  /**
   * Undefined when the system has no watch left (a user may have 128), or takes one and stays silent
   * as some sandboxes do: an opening of our own is the test.
   */
  static start(libc: Libc, path: string): TerminalWatch | undefined {
    const fd = libc.inotify_init1(openFlags);
    if (fd === -1) return undefined;
    const watch = new TerminalWatch(libc, fd);
    const wanted = IN_MODIFY | IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE;
    if (libc.inotify_add_watch(fd, path, wanted) !== -1) {
      closeSync(openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
      if (watch.take().length > 0) return watch;
    }
    watch.close();
    return undefined;
  }

  /** What has happened since it was last asked. Costs well under a microsecond when nothing has. */
  take(): readonly TerminalEvent[] {
    if (!this.#open || this.#libc.ioctl(this.#fd, request.FIONREAD, this.#available) !== 0)
      return [];
    const bytes = wordOf(this.#available);
    if (bytes === 0) return [];
    const buffer = Buffer.allocUnsafe(bytes);
    const length = readSync(this.#fd, buffer);
    const events: TerminalEvent[] = [];
    for (let at = 0; at < length; at += eventHeadBytes + buffer.readUInt32LE(at + 12)) {
      const mask = buffer.readUInt32LE(at + 4);
      if ((mask & IN_MODIFY) !== 0) events.push('wrote');
      else if ((mask & IN_OPEN) !== 0) events.push('opened');
      else if ((mask & (IN_CLOSE_WRITE | IN_CLOSE_NOWRITE)) !== 0) events.push('closed');
    }
    return events;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#libc.close(this.#fd);
  }
}
