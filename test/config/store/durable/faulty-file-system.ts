import type { FileSystem, OpenFile } from '../../../../src/config/store/file-system.ts';
import { fileError } from './memory-file-system.ts';

/** What goes wrong at a call. */
export interface Fault {
  readonly code: string;
  /** The call at which it begins, counted from 1. */
  readonly at: number;
  /** Whether it stays so; else it happens once. */
  readonly stays: boolean;
}

/** A file system some calls of which fail. */
export class FaultyFileSystem {
  calls = 0;
  /** Whether the fault has happened. */
  hit = false;
  fault: Fault | undefined;
  readonly files: FileSystem;

  constructor(inner: FileSystem) {
    const call = async <Result>(run: () => Promise<Result>): Promise<Result> => {
      this.#count();
      return await run();
    };
    const faulty = (file: OpenFile): OpenFile => ({
      write: async (bytes) => {
        if (this.#isShort())
          return await file.write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
        return await call(async () => await file.write(bytes));
      },
      sync: async () => await call(async () => await file.sync()),
      take: async (stat) => await call(async () => await file.take(stat)),
      // What is closed is closed, also when it says that it failed.
      close: async () => await file.close(),
    });
    this.files = {
      realPath: async (path) => await call(async () => await inner.realPath(path)),
      stat: async (path) => await call(async () => await inner.stat(path)),
      readFile: async (path) => await call(async () => await inner.readFile(path)),
      readFrom: async (path, at) => await call(async () => await inner.readFrom(path, at)),
      readFolder: async (path) => await call(async () => await inner.readFolder(path)),
      createFile: async (path, mode) =>
        faulty(await call(async () => await inner.createFile(path, mode))),
      openToAppend: async (path, mode) =>
        faulty(await call(async () => await inner.openToAppend(path, mode))),
      rename: async (from, to) => await call(async () => await inner.rename(from, to)),
      remove: async (path) => await call(async () => await inner.remove(path)),
      makeFolder: async (path, mode) => await call(async () => await inner.makeFolder(path, mode)),
      syncFolder: async (path) => await call(async () => await inner.syncFolder(path)),
      openLock: async (path) => await call(async () => await inner.openLock(path)),
      watch: (path, changed) => inner.watch(path, changed),
    };
  }

  #count(): void {
    this.calls += 1;
    if (!this.#isDue() || this.fault?.code === 'short') return;
    this.hit = true;
    throw fileError(this.fault?.code ?? '');
  }

  #isShort(): boolean {
    if (this.fault?.code !== 'short') return false;
    this.calls += 1;
    const isDue = this.#isDue();
    this.hit ||= isDue;
    return isDue;
  }

  #isDue(): boolean {
    if (this.fault === undefined || this.calls < this.fault.at) return false;
    return this.fault.stays || this.calls === this.fault.at;
  }
}
