import type {
  OpenTokenFile,
  TokenFileSystem,
} from '../../../../src/links/http/oauth/token-file.ts';

/** Thrown in the place of everything that a process would do after its end. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

interface Content {
  text: string;
  /** What of it is on the disk. */
  durable: string;
}

/**
 * A disk in memory that loses its power at a given step, before or after that is done. What was not
 * flushed by then is lost: the text of a file, and the names in its folder. Source: man 2 fsync.
 */
export class CrashingDisk implements TokenFileSystem {
  /** The names as programs see them, and as the disk has them. */
  readonly #names = new Map<string, Content>();
  #durableNames = new Map<string, Content>();
  #left = Infinity;
  #isAfter = false;
  #isDown = false;

  /** Lets so many steps pass; the next one is done or not, and nothing after it. */
  crashAt(step: number, isAfter: boolean): void {
    this.#left = step;
    this.#isAfter = isAfter;
  }

  get hasCrashed(): boolean {
    return this.#isDown;
  }

  /** The power is back. @param isLost whether what was not flushed is gone, or got to the disk by itself */
  restart(isLost: boolean): void {
    if (isLost) {
      this.#names.clear();
      for (const [name, content] of this.#durableNames) {
        this.#names.set(name, { text: content.durable, durable: content.durable });
      }
    }
    for (const content of this.#names.values()) content.durable = content.text;
    this.#durableNames = new Map(this.#names);
    this.#left = Infinity;
    this.#isDown = false;
  }

  async read(path: string): Promise<{ text: string; mode: number }> {
    const content = this.#names.get(path);
    if (content !== undefined) return { text: content.text, mode: 0o600 };
    throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  }

  async open(path: string, flags: 'r' | 'w'): Promise<OpenTokenFile> {
    if (flags === 'r') {
      const sync = async (): Promise<void> =>
        this.#step(() => {
          this.#durableNames = new Map(this.#names);
        });
      return { writeFile: async () => {}, sync, close: async () => {} };
    }
    const content = this.#names.get(path) ?? { text: '', durable: '' };
    this.#step(() => {
      content.text = '';
      this.#names.set(path, content);
    });
    return {
      writeFile: async (text) => this.#step(() => (content.text = text)),
      sync: async () => this.#step(() => (content.durable = content.text)),
      close: async () => {},
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step(() => {
      const content = this.#names.get(from);
      if (content === undefined) return;
      this.#names.delete(from);
      this.#names.set(to, content);
    });
  }

  async remove(path: string): Promise<void> {
    this.#step(() => void this.#names.delete(path));
  }

  #step(run: () => void): void {
    if (this.#isDown) throw new Crash();
    this.#left -= 1;
    if (this.#left >= 0) {
      run();
      return;
    }
    this.#isDown = true;
    if (this.#isAfter) run();
    throw new Crash();
  }
}
