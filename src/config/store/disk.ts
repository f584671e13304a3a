import { basename, dirname, join } from 'node:path';
import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { codeOf, isMissing, writeAll } from './file-system.ts';
import type { FileStat, FileSystem } from './file-system.ts';
import { Journal } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { LayerReader, layerOf, withTarget } from './layers.ts';
import type { Layer, Layers } from './layers.ts';
import { ProcessLock } from './process-lock.ts';
import type { ProcessLockWait } from './process-lock.ts';
import type { TomlFile } from './toml-file.ts';

/** Who may read what is kept beside the file: it says what the file says. */
const folderMode = 0o700;
/** Of a file that is made, where there is none to take them from. */
const fileMode = 0o600;

export interface DiskOptions {
  readonly environment?: string | undefined;
  readonly files: FileSystem;
  readonly clock: Clock;
  /** How other processes name this one. */
  readonly holder: string;
}

/** The files of one configuration, with what is kept beside the one that is written. */
export class Disk implements AsyncDisposable {
  /** The file that is written. */
  readonly path: string;
  /** Where everything else is. */
  readonly folder: string;
  readonly journal: Journal;
  readonly reader: LayerReader;
  readonly #files: FileSystem;
  readonly #lock: ProcessLock;
  #hasFolder = false;

  /** @param path the main file, after all links */
  constructor(path: string, { environment, files, clock, holder }: DiskOptions) {
    this.reader = new LayerReader(path, environment, files);
    this.path = this.reader.target;
    this.folder = stateFolderOf(this.path);
    this.#files = files;
    this.journal = new Journal(join(this.folder, 'journal'), files);
    this.#lock = new ProcessLock(join(this.folder, 'lock'), files, clock, holder);
  }

  /** Keeps other processes from changing anything. @throws WAIT_TIMEOUT, CANCELLED */
  async acquire(wait: ProcessLockWait): Promise<void> {
    await this.#makeFolder();
    await this.#lock.acquire(wait);
  }

  release(): void {
    this.#lock.release();
  }

  /**
   * Puts a text in the place of the file, and the entries into the journal before: the journal and
   * the new file are on the disk, then the name changes, then the folder is on the disk.
   * @returns the layers as they are now
   * @throws CONFIG_CONFLICT when somebody wrote the file meanwhile; CONFIG_WRITE_FAILED: then the file is what it was
   */
  async replace(
    layers: Layers,
    toml: TomlFile,
    bytes: Uint8Array,
    entries: readonly JournalEntry[],
  ): Promise<Layers> {
    const { target } = layers;
    const before = await this.#unchanged(target);
    const pending = join(this.folder, 'new');
    try {
      const steps = await Promise.allSettled([
        this.journal.append(entries),
        this.#writePending(pending, bytes, before),
      ]);
      const failed = steps.find((step) => step.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      // An editor asks for no lock: what it saved until now is not overwritten.
      await this.#unchanged(target);
      await this.#files.rename(pending, this.path);
    } catch (error) {
      throw this.#writeFailed(error);
    }
    const stamp = await this.#settle(target, before);
    const written = layerOf(target.kind, this.path, bytes, stamp, toml);
    this.reader.wrote(written);
    return withTarget(layers, written);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock.close();
    await this.journal[Symbol.asyncDispose]();
  }

  async #makeFolder(): Promise<void> {
    if (this.#hasFolder) return;
    try {
      if (await this.#files.makeFolder(this.folder, folderMode)) {
        await this.#write(join(this.folder, '.gitignore'), Buffer.from('*\n'), undefined);
        await this.#files.syncFolder(this.folder);
        await this.#files.syncFolder(dirname(this.path));
      }
    } catch (error) {
      throw this.#writeFailed(error);
    }
    this.#hasFolder = true;
  }

  async #writePending(path: string, bytes: Uint8Array, like: FileStat | undefined): Promise<void> {
    try {
      await this.#write(path, bytes, like);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      // Left over from a crash.
      await this.#files.remove(path);
      await this.#write(path, bytes, like);
    }
  }

  async #write(path: string, bytes: Uint8Array, like: FileStat | undefined): Promise<void> {
    const file = await this.#files.createFile(path, like?.mode ?? fileMode);
    try {
      await writeAll(file, bytes);
      if (like !== undefined) await file.take(like);
      await file.sync();
    } catch (error) {
      await file.close().catch(() => {});
      await this.#files.remove(path).catch(() => {});
      throw error;
    }
    await file.close();
  }

  /** The file as it is, where it is still the one that was read. */
  async #unchanged({ stamp }: Layer): Promise<FileStat | undefined> {
    let now: FileStat | undefined;
    try {
      now = await this.#files.stat(this.path);
    } catch (error) {
      if (!isMissing(error)) throw this.#writeFailed(error);
    }
    if ((now?.stamp ?? '') === stamp) return now;
    throw new SignalboxError(
      'CONFIG_CONFLICT',
      `${this.path} was edited by hand while it was changed here; nothing was written`,
      { details: { path: this.path }, nextStep: 'Do it again: it then goes on from that edit.' },
    );
  }

  /** Makes the new name last; where that fails, the old content is put back. */
  async #settle(target: Layer, before: FileStat | undefined): Promise<string> {
    try {
      const [, { stamp }] = await Promise.all([
        this.#files.syncFolder(dirname(this.path)),
        this.#files.stat(this.path),
      ]);
      return stamp;
    } catch (error) {
      await this.#putBack(target, before);
      throw this.#writeFailed(error);
    }
  }

  async #putBack({ toml }: Layer, before: FileStat | undefined): Promise<void> {
    const old = join(this.folder, 'new');
    try {
      if (before === undefined) await this.#files.remove(this.path);
      else {
        await this.#writePending(old, Buffer.from(toml.text), before);
        await this.#files.rename(old, this.path);
      }
    } catch {
      // What the file is then is read before anything else is written.
    }
  }

  #writeFailed(cause: unknown): SignalboxError {
    if (cause instanceof SignalboxError) return cause;
    const code = codeOf(cause) ?? String(cause);
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
