import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SignalboxError, sleep, systemClock } from '../../../kernel/index.ts';
import type { Clock } from '../../../kernel/index.ts';
import { lockFile } from '../../linux/file-lock.ts';

/** How long the lock of another process is waited for: longer than a refresh with all its tries takes. */
export const tokenLockWaitMs = 90_000;
/** The lock is tried for so often. */
const lockPauseMs = 20;
/** More of a file is not read. */
const fileBytesMost = 65_536;

/** What is kept of a sign-in. */
export interface StoredTokens {
  /** Of the app that it was made for. */
  readonly clientId: string;
  readonly accessToken: string;
  /** ms since 1970. */
  readonly expiresAtMs: number;
  /** How long an access token lives from its beginning on. */
  readonly lifeMs: number;
  readonly refreshToken: string;
  readonly scope: string;
  /** When the user agreed, ms since 1970. */
  readonly authorizedAtMs: number;
  /** Whether the server took the consent for ended: nothing but a new sign-in helps. */
  readonly isEnded: boolean;
}

/** A file that is open for writing. */
export interface OpenTokenFile {
  writeFile(text: string): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What is asked of the file system, one step at a time. */
export interface TokenFileSystem {
  read(path: string): Promise<{ readonly text: string; readonly mode: number }>;
  open(path: string, flags: 'r' | 'w'): Promise<OpenTokenFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

const nodeFileSystem: TokenFileSystem = {
  read: async (path) => {
    await using file = await open(path, 'r');
    const { mode, size } = await file.stat();
    if (size > fileBytesMost) return { text: '', mode };
    return { text: await readFile(file, 'utf8'), mode };
  },
  open: async (path, flags) => await open(path, flags, 0o600),
  rename,
  remove: async (path) => await rm(path, { force: true }),
};

/** The file of one sign-in, which its owner alone can read. Several processes may use it. */
export class TokenFile {
  readonly path: string;
  readonly #files: TokenFileSystem;
  readonly #clock: Clock;

  /** @param path its folder must exist */
  constructor(path: string, clock: Clock = systemClock, files: TokenFileSystem = nodeFileSystem) {
    this.path = path;
    this.#clock = clock;
    this.#files = files;
  }

  /**
   * Undefined when nobody has signed in. A damaged file is set aside.
   * @throws CONFIG_INVALID when others may read it; CONFIG_UNREADABLE
   */
  async read(): Promise<StoredTokens | undefined> {
    let text: string;
    let mode: number;
    try {
      ({ text, mode } = await this.#files.read(this.path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.#failure('read', error);
    }
    if ((mode & 0o077) !== 0) {
      throw new SignalboxError('CONFIG_INVALID', `others may read the sign-in in ${this.path}`, {
        nextStep: `Run \`chmod 600 ${this.path}\`; sign out and in again if others may have seen it.`,
      });
    }
    const tokens = parsed(text);
    if (tokens !== undefined) return tokens;
    try {
      await this.#files.rename(this.path, `${this.path}.damaged-${this.#clock.now()}`);
    } catch (error) {
      throw this.#failure('set aside', error);
    }
    return undefined;
  }

  /** When it resolves, the tokens are on the disk; until then what was there is. @throws CONFIG_UNREADABLE */
  async write(tokens: StoredTokens): Promise<void> {
    const temporary = `${this.path}.new`;
    try {
      await this.#flush(temporary, 'w', `${JSON.stringify(tokens)}\n`);
      await this.#files.rename(temporary, this.path);
      // A rename is lost with the power until the folder that holds the name is flushed.
      await this.#flush(dirname(this.path), 'r');
    } catch (error) {
      throw this.#failure('written', error);
    }
  }

  /** @throws CONFIG_UNREADABLE */
  async remove(): Promise<void> {
    try {
      await this.#files.remove(this.path);
      await this.#flush(dirname(this.path), 'r');
    } catch (error) {
      throw this.#failure('removed', error);
    }
  }

  /**
   * Holds the file against other processes, until disposed.
   * @throws WAIT_TIMEOUT after {@link tokenLockWaitMs}
   */
  async lock(): Promise<Disposable> {
    const giveUpMs = this.#clock.monotonic() + tokenLockWaitMs;
    for (;;) {
      const lock = await lockFile(`${this.path}.lock`);
      if (lock !== undefined) return lock;
      if (this.#clock.monotonic() >= giveUpMs) {
        throw new SignalboxError(
          'WAIT_TIMEOUT',
          `another process has held ${this.path} for ${tokenLockWaitMs} ms`,
          { details: { path: this.path, tokenLockWaitMs } },
        );
      }
      await sleep(this.#clock, lockPauseMs);
    }
  }

  async #flush(path: string, flags: 'r' | 'w', text?: string): Promise<void> {
    const file = await this.#files.open(path, flags);
    try {
      if (text !== undefined) await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  #failure(what: string, cause: unknown): SignalboxError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new SignalboxError('CONFIG_UNREADABLE', `a sign-in cannot be ${what}: ${why}`, {
      details: { path: this.path },
      nextStep: 'Make the state folder writable and free some disk space.',
      cause,
    });
  }
}

function parsed(text: string): StoredTokens | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof StoredTokens, unknown>> | null;
    if (value === null || typeof value !== 'object') return undefined;
    const texts = [value.clientId, value.accessToken, value.refreshToken, value.scope];
    const numbers = [value.expiresAtMs, value.lifeMs, value.authorizedAtMs];
    const isWhole =
      texts.every((each) => typeof each === 'string') &&
      numbers.every((each) => typeof each === 'number') &&
      typeof value.isEnded === 'boolean';
    return isWhole ? (value as StoredTokens) : undefined;
  } catch {
    return undefined;
  }
}
