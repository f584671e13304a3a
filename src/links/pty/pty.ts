import { constants } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { ReadStream } from 'node:tty';
import { Emitter, systemClock } from '../../kernel/index.ts';
import type { Timer } from '../../kernel/index.ts';
import { classifyLinkError } from '../link-error.ts';
import { request, word, wordOf } from '../linux/ioctl.ts';
import { checked, loadLibc } from '../linux/libc.ts';
import type { Libc } from '../linux/libc.ts';
import { findOpenPrograms } from '../linux/open-programs.ts';
import type { OpenProgram } from '../linux/open-programs.ts';
import { ClientPresence } from './client-presence.ts';
import type { PresenceChange } from './client-presence.ts';
import { ReplyQueue } from './reply-queue.ts';
import { SlaveKeeper } from './slave-keeper.ts';
import { placeStablePath, removeStablePath } from './stable-path.ts';
import { TerminalWatch } from './terminal-watch.ts';

/**
 * How often openings and closings are looked for when no byte moves. Each byte looks first, so this
 * only bounds how late the end of an idle client is noticed.
 */
export const presenceIntervalMs = 100;

/** O_CLOEXEC, which Node does not name: child processes must not keep the terminal. */
const closeOnExec = 0o2_000_000;

export interface PtyOptions {
  /** A symbolic link to the terminal, whose own name differs each time. Replaced atomically. */
  readonly stablePath?: string;
  /** Who may open it, as for chmod. @default 0o600 */
  readonly mode?: number;
}

interface PtyParts {
  readonly master: number;
  readonly path: string;
  readonly stablePath: string | undefined;
}

/**
 * A pseudo-terminal: clients open its path as if it were a serial port, and this side speaks with
 * them. Between two clients it is as a serial port is: what nobody reads is lost, and the next
 * client finds a raw line without echo, whatever the last one set.
 *
 * Openings and closings are known before the bytes that follow them are given out. A client that is
 * gone before its bytes are read here has them given out before its end, and the next one comes after
 * that. Only when the next one has written as well by then, nobody can tell where the bytes of one end
 * and those of the other begin: all of them count as the next one's.
 */
export class Pty implements AsyncDisposable {
  /** The terminal, such as `/dev/pts/3`. */
  readonly path: string;
  /** How a client names it: the stable path if there is one. */
  readonly address: string;
  readonly #keeper: SlaveKeeper;
  readonly #stream: ReadStream;
  readonly #replies: ReplyQueue;
  readonly #events: Emitter<{ data: Uint8Array; presence: boolean }> = new Emitter();
  readonly #stablePath: string | undefined;
  readonly #presence: ClientPresence | undefined;
  readonly #gone = Promise.withResolvers<void>();
  #timer: Timer | undefined;
  #told = false;
  /** A client has gone whose end is not told yet, because bytes of it wait. */
  #isEndDue = false;
  #ends = 0;
  #closing = false;

  private constructor(libc: Libc, parts: PtyParts) {
    const { master, path, stablePath } = parts;
    this.path = path;
    this.#stablePath = stablePath;
    this.address = stablePath ?? path;
    this.#keeper = new SlaveKeeper(libc, master, path);
    const watch = TerminalWatch.start(libc, path);
    this.#presence = watch === undefined ? undefined : new ClientPresence(watch, this.#keeper);
    this.#stream = new ReadStream(master);
    this.#replies = new ReplyQueue(this.#stream);
    this.#stream.on('data', (data: Uint8Array) => this.#receive(data));
    // The slave side is held open here, so an error comes only when the terminal itself is gone.
    this.#stream.on('error', () => this.hangup());
    this.#stream.on('close', () => this.#gone.resolve());
    this.#arm();
  }

  /**
   * Makes a pseudo-terminal.
   * @throws LINK_COMMUNICATION where the system has none; BAD_ARGUMENT for a stable path in use
   */
  static async open(options: PtyOptions = {}): Promise<Pty> {
    const libc = await loadLibc();
    const address = options.stablePath ?? '/dev/ptmx';
    const flags = constants.O_RDWR | constants.O_NOCTTY | closeOnExec;
    const what = 'making a pseudo-terminal';
    const master = checked(libc, libc.posix_openpt(flags), { what, address });
    let pty: Pty;
    try {
      checked(libc, libc.grantpt(master), { what, address });
      checked(libc, libc.unlockpt(master), { what, address });
      const number = word(0);
      checked(libc, libc.ioctl(master, request.TIOCGPTN, number), { what, address });
      const path = `/dev/pts/${wordOf(number)}`;
      pty = new Pty(libc, { master, path, stablePath: options.stablePath });
    } catch (error) {
      libc.close(master);
      throw classifyLinkError(error, address);
    }
    try {
      await chmod(pty.path, options.mode ?? 0o600);
      if (options.stablePath !== undefined) await placeStablePath(options.stablePath, pty.path);
    } catch (error) {
      await pty.close();
      throw classifyLinkError(error, address);
    }
    return pty;
  }

