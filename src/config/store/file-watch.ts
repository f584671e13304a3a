import { basename, dirname } from 'node:path';
import type { Clock, Timer } from '../../kernel/index.ts';
import type { FileSystem } from './file-system.ts';

/** Changes within so long are told as one: an editor makes several. */
const quietMs = 50;

/** Tells of changes of files, by the folders that they are in: a file that is put in their place counts. */
export class FileWatch implements Disposable {
  readonly #files: FileSystem;
  readonly #clock: Clock;
  readonly #changed: () => void;
  #watchers = new Map<string, Disposable>();
  #names: ReadonlySet<string> = new Set();
  #timer: Timer | undefined;
  #isOver = false;

  constructor(files: FileSystem, clock: Clock, changed: () => void) {
    this.#files = files;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** What to watch from now on. */
  follow(paths: readonly string[]): void {
    if (this.#isOver) return;
    this.#names = new Set(paths.map((path) => basename(path)));
    const folders = new Set(paths.map((path) => dirname(path)));
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher[Symbol.dispose]();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      this.#watchers.set(folder, this.#files.watch(folder, this.#heard));
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#timer?.cancel();
    for (const watcher of this.#watchers.values()) watcher[Symbol.dispose]();
    this.#watchers = new Map();
  }

  readonly #heard = (name: string | undefined): void => {
    // A new file may be one that a pattern includes.
    const isOurs = name === undefined || this.#names.has(name) || name.endsWith('.toml');
    if (!isOurs) return;
    this.#timer ??= this.#clock.schedule(quietMs, () => {
      this.#timer = undefined;
      this.#changed();
    });
  };
}
