import { basename, dirname, join } from 'node:path';
import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { Backups } from './backups.ts';
import type { BackupLimits } from './backups.ts';
import { codeOf, isMissing, writeAll } from './file-system.ts';
import type { FileStat, FileSystem } from './file-system.ts';
import { Journal } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { LayerReader } from './layers.ts';
import type { ConfigPlaces } from './layers.ts';
import { ProcessLock } from './process-lock.ts';
import type { ProcessLockWait } from './process-lock.ts';
import { setAside } from './set-aside.ts';
import { unreadable } from './unreadable.ts';

/** Who may read what is kept beside the file: it says what the file says. */
const folderMode = 0o700;
/** Of a file that is made, where there is none to take them from. */
const fileMode = 0o600;

export interface DiskOptions {
  readonly files: FileSystem;
  readonly clock: Clock;
  /** How other processes name this one. */
  readonly holder: string;
  readonly backups?: Partial<BackupLimits> | undefined;
}

/** What is in the place of the file that is written. */
export interface Place {
  /** Of the file that was read; empty when there is none. */
  readonly stamp: string;
  readonly bytes: Uint8Array;
  /** Whose permissions and owner its successor has. */
  readonly like: FileStat | undefined;
}

/** The files of one configuration, with what is kept beside the one that is written. */
export class Disk implements AsyncDisposable {
  /** The file that is written. */
  readonly path: string;
  /** Where everything else is. */
  readonly folder: string;
  readonly journal: Journal;
  readonly backups: Backups;
  readonly reader: LayerReader;
  readonly files: FileSystem;
  readonly #clock: Clock;
  readonly #lock: ProcessLock;
  #hasFolder = false;

  constructor(places: ConfigPlaces, { files, clock, holder, backups }: DiskOptions) {
    this.reader = new LayerReader(places, files);
    this.path = this.reader.target;
    this.folder = stateFolderOf(this.path);
    this.files = files;
    this.#clock = clock;
    this.journal = new Journal(join(this.folder, 'journal'), files);
    this.backups = new Backups(join(this.folder, 'backups'), files, backups);
    const locks = { lock: join(this.folder, 'lock'), turn: join(this.folder, 'turn') };
    this.#lock = new ProcessLock(locks, files, clock, holder);
  }

  /** Keeps other processes from changing anything. @throws WAIT_TIMEOUT, CANCELLED, CONFIG_WRITE_FAILED */
  async acquire(wait: ProcessLockWait): Promise<void> {
    try {
      await this.#makeFolder();
      await this.#lock.acquire(wait);
    } catch (error) {
      throw this.#writeFailed(error);
    }
  }

  release(): void {
    this.#lock.release();
  }

  /** Whether another process waits to change something. */
  get isWantedElsewhere(): boolean {
    return this.#lock.isWantedElsewhere;
  }

  /** What is in the place of the file, whatever it is. */
  async look(): Promise<Place> {
    try {
      const like = await this.files.stat(this.path);
      return { stamp: like.stamp, bytes: await this.files.readFile(this.path), like };
    } catch (error) {
      if (isMissing(error)) return { stamp: '', bytes: new Uint8Array(), like: undefined };
      throw unreadable(this.path, error);
    }
  }