  /**
   * Whether a client has it open. Undefined where the system does not tell; then nothing is dropped
   * between clients.
   */
  get hasClient(): boolean | undefined {
    this.#look();
    return this.#presence?.present;
  }

  /** The programs that have it open, found by /proc; this process itself is not among them. */
  async clients(): Promise<readonly OpenProgram[]> {
    const { programs } = await findOpenPrograms(this.path);
    return programs.filter(({ pid }) => pid !== process.pid);
  }

  /** Bytes that a client sent. */
  onData(listener: (data: Uint8Array) => void): Disposable {
    return this.#events.on('data', listener);
  }

  /**
   * True when a client has opened it, false when the last one has gone. When one goes and another
   * comes between two looks, false is told and then true.
   */
  onPresence(listener: (present: boolean) => void): Disposable {
    return this.#events.on('presence', listener);
  }

  /**
   * Sends bytes to the client. False when they were dropped: nobody has the terminal open, its client
   * leaves too much unread, or it has just gone and another is there, for whom they are not.
   */
  write(data: Uint8Array): boolean {
    if (this.#closing) return false;
    const ends = this.#ends;
    this.#look();
    const isHis = this.#ends === ends && !this.#isEndDue;
    if (this.#presence?.present === false || !isHis) return false;
    return this.#replies.push(data);
  }

  /** Hangs up as an unplugged adapter does: clients get end of file or EIO, the terminal vanishes. */
  hangup(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#timer?.cancel();
    this.#presence?.close();
    this.#stream.destroy();
    this.#keeper.close();
  }

  /** Hangs up and takes the stable path away. May be called twice. */
  async close(): Promise<void> {
    this.hangup();
    if (this.#stablePath !== undefined) await removeStablePath(this.#stablePath, this.path);
    await this.#gone.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #receive(data: Uint8Array): void {
    if (this.#closing) return;
    this.#note(this.#presence?.look() ?? this.#presence?.confirm(), true);
    // When somebody has it open, the bytes are his. When nobody has, or he has written none, they are
    // the last words of the one who has just gone, perhaps without having been noticed, and listeners
    // hear of his end after the last of them.
    const isGone = this.#isEndDue || this.#presence?.present === false;
    if (isGone) this.#present(true);
    this.#events.emit('data', data);
    if (!isGone || this.#closing || this.#keeper.hasUnread()) return;
    this.#tellLeft();
    if (this.#presence?.present === true) this.#present(true);
  }

  #look(): void {
    if (this.#closing) return;
    this.#note(
      this.#presence?.look() ?? (this.#isEndDue ? this.#presence?.now() : undefined),
      false,
    );
  }

  /** @param isReading whether bytes have been read that are not given out yet */
  #note(change: PresenceChange | undefined, isReading: boolean): void {
    if (change === undefined || this.#closing) return;
    const { left, present, mayHaveWritten } = change;
    this.#isEndDue ||= left;
    const isSilent = (): boolean => !isReading && !this.#keeper.hasUnread();
    if (this.#isEndDue && (mayHaveWritten || isSilent())) this.#tellLeft();
    if (present && !this.#isEndDue) this.#present(true);
  }

  #tellLeft(): void {
    this.#isEndDue = false;
    this.#ends += 1;
    this.#replies.clear();
    this.#keeper.discardUnread();
    if (this.#presence?.present === false) this.#keeper.reset();
    this.#present(false);
  }

  #present(present: boolean): void {
    if (present === this.#told) return;
    this.#told = present;
    this.#events.emit('presence', present);
  }

  #arm(): void {
    if (this.#presence === undefined) return;
    this.#timer = systemClock.schedule(presenceIntervalMs, () => {
      this.#look();
      if (!this.#closing) this.#arm();
    });
  }
}
