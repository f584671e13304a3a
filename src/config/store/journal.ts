import { dirname } from 'node:path';
import { z } from 'zod';
import { isMissing, writeAll } from './file-system.ts';
import type { FileStat, FileSystem, OpenFile } from './file-system.ts';
import { sha256 } from './sha256.ts';
import { unreadable } from './unreadable.ts';

/** One revision as the journal keeps it. */
export interface JournalEntry {
  readonly revision: number;
  /** Of the bytes of the file; absent where the next revision went to the disk together with it. */
  readonly sha256?: string | undefined;
  /** Of the file, in bytes. */
  readonly size?: number | undefined;
  /** Of everything that is below the file, where anything is. */
  readonly below?: string | undefined;
  /** ms since 1970. */
  readonly at: number;
  readonly by: string;
  readonly why?: string | undefined;
  /** What changed, by path. */
  readonly keys: readonly string[];
  /** Comments that went with what was taken away. */
  readonly removedComments?: readonly string[] | undefined;
  /** Revisions that never came about: a crash or an error came before their file did. */
  readonly undone?: readonly [first: number, last: number] | undefined;
}

const entrySchema: z.ZodType<JournalEntry> = z.object({
  revision: z.number().int().min(0),
  sha256: z.string().optional(),
  size: z.number().int().optional(),
  below: z.string().optional(),
  at: z.number(),
  by: z.string(),
  why: z.string().optional(),
  keys: z.array(z.string()),
  removedComments: z.array(z.string()).optional(),
  undone: z.tuple([z.number().int(), z.number().int()]).optional(),
});

/** A journal longer than this is written anew, with its last {@link journalEntriesMost} entries at most. */
const journalBytesMost = 8_388_608;
/** They are so long at most: otherwise it would be too long again at once. */
const journalBytesKept = journalBytesMost / 2;
const journalEntriesMost = 10_000;

const checkDigits = 16;

/**
 * The list of revisions beside the file: a line of JSON for each, with a check sum of its own, only
 * ever added to. It is on the disk before the file is, so that after a crash the file is what the
 * last lines say, or what those before them say.
 */
export class Journal implements AsyncDisposable {
  readonly path: string;
  readonly #files: FileSystem;
  #entries: JournalEntry[] = [];
  #file: OpenFile | undefined;
  #exists = false;
  #stamp = '';
  #inode = '';
  /** Bytes that are read, up to the end of a line. */
  #size = 0;
  /** Bytes of a line that has no end. */
  #torn = 0;
  #damaged = 0;

  constructor(path: string, files: FileSystem) {
    this.path = path;
    this.#files = files;
  }

  /** All entries that are whole, oldest first. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Lines that are no entry: torn by a crash, or damaged. */
  get damaged(): number {
    return this.#damaged;
  }

  /** The highest revision that was ever given, whatever came of it. */
  get highest(): number {
    return this.#entries.reduce(
      (most, { revision, undone }) => Math.max(most, revision, undone?.[1] ?? 0),
      0,
    );
  }

  get exists(): boolean {
    return this.#exists;
  }

  /** Reads what is new, or everything where the file is another. @throws CONFIG_UNREADABLE */
  async refresh(): Promise<void> {
    try {
      await this.#refresh();
    } catch (error) {
      if (!isMissing(error)) throw unreadable(this.path, error);
      await this.#forget();
    }
  }

  async #refresh(): Promise<void> {
    const stat = await this.#files.stat(this.path);
    if (stat.stamp === this.#stamp) return;
    const inode = inodeOf(stat);
    if (inode !== this.#inode || stat.size < this.#size) await this.#forget();
    this.#take(await this.#files.readFrom(this.path, this.#size));
    this.#exists = true;
    this.#stamp = stat.stamp;
    this.#inode = inode;
  }

  /**
   * Returns when the entries are on the disk. Only who holds the lock may add any.
   * @param until what is written besides: flushed at once, both cost the disk hardly more than one
   */
  async append(entries: readonly JournalEntry[], until?: Promise<void>): Promise<void> {
    const text = entries.map(lineOf).join('');
    const bytes = Buffer.from(this.#torn > 0 ? `\n${text}` : text);
    try {
      const file = (this.#file ??= await this.#files.openToAppend(this.path, 0o600));
      await writeAll(file, bytes);
      await until;
      await file.sync();
      // A new file is lost with its name.
      if (!this.#exists) await this.#files.syncFolder(dirname(this.path));
      const stat = await this.#files.stat(this.path);
      this.#stamp = stat.stamp;
      this.#inode = inodeOf(stat);
    } catch (error) {
      // What of it went is not known: it is read again before anything else is added.
      await this.#forget();
      throw error;
    }
    this.#size += this.#torn + bytes.length;
    this.#torn = 0;
    this.#entries.push(...entries);
    this.#exists = true;
  }

  /** Whether it is so long, or so damaged, that it has to be written anew. */
  get isWorn(): boolean {
    return this.#damaged > 0 || this.#size > journalBytesMost;
  }

  /** Writes it anew with its newest entries. Only who holds the lock may. */
  async rewrite(): Promise<void> {
    const pending = `${this.path}.new`;
    await this.#files.remove(pending).catch(() => {});
    const file = await this.#files.createFile(pending, 0o600);
    try {
      await writeAll(file, Buffer.from(newest(this.#entries).join('')));
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#files.rename(pending, this.path);
    await this.#files.syncFolder(dirname(this.path));
    await this.#forget();
    await this.refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
  }

  async #forget(): Promise<void> {
    await this.#letGo();
    this.#entries = [];
    this.#exists = false;
    this.#stamp = '';
    this.#inode = '';
    this.#size = 0;
    this.#torn = 0;
    this.#damaged = 0;
  }

  #take(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString('utf8');
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') continue;
      const entry = entryOf(line);
      if (entry === undefined) this.#damaged += 1;
      else this.#entries.push(entry);
    }
    // The end of a line may still be coming: another process is at it.
    const torn = bytes.length - (bytes.lastIndexOf(0x0a) + 1);
    this.#size += bytes.length - torn;
    this.#torn = rest === '' ? 0 : torn;
  }
}

/** What stays while a file is written to, and is another for another file of the same name. */
function inodeOf({ stamp }: FileStat): string {
  return stamp.slice(0, stamp.indexOf(':'));
}

/** The lines of the newest entries, as many as are kept. */
function newest(entries: readonly JournalEntry[]): string[] {
  const lines: string[] = [];
  let left = journalBytesKept;
  for (const entry of entries.slice(-journalEntriesMost).toReversed()) {
    const line = lineOf(entry);
    left -= Buffer.byteLength(line);
    // The last one says what the file is.
    if (left < 0 && lines.length > 0) break;
    lines.push(line);
  }
  return lines.toReversed();
}

function lineOf(entry: JournalEntry): string {
  const text = JSON.stringify(entry);
  return `${text.slice(0, -1)},"check":"${sha256(text).slice(0, checkDigits)}"}\n`;
}

function entryOf(line: string): JournalEntry | undefined {
  const match = /^(.*),"check":"([0-9a-f]+)"\}$/s.exec(line);
  if (match === null) return undefined;
  const [, body = '', check = ''] = match;
  const text = `${body}}`;
  if (sha256(text).slice(0, checkDigits) !== check) return undefined;
  const parsed = entrySchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}
