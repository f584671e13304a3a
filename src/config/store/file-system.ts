/** What of a file tells whether it is still the one that was read. */
export interface FileStat {
  /** Inode, both times and size in one text: two equal ones are one content. */
  readonly stamp: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** Permissions, without the kind of file. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A file that is open to be written. */
export interface OpenFile {
  /** Writes at the end, and says how many bytes went: it may be fewer. */
  write(bytes: Uint8Array): Promise<number>;
  /** Returns when everything written is on the disk. */
  sync(): Promise<void>;
  /** Gives it the permissions and the owner of another. */
  take(like: Pick<FileStat, 'mode' | 'uid' | 'gid'>): Promise<void>;
  close(): Promise<void>;
}

/** A file that processes hold one at a time. */
export interface LockFile {
  /** Takes it unless another process holds it. */
  tryLock(): boolean;
  /** Lets go, and wakes who watches it. */
  unlock(): void;
  /** Says who holds it, for people. */
  note(text: string): void;
  close(): void;
}

/**
 * What the store needs of a file system, and all that it uses: faults and crashes come in here.
 * Errors are those of `node:fs`, with their `code`.
 */
export interface FileSystem {
  realPath(path: string): Promise<string>;
  stat(path: string): Promise<FileStat>;
  readFile(path: string): Promise<Uint8Array>;
  /** From a byte on, to the end. */
  readFrom(path: string, position: number): Promise<Uint8Array>;
  readFolder(path: string): Promise<readonly string[]>;
  /** An error when it is there already. */
  createFile(path: string, mode: number): Promise<OpenFile>;
  /** To be written at its end; made when it is not there. */
  openToAppend(path: string, mode: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes a folder; `false` when it was there. */
  makeFolder(path: string, mode: number): Promise<boolean>;
  /** Returns when the names in a folder are on the disk. */
  syncFolder(path: string): Promise<void>;
  openLock(path: string): Promise<LockFile>;
  /** Calls `changed` with a name of the folder that changed, or undefined when that is not known. */
  watch(path: string, changed: (name: string | undefined) => void): Disposable;
}

/** Whether an error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/** `ENOSPC` and the like; undefined for what is no error of a file system. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Writes everything, however few bytes go at once. */
export async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const written = await file.write(at === 0 ? bytes : bytes.subarray(at));
    if (written === 0) throw Object.assign(new RangeError('nothing was written'), { code: 'EIO' });
    at += written;
  }
}
