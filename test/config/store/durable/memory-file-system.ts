import { basename, dirname } from 'node:path';
import { systemClock } from '../../../../src/kernel/index.ts';
import type { Clock } from '../../../../src/kernel/index.ts';
import type {
  FileStat,
  FileSystem,
  LockFile,
  OpenFile,
} from '../../../../src/config/store/file-system.ts';

/** What became of a file since it was last flushed: bytes at a place, or a cut. */
interface PendingWrite {
  readonly at: number;
  readonly bytes: Uint8Array;
}

interface Inode {
  readonly number: number;
  data: Uint8Array;
  durable: Uint8Array;
  pending: readonly PendingWrite[];
  mode: number;
  changes: number;
}

/** A name that came, went or leads elsewhere, and is not flushed yet. */
interface PendingName {
  readonly name: string;
  readonly inode: number | undefined;
}

interface Folder {
  names: ReadonlyMap<string, number>;
  durable: ReadonlyMap<string, number>;
  pending: readonly PendingName[];
  /** Whether its own name is on the disk. */
  isDurable: boolean;
}

/** What is on a disk and what is on its way there, at one moment. */
export interface DiskImage {
  readonly inodes: ReadonlyMap<number, Readonly<Inode>>;
  readonly folders: ReadonlyMap<string, Readonly<Folder>>;
}

/** Waits for nothing: what is waited for in memory does not come later. */
export const hurriedClock: Clock = {
  ...systemClock,
  schedule: (_delayMs, run) => systemClock.schedule(0, run),
};

/** All files and folders by their paths, as a crash left them. */
export type DiskState = ReadonlyMap<string, Uint8Array | 'folder'>;

export function fileError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

/**
 * A file system in memory that knows what would be left after a crash: data is on the disk only after
 * `sync` of its file, names only after `syncFolder`. Until then any part of it may be there, in any
 * order, and writes may be torn.
 */
export class MemoryFileSystem implements FileSystem {
  /** Called after every operation, and before those that make something last. */
  onOperation: () => void = () => {};
  readonly #inodes = new Map<number, Inode>();
  readonly #folders = new Map<string, Folder>();
  readonly #locks = new Map<string, object>();
  readonly #watchers = new Set<{ readonly path: string; readonly wake: () => void }>();
  #last = 0;

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    this.#folders.set('/', emptyFolder());
    for (const [path, content] of Object.entries(files)) {
      this.#addFolders(dirname(path));
      const data = Buffer.from(content);
      const inode = this.#add(0o644);
      Object.assign(inode, { data, durable: data, pending: [] });
      const folder = this.#folder(dirname(path));
      folder.names = new Map([...folder.names, [basename(path), inode.number]]);
      folder.durable = folder.names;
    }
  }

  /** A machine that starts with what a crash left. */
  static of(names: DiskState): MemoryFileSystem {
    const files = Object.fromEntries(
      [...names].flatMap(([path, data]) => (data === 'folder' ? [] : [[path, data]])),
    );
    const system = new MemoryFileSystem(files);
    for (const [path, data] of names) if (data === 'folder') system.#addFolders(path);
    return system;
  }

  /** Everything as it is now; nothing that happens later changes it. */
  image(): DiskImage {
    return {
      inodes: new Map([...this.#inodes].map(([number, inode]) => [number, { ...inode }])),
      folders: new Map([...this.#folders].map(([path, folder]) => [path, { ...folder }])),
    };
  }

  /** All files by their paths, as programs see them. */
  files(): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    for (const [path, { names }] of this.#folders) {
      for (const [name, number] of names) {
        const inode = this.#inodes.get(number);
        if (inode !== undefined) found.set(joined(path, name), inode.data);
      }
    }
    return found;
  }

  async realPath(path: string): Promise<string> {
    return await this.#do(() => {
      this.#at(path);
      return path;
    });
  }

  async stat(path: string): Promise<FileStat> {
    return await this.#do(() => {
      const { number, data, mode, changes } = this.#at(path);
      return {
        stamp: `${number}:${data.length}:${changes}`,
        size: data.length,
        modifiedMs: changes,
        mode,
        uid: process.getuid?.() ?? 0,
        gid: process.getgid?.() ?? 0,
      };
    });
  }

  async readFile(path: string): Promise<Uint8Array> {
    return await this.#do(() => this.#at(path).data);
  }

  async readFrom(path: string, position: number): Promise<Uint8Array> {
    return await this.#do(() => this.#at(path).data.subarray(position));
  }

  async readFolder(path: string): Promise<readonly string[]> {
    return await this.#do(() => {
      const inner = [...this.#folders.keys()].filter(
        (each) => dirname(each) === path && each !== path,
      );
      return [...this.#folder(path).names.keys(), ...inner.map((each) => basename(each))];
    });
  }

  async createFile(path: string, mode: number): Promise<OpenFile> {
    return await this.#do(() => {
      const folder = this.#folder(dirname(path));
      if (folder.names.has(basename(path))) throw fileError('EEXIST');
      const inode = this.#add(mode);
      this.#name(path, inode.number);
      return this.#open(inode);
    });
  }

  async openToAppend(path: string, mode: number): Promise<OpenFile> {
    return await this.#do(() => {
      const number = this.#folder(dirname(path)).names.get(basename(path));
      const known = number === undefined ? undefined : this.#inodes.get(number);
      const inode = known ?? this.#add(mode);
      if (known === undefined) this.#name(path, inode.number);
      return this.#open(inode);
    });
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#do(() => {
      const inode = this.#at(from);
      inode.changes = this.#last += 1;
      this.#name(to, inode.number);
      this.#name(from, undefined);
    });
  }

  async remove(path: string): Promise<void> {
    await this.#do(() => {
      this.#at(path);
      this.#name(path, undefined);
    });
  }

  async makeFolder(path: string): Promise<boolean> {
    return await this.#do(() => {
      if (this.#folders.has(path)) return false;
      this.#folder(dirname(path));
      this.#folders.set(path, { ...emptyFolder(), isDurable: false });
      return true;
    });
  }

  async syncFolder(path: string): Promise<void> {
    this.onOperation();
    await this.#do(() => {
      const folder = this.#folder(path);
      folder.durable = folder.names;
      folder.pending = [];
      for (const [inner, each] of this.#folders) if (dirname(inner) === path) each.isDurable = true;
    });
  }

  async openLock(path: string): Promise<LockFile> {
    return await this.#do(() => {
      this.#folder(dirname(path));
      const me = {};
      return {
        tryLock: () => {
          const holder = this.#locks.get(path);
          if (holder !== undefined && holder !== me) return false;
          this.#locks.set(path, me);
          return true;
        },
        unlock: () => {
          if (this.#locks.get(path) === me) this.#locks.delete(path);
          for (const watcher of this.#watchers) if (watcher.path === path) watcher.wake();
        },
        note: () => {},
        close: () => {
          if (this.#locks.get(path) === me) this.#locks.delete(path);
        },
      };
    });
  }

  watch(path: string, changed: (name: string | undefined) => void): Disposable {
    const watcher = { path, wake: () => changed(undefined) };
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => this.#watchers.delete(watcher) };
  }

  async #do<Result>(run: () => Result): Promise<Result> {
    // As a real one, it answers later, and others come in between.
    await Promise.resolve();
    const result = run();
    this.onOperation();
    await Promise.resolve();
    return result;
  }

  #open(inode: Inode): OpenFile {
    return {
      write: async (bytes) =>
        await this.#do(() => {
          const at = inode.data.length;
          inode.data = Buffer.concat([inode.data, bytes]);
          inode.pending = [...inode.pending, { at, bytes: Buffer.from(bytes) }];
          inode.changes = this.#last += 1;
          return bytes.length;
        }),
      sync: async () => {
        this.onOperation();
        await this.#do(() => {
          inode.durable = inode.data;
          inode.pending = [];
        });
      },
      take: async ({ mode }) =>
        await this.#do(() => {
          inode.mode = mode;
        }),
      close: async () => await this.#do(() => {}),
    };
  }

  #add(mode: number): Inode {
    this.#last += 1;
    const none = new Uint8Array();
    const inode = {
      number: this.#last,
      data: none,
      durable: none,
      pending: [],
      mode,
      changes: this.#last,
    };
    this.#inodes.set(inode.number, inode);
    return inode;
  }

  #addFolders(path: string): void {
    for (let at = path; !this.#folders.has(at); at = dirname(at))
      this.#folders.set(at, emptyFolder());
  }

  #folder(path: string): Folder {
    const folder = this.#folders.get(path);
    if (folder === undefined) throw fileError('ENOENT');
    return folder;
  }

  #at(path: string): Inode {
    if (this.#folders.has(path)) throw fileError('EISDIR');
    const number = this.#folder(dirname(path)).names.get(basename(path));
    const inode = number === undefined ? undefined : this.#inodes.get(number);
    if (inode === undefined) throw fileError('ENOENT');
    return inode;
  }

  #name(path: string, inode: number | undefined): void {
    const folder = this.#folder(dirname(path));
    const name = basename(path);
    const names = new Map(folder.names);
    if (inode === undefined) names.delete(name);
    else names.set(name, inode);
    folder.names = names;
    folder.pending = [...folder.pending, { name, inode }];
  }
}

