import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { codeOf, isMissing, writeAll } from './file-system.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import { sha256 } from './sha256.ts';
import { unreadable } from './unreadable.ts';

/** A copy of the whole file as one revision left it. Plain data. */
export interface ConfigBackup {
  readonly revision: number;
  /** When that revision was made, ms since 1970. */
  readonly at: number;
}

/** How many copies are kept. */
export interface BackupLimits {
  /** The newest so many. @default 100 */
  readonly newest: number;
  /** Beyond these, the last one of each day, for so many days back. @default 30 */
  readonly days: number;
}

interface Copy extends ConfigBackup {
  readonly name: string;
  /** The begin of the digest of its bytes. */
  readonly digest: string;
}

const digestDigits = 16;
const dayMs = 86_400_000;
/** Copies that were begun, by all stores of this thread: each has a name of its own until it is whole. */
let begun = 0;
const namePattern = /^(\d{8,})-(\d{14})-([0-9a-f]{16})\.toml$/;

/** Dated copies of whole contents. The name of one says what its bytes must be. */
export class Backups {
  readonly folder: string;
  readonly #files: FileSystem;
  readonly #limits: BackupLimits;

  constructor(folder: string, files: FileSystem, limits: Partial<BackupLimits> = {}) {
    this.folder = folder;
    this.#files = files;
    this.#limits = { newest: limits.newest ?? 100, days: limits.days ?? 30 };
  }

  /** The newest first. @throws CONFIG_UNREADABLE */
  async list(): Promise<readonly Copy[]> {
    let names: readonly string[];
    try {
      names = await this.#files.readFolder(this.folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw unreadable(this.folder, error);
    }
    return names
      .flatMap(copyOfName)
      .toSorted((one, other) => other.revision - one.revision || other.at - one.at);
  }

  /** What a copy holds; undefined when its bytes are not what was written. */
  async read({ name, digest }: Copy): Promise<Uint8Array | undefined> {
    const bytes = await this.#files.readFile(join(this.folder, name)).catch(() => undefined);
    return bytes !== undefined && digestOf(bytes) === digest ? bytes : undefined;
  }

  /** What one revision left; undefined when that is not kept. */
  async find(revision: number): Promise<Uint8Array | undefined> {
    for (const copy of await this.list()) {
      if (copy.revision !== revision) continue;
      const bytes = await this.read(copy);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  /** Returns when the copy is on the disk, and what is too old is gone. */
  async write(revision: number, at: number, bytes: Uint8Array): Promise<void> {
    const name = nameOf(revision, at, digestOf(bytes));
    await this.#makeFolder();
    const all = await this.list();
    if (all.some((each) => each.name === name)) return;
    begun += 1;
    const pending = join(this.folder, `.new-${process.pid}-${threadId}-${begun}`);
    const file = await this.#create(pending);
    try {
      await writeAll(file, bytes);
      await file.sync();
      await this.#files.rename(pending, join(this.folder, name));
    } catch (error) {
      await this.#files.remove(pending).catch(() => {});
      throw error;
    } finally {
      await file.close().catch(() => {});
    }
    await this.#files.syncFolder(this.folder);
    await this.#prune([...copyOfName(name), ...all], at);
  }

  async #create(pending: string): Promise<OpenFile> {
    try {
      return await this.#files.createFile(pending, 0o600);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      // Left over from a process that crashed, and had the same number: in a container all have.
      await this.#files.remove(pending);
      return await this.#files.createFile(pending, 0o600);
    }
  }

  async #makeFolder(): Promise<void> {
    const isNew = await this.#files.makeFolder(this.folder, 0o700);
    if (isNew) await this.#files.syncFolder(dirname(this.folder));
  }

  async #prune(all: readonly Copy[], nowMs: number): Promise<void> {
    const { newest, days } = this.#limits;
    const kept = new Set<number>();
    for (const { name, at } of all.slice(newest)) {
      const day = Math.floor(at / dayMs);
      const isLastOfDay = !kept.has(day) && at > nowMs - days * dayMs;
      if (isLastOfDay) kept.add(day);
      // Another process may have been faster.
      else await this.#files.remove(join(this.folder, name)).catch(ignoreMissing);
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) === undefined) throw error;
}

function digestOf(bytes: Uint8Array): string {
  return sha256(bytes).slice(0, digestDigits);
}

/** `00000012-20260314092653-0123456789abcdef.toml`: revision, time in UTC, digest. */
function nameOf(revision: number, at: number, digest: string): string {
  const time = new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return `${String(revision).padStart(8, '0')}-${time}-${digest}.toml`;
}

function copyOfName(name: string): Copy[] {
  const match = namePattern.exec(name);
  if (match === null) return [];
  const [, revision = '', time = '', digest = ''] = match;
  const [, year = '', rest = ''] = /^(\d{4})(\d+)$/.exec(time) ?? [];
  const [month = '', day = '', hour = '', minute = '', second = ''] = rest.match(/\d{2}/g) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? [] : [{ name, revision: Number(revision), at, digest }];
}
