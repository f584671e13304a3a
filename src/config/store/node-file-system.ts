import { closeSync, fsync, openSync, statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { mkdir, open, readdir, readFile, realpath, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { FileLock } from '../../links/index.ts';
import { codeOf } from './file-system.ts';
import type { FileStat, FileSystem, OpenFile } from './file-system.ts';

/** The bits of a mode that are permissions. */
const permissionBits = 0o7777;

/** What files that are made in a folder with a mode come out as: seen once, then known. */
const made = new Map<string, Owned>();
/** So many are remembered. */
const madeMost = 100;

type Owned = Pick<FileStat, 'mode' | 'uid' | 'gid'>;

class NodeFile implements OpenFile {
  readonly #handle: FileHandle;
  readonly #kind: string;

  /** @param kind the folder and the mode with which it was made */
  constructor(handle: FileHandle, kind: string) {
    this.#handle = handle;
    this.#kind = kind;
  }

  async write(bytes: Uint8Array): Promise<number> {
    return (await this.#handle.write(bytes)).bytesWritten;
  }

  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async take({ mode, uid, gid }: Owned): Promise<void> {
    const mine = made.get(this.#kind) ?? (await this.#look());
    if (mine.uid !== uid || mine.gid !== gid) {
      // Who is not root may give nothing away, but may hand it to a group that they are in; where
      // not even that is so, the permissions are what counts.
      await this.#handle
        .chown(uid, gid)
        .catch(async () => await this.#handle.chown(mine.uid, gid))
        .catch(() => {});
    }
    if (mine.mode !== mode) await this.#handle.chmod(mode);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #look(): Promise<Owned> {
    const { mode, uid, gid } = await this.#handle.stat();
    const found = { mode: mode & permissionBits, uid, gid };
    if (made.size < madeMost) made.set(this.#kind, found);
    return found;
  }
}

const flush = promisify(fsync);

/** The machine's own file system. */
export const nodeFileSystem: FileSystem = {
  realPath: async (path) => await realpath(path),
  // What the kernel has in memory is asked for at once: another thread would take ten times as long.
  stat: async (path) => {
    const found = statSync(path, { bigint: true });
    return {
      stamp: `${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`,
      size: Number(found.size),
      modifiedMs: Number(found.mtimeMs),
      mode: Number(found.mode) & permissionBits,
      uid: Number(found.uid),
      gid: Number(found.gid),
    };
  },
  readFile: async (path) => await readFile(path),
  readFrom: async (path, position) => {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, size - position));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, position);
    return bytes.subarray(0, bytesRead);
  },
  readFolder: async (path) => await readdir(path),
  createFile: async (path, mode) =>
    new NodeFile(await open(path, 'wx', mode), `${dirname(path)}:${mode}`),
  openToAppend: async (path, mode) => new NodeFile(await open(path, 'a', mode), ''),
  rename: async (from, to) => await rename(from, to),
  remove: async (path) => await unlink(path),
  makeFolder: async (path, mode) => {
    try {
      await mkdir(path, { mode });
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  },
  syncFolder: async (path) => {
    const folder = openSync(path, 'r');
    try {
      await flush(folder);
    } finally {
      closeSync(folder);
    }
  },
  openLock: async (path) => await FileLock.open(path),
  watch: (path, changed) => {
    let watcher: FSWatcher | undefined;
    try {
      watcher = watch(path, { persistent: false }, (_event, name) => changed(name ?? undefined));
      // A folder that goes takes its watcher along; what it held is looked at before it is written.
      watcher.on('error', () => watcher?.close());
    } catch {
      // Where nothing can be watched any more, changes are noticed with the next transaction.
    }
    return { [Symbol.dispose]: () => watcher?.close() };
  },
};
