import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { TomlFile } from '../toml/toml-file.ts';
import type { Disk, Place } from './disk.ts';
import type { JournalEntry } from './journal.ts';
import { layerOf, withTarget } from './layers.ts';
import type { Layer, Layers } from './layers.ts';
import type { Notify } from './notice.ts';
import type { Revisions } from './revisions.ts';
import { sha256 } from './sha256.ts';
import type { Version } from './versions.ts';

/** A version that came about, and what the history says of it. */
export interface Step<T> {
  readonly version: Version<T>;
  readonly before: Version<T>;
  readonly entry: JournalEntry;
  /** A whole text that it is, where it is not made of the one before. */
  readonly text?: string | undefined;
}

export interface RevisionWriterOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly revisions: Revisions;
  readonly notify: Notify;
}

/**
 * The newest revision, and how it comes into the file: with its entry in the journal before it, and a
 * copy of it. Only who holds the files may write.
 */
export class RevisionWriter<T> {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #revisions: Revisions;
  readonly #notify: Notify;
  #layers: Layers | undefined;
  #current: Version<T> | undefined;
  /** After a write that failed, what the files are is not known until they are read again. */
  #isUnsure = false;

  constructor({ disk, clock, revisions, notify }: RevisionWriterOptions) {
    this.#disk = disk;
    this.#clock = clock;
    this.#revisions = revisions;
    this.#notify = notify;
  }

  /** Whether the files have to be read again before anything is made of them. */
  get isUnsure(): boolean {
    return this.#isUnsure;
  }

  /** The files were read again. */
  reread(): void {
    this.#isUnsure = false;
  }

  /** Whether there is a newest revision yet. */
  get isOpen(): boolean {
    return this.#current !== undefined;
  }

  /** The files as they were read or written last. */
  get layers(): Layers {
    if (this.#layers === undefined) throw notOpen();
    return this.#layers;
  }

  get current(): Version<T> {
    if (this.#current === undefined) throw notOpen();
    return this.#current;
  }

  /** 0 as long as there is none. */
  get revision(): number {
    return this.#current?.snapshot.revision ?? 0;
  }

  /** The text of the newest revision. */
  get text(): string {
    return this.layers.target.toml.text;
  }

  /**
   * This is what the files are.
   * @param layers as they are now, where the version knows them from before
   */
  take(version: Version<T>, layers: Layers = version.layers): void {
    this.#layers = layers;
    this.#current = version;
  }

  /** Writes steps that follow each other, all at once. @throws as {@link Disk.replace} */
  async write(steps: readonly Step<T>[]): Promise<void> {
    const last = steps.at(-1);
    if (last === undefined) return;
    const { target } = this.layers;
    const { layers: around } = last.version;
    const text = steps.findLast((step) => step.text !== undefined)?.text;
    const base = text === undefined ? target.toml : TomlFile.parse(text, target.path);
    const { file: toml, removedComments } = base.edit(last.version.target);
    const bytes = Buffer.from(toml.text);
    const entries = steps.map(({ entry }) => entry);
    entries.push({
      ...(entries.pop() ?? last.entry),
      sha256: sha256(bytes),
      size: bytes.length,
      below: around.below,
      ...(removedComments.length === 0 ? {} : { removedComments }),
    });
    await this.keepFirst();
    const place = placeOf(target);
    try {
      await this.put(place, toml, bytes, [...this.#pendingEntries(), ...entries], around);
    } catch (error) {
      this.#isUnsure = true;
      throw error;
    }
    this.#revisions.settle();
    this.#current = last.version;
  }

  /**
   * Puts a text in the place of the file, and says so in the journal.
   * @param around the files that it is one of
   * @throws as {@link Disk.replace}
   */
  async put(
    place: Place,
    toml: TomlFile,
    bytes: Uint8Array,
    entries: readonly JournalEntry[],
    around: Layers = this.layers,
  ): Promise<void> {
    const { target } = around;
    const stat = await this.#disk.replace(place, bytes, entries);
    const written = layerOf(target.kind, target.path, bytes, stat, toml);
    this.#disk.reader.wrote(written);
    this.#layers = withTarget(around, written);
  }

  /** Writes down a revision that is in the files already, and keeps a copy of it. */
  async note(entry: JournalEntry, { target }: Layers): Promise<void> {
    await this.#disk.note([...this.#pendingEntries(), entry]);
    this.#revisions.settle();
    if (target.stamp !== '') await this.keep(entry.revision, Buffer.from(target.toml.text));
  }

  /** Before the first change there is no copy of what it changes. */
  async keepFirst(): Promise<void> {
    const { target } = this.layers;
    if (this.#disk.journal.exists || target.stamp === '') return;
    await this.keep(this.current.snapshot.revision, Buffer.from(target.toml.text));
  }

  /** Keeps a copy of a revision, or tells that there is none. */
  async keep(revision: number, bytes: Uint8Array): Promise<void> {
    try {
      await this.#disk.backups.write(revision, this.#clock.now(), bytes);
    } catch (error) {
      const message = `no copy of revision ${revision} could be kept: ${String(error)}`;
      this.#notify({ kind: 'backup-failed', message });
    }
  }

  /** Keeps a copy of the newest revision, unless there is one. */
  async backUp(): Promise<void> {
    const { journal } = this.#disk;
    if (!journal.exists || this.layers.target.stamp === '') return;
    await this.keep(this.current.snapshot.revision, Buffer.from(this.text));
  }

  /** What the journal has to say before anything else. */
  #pendingEntries(): JournalEntry[] {
    const found = this.#disk.journal.exists ? [] : [this.#foundEntry()];
    return [...found, ...this.#revisions.undoneEntries(this.current.snapshot.revision)];
  }

  #foundEntry(): JournalEntry {
    const { target, below } = this.layers;
    const { revision } = this.current.snapshot;
    return {
      ...this.#revisions.entry(revision, { by: 'signalbox', why: 'as it was found' }),
      sha256: target.sha256,
      size: target.size,
      below,
    };
  }
}

/** Of a file that was read. */
export function placeOf({ stamp, stat, toml }: Layer): Place {
  return { stamp, bytes: Buffer.from(toml.text), like: stat };
}

function notOpen(): SignalboxError {
  return new SignalboxError('CLOSED', 'the configuration is not open');
}
