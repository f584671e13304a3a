import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { SignalboxError } from '../../kernel/index.ts';
import { classifyLinkError } from '../link-error.ts';
import type { SerialLines } from '../link.ts';
import { modemLine, request, word, wordOf } from '../linux/ioctl.ts';
import { checked, loadLibc } from '../linux/libc.ts';
import type { Libc } from '../linux/libc.ts';
import { configureLine } from '../linux/termios.ts';
import { portBusyError } from './port-busy.ts';
import type { SerialDevice } from './serial-device.ts';
import type { SerialSettings } from './serial-settings.ts';

/** LOCK_EX | LOCK_NB. Source: man 2 flock. */
const exclusiveNow = 2 | 4;

/** A Linux serial line: a tty handle of the event loop, with its settings made through ioctl. */
export class TtyDevice implements SerialDevice {
  readonly stream: ReadStream;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #address: string;
  /** Whether our descriptor is another than the stream's, which then does not close it. */
  readonly #isSecond: boolean;
  #isReleased = false;

  private constructor(libc: Libc, fd: number, parts: { stream: ReadStream; address: string }) {
    this.#libc = libc;
    this.#fd = fd;
    this.#address = parts.address;
    this.stream = parts.stream;
    this.#isSecond = isSecond(fd, parts.stream);
  }

  /** @throws PORT_BUSY, PORT_ABSENT, LINK_USB, LINK_COMMUNICATION, BAD_ARGUMENT */
  static async open(path: string, settings: SerialSettings, address: string): Promise<TtyDevice> {
    const libc = await loadLibc();
    const fd = openDescriptor(path, address);
    if (fd === undefined) throw await portBusyError(path, address);
    let stream: ReadStream | undefined;
    let mine = false;
    try {
      mine = isFree(libc, fd);
      if (mine) {
        // CLOCAL is set here, so that opening again does not wait for a carrier.
        configureLine(libc, fd, settings, { address, isPseudo: isPseudoTerminal(fd) });
        // libuv opens the terminal once more and makes our descriptor a second one of that, so a
        // lock taken before is gone, and closing the stream leaves ours open.
        stream = new ReadStream(fd);
        mine = libc.flock(fd, exclusiveNow) === 0;
      }
      if (mine) libc.ioctl(fd, request.TIOCEXCL, null);
    } catch (error) {
      giveBack(fd, stream);
      throw classifyLinkError(error, address);
    }
    if (mine && stream !== undefined) return new TtyDevice(libc, fd, { stream, address });
    giveBack(fd, stream);
    throw await portBusyError(path, address);
  }

  async setLines({ dtr, rts, break: breaking }: SerialLines): Promise<void> {
    for (const [bit, on] of [
      [modemLine.dtr, dtr],
      [modemLine.rts, rts],
    ] as const) {
      if (on === undefined) continue;
      this.#ioctl(on ? request.TIOCMBIS : request.TIOCMBIC, word(bit));
    }
    if (breaking !== undefined) this.#ioctl(breaking ? request.TIOCSBRK : request.TIOCCBRK, null);
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (!this.#isSecond && this.stream.destroyed) return;
    // A terminal that something else keeps open stays exclusive unless it is told.
    this.#libc.ioctl(this.#fd, request.TIOCNXCL, null);
    if (this.#isSecond) closeSync(this.#fd);
  }

  #ioctl(number: number, argument: Uint8Array | null): void {
    if (this.#isReleased || this.stream.destroyed)
      throw new SignalboxError('LINK_COMMUNICATION', `${this.#address} is closed`);
    const call = { what: 'setting a line', address: this.#address };
    checked(this.#libc, this.#libc.ioctl(this.#fd, number, argument), call);
  }
}

/** Source: Linux Documentation/admin-guide/devices.txt, 136-143 char. */
function isPseudoTerminal(fd: number): boolean {
  const major = (fstatSync(fd).rdev >> 8) & 0xf_ff;
  return major >= 136 && major <= 143;
}

/** Undefined when another program has it for itself. */
function openDescriptor(path: string, address: string): number | undefined {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  try {
    return openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EBUSY') return undefined;
    throw classifyLinkError(error, address);
  }
}

/** Takes the lock. The superuser is not kept out of an exclusive terminal, so it is asked for. */
function isFree(libc: Libc, fd: number): boolean {
  const exclusive = word(0);
  const known = libc.ioctl(fd, request.TIOCGEXCL, exclusive) === 0;
  if (known && wordOf(exclusive) !== 0) return false;
  return libc.flock(fd, exclusiveNow) === 0;
}

function giveBack(fd: number, stream: ReadStream | undefined): void {
  if (stream === undefined || isSecond(fd, stream)) closeSync(fd);
  stream?.destroy();
}

/** Whether a stream that has just been made has another descriptor than the one it was given. */
function isSecond(fd: number, stream: ReadStream): boolean {
  const { _handle: handle } = stream as { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd !== undefined && handle.fd !== fd;
}
