import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { mkdir, open, readdir, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { FileLock } from '../../links/index.ts';
import { codeOf } from './file-system.ts';
import type { FileStat, FileSystem, OpenFile } from './file-system.ts';

/** The bits of a mode that are permissions. */
const permissionBits = 0o7777;

class NodeFile implements OpenFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<number> {
    return (await this.#handle.write(bytes)).bytesWritten;
  }

  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async truncate(size: number): Promise<void> {
    await this.#handle.truncate(size);
  }

  async take({ mode, uid, gid }: FileStat): Promise<void> {
    const mine = await this.#handle.stat();
    if (mine.uid !== uid || mine.gid !== gid) {
      // Who is not root may give nothing away: the permissions are what counts then.
      await this.#handle.chown(uid, gid).catch(() => {});
    }
    if ((mine.mode & permissionBits) !== mode) await this.#handle.chmod(mode);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** The machine's own file system. */
export const nodeFileSystem: FileSystem = {
  realPath: async (path) => await realpath(path),
  stat: async (path) => {
    const found = await stat(path, { bigint: true });
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
  createFile: async (path, mode) => new NodeFile(await open(path, 'wx', mode)),
  openToAppend: async (path, mode) => new NodeFile(await open(path, 'a', mode)),
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
    await using folder = await open(path, 'r');
    await folder.sync();
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