function emptyFolder(): Folder {
  const names = new Map<string, number>();
  return { names, durable: names, pending: [], isDurable: true };
}

function joined(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/**
 * What may be left of an image when the power goes: for each folder any of the names that were not
 * flushed, for each file any of the writes that were not, whole, torn, or as a hole of zeros.
 */
export function crashState(
  { inodes, folders }: DiskImage,
  choose: (of: number) => number,
): DiskState {
  const contents = new Map<number, Uint8Array>();
  const contentOf = (number: number): Uint8Array => {
    let content = contents.get(number);
    const inode = inodes.get(number);
    if (content === undefined && inode !== undefined) {
      content = left(inode, choose);
      contents.set(number, content);
    }
    return content ?? new Uint8Array();
  };
  const files = new Map<string, Uint8Array | 'folder'>();
  const lost: string[] = [];
  for (const [path, { durable, pending, isDurable }] of folders) {
    if (lost.some((each) => path.startsWith(`${each}/`))) continue;
    if (!isDurable && choose(2) === 0) {
      lost.push(path);
      continue;
    }
    files.set(path, 'folder');
    const names = new Map(durable);
    for (const { name, inode } of pending) {
      if (choose(2) === 0) continue;
      if (inode === undefined) names.delete(name);
      else names.set(name, inode);
    }
    for (const [name, number] of names) files.set(joined(path, name), contentOf(number));
  }
  return files;
}

function left({ durable, pending }: Readonly<Inode>, choose: (of: number) => number): Uint8Array {
  let data = durable;
  for (const { at, bytes } of pending) {
    switch (choose(5)) {
      case 0:
        continue;
      case 1:
        data = put(data, at, bytes);
        break;
      case 2:
        data = put(data, at, bytes.subarray(0, choose(bytes.length + 1)));
        break;
      case 3: {
        const from = choose(bytes.length + 1);
        data = put(data, at + from, bytes.subarray(from));
        break;
      }
      default:
        // Its length is there, and its blocks are not.
        data = put(data, at, new Uint8Array(bytes.length));
    }
  }
  return data;
}

function put(data: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.max(data.length, at + bytes.length));
  result.set(data);
  result.set(bytes, at);
  return result;
}