  /** Keeps bytes that are no good. @returns where */
  async setAside(bytes: Uint8Array, name: string = basename(this.path)): Promise<string> {
    try {
      const folder = join(this.folder, 'set-aside');
      return await setAside(this.files, folder, { name, at: this.#clock.now(), bytes });
    } catch (error) {
      throw this.#writeFailed(error);
    }
  }

  /** Writes down what changed in files that are not written here. */
  async note(entries: readonly JournalEntry[]): Promise<void> {
    try {
      await this.journal.append(entries);
    } catch (error) {
      throw this.#writeFailed(error);
    }
  }

  /**
   * Puts bytes in the place of the file, and the entries into the journal before: the journal and the
   * new file are on the disk, then the name changes, then the folder is on the disk.
   * @returns the new file
   * @throws CONFIG_CONFLICT when somebody wrote the file meanwhile; CONFIG_WRITE_FAILED. Then the file
   *   is what it was, unless the error says `outcome: 'unknown'`
   */
  async replace(
    place: Place,
    bytes: Uint8Array,
    entries: readonly JournalEntry[],
  ): Promise<FileStat> {
    const pending = join(this.folder, 'new');
    const { like } = place;
    const written = Promise.withResolvers<void>();
    try {
      const steps = await Promise.allSettled([
        this.journal.append(entries, written.promise),
        this.#writePending(pending, bytes, like, written.resolve).finally(written.resolve),
      ]);
      const failed = steps.find((step) => step.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      // An editor asks for no lock: what it saved until now is not overwritten.
      await this.#unchanged(place);
      await this.files.rename(pending, this.path);
    } catch (error) {
      throw this.#writeFailed(error);
    }
    try {
      const [, stat] = await Promise.all([
        this.files.syncFolder(dirname(this.path)),
        this.files.stat(this.path),
      ]);
      return stat;
    } catch (error) {
      if (await this.#putBack(place)) throw this.#writeFailed(error);
      throw this.#unknown(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock.close();
    await this.journal[Symbol.asyncDispose]();
  }

  async #makeFolder(): Promise<void> {
    if (this.#hasFolder) return;
    try {
      if (await this.files.makeFolder(this.folder, folderMode)) {
        await this.#write(join(this.folder, '.gitignore'), Buffer.from('*\n'), undefined);
        await this.files.syncFolder(this.folder);
        await this.files.syncFolder(dirname(this.path));
      }
    } catch (error) {
      // Half made is not made.
      throw this.#writeFailed(error);
    }
    this.#hasFolder = true;
  }

  async #writePending(
    path: string,
    bytes: Uint8Array,
    like: FileStat | undefined,
    written?: () => void,
  ): Promise<void> {
    try {
      await this.#write(path, bytes, like, written);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      // Left over from a crash.
      await this.files.remove(path);
      await this.#write(path, bytes, like, written);
    }
  }

  async #write(
    path: string,
    bytes: Uint8Array,
    like: FileStat | undefined,
    written?: () => void,
  ): Promise<void> {
    const file = await this.files.createFile(path, like?.mode ?? fileMode);
    try {
      await writeAll(file, bytes);
      if (like !== undefined) await file.take(like);
      written?.();
      await file.sync();
    } catch (error) {
      await file.close().catch(() => {});
      await this.files.remove(path).catch(() => {});
      throw error;
    }
    // What is flushed is there, whenever it is closed.
    file.close().catch(() => {});
  }

  /** @throws CONFIG_CONFLICT unless the file is still the one that was read */
  async #unchanged({ stamp }: Place): Promise<void> {
    let now: FileStat | undefined;
    try {
      now = await this.files.stat(this.path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    if ((now?.stamp ?? '') === stamp) return;
    throw new SignalboxError(
      'CONFIG_CONFLICT',
      `${this.path} was edited by hand while it was changed here; nothing was written`,
      { details: { path: this.path }, nextStep: 'Do it again: it then goes on from that edit.' },
    );
  }

  /** The name may not last, so nobody may count on it. */
  async #putBack({ bytes, like }: Place): Promise<boolean> {
    const pending = join(this.folder, 'new');
    try {
      if (like === undefined) await this.files.remove(this.path);
      else {
        await this.#writePending(pending, bytes, like);
        await this.files.rename(pending, this.path);
      }
      return true;
    } catch {
      // What the file is by now is read before anything else is written.
      return false;
    }
  }

  #unknown(cause: unknown): SignalboxError {
    const code = reasonOf(cause);
    return new SignalboxError(
      'CONFIG_WRITE_FAILED',
      `${this.path} is written, but may be what it was after a power cut: ${code}`,
      {
        details: { path: this.path, reason: code, outcome: 'unknown' },
        nextStep: 'Look what it says once the disk is well again.',
        cause,
      },
    );
  }

  #writeFailed(cause: unknown): SignalboxError {
    if (isSignalboxError(cause) && cause.fault === 'caller') return cause;
    const code = reasonOf(cause);
    return new SignalboxError('CONFIG_WRITE_FAILED', `${this.path} is not written: ${code}`, {
      details: { path: this.path, reason: code },
      cause,
    });
  }
}

/** `.lab.toml.signalbox`, beside `lab.toml`. */
export function stateFolderOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.signalbox`);
}

/** `ENOSPC`, of an error or of what caused it. */
function reasonOf(error: unknown): string {
  if (!isSignalboxError(error)) return codeOf(error) ?? String(error);
  return codeOf(error.cause) ?? error.message;
}
