import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

import { asSignalboxError, SignalboxError } from '../../kernel/index.ts';

/** A shorter token could be guessed and is refused. */
export const tokenLengthLeast = 32;
/** More of a token file is not read. */
export const tokenFileBytesMost = 4_096;
const madeTokenBytes = 32;

/** Knows the right token by its SHA-256 only. */
export class BearerToken {
  readonly #digest: Buffer;

  /** @throws CONFIG_INVALID when it is shorter than {@link tokenLengthLeast} */
  constructor(token: string) {
    if (token.length < tokenLengthLeast) {
      throw new SignalboxError(
        'CONFIG_INVALID',
        `the token has ${token.length} characters, at least ${tokenLengthLeast} are needed`,
      );
    }
    this.#digest = digest(token);
  }

  /** Whether this is the token; takes the same time for every wrong one. */
  matches(offered: string): boolean {
    return timingSafeEqual(this.#digest, digest(offered));
  }
}

/**
 * The token of a file, as it is now: one that is replaced ends the one before at once. While the file
 * cannot be read, or others may read it, no token is right.
 */
export class TokenFile {
  readonly #path: string;
  readonly #failed: (error: SignalboxError) => void;
  #token: BearerToken | undefined;
  #seen: string;

  private constructor(path: string, token: BearerToken, failed: (error: SignalboxError) => void) {
    this.#path = path;
    this.#token = token;
    this.#seen = stateOf(path);
    this.#failed = failed;
  }

  /**
   * Opens a token file, white space around the token cut off. When there is none, makes one with a
   * random token that only its owner can read.
   * @param failed told why no token is right from now on
   * @throws CONFIG_INVALID when others may read the file, or its token is too short;
   *   CONFIG_UNREADABLE
   */
  static async open(path: string, failed: (error: SignalboxError) => void): Promise<TokenFile> {
    await make(path);
    return new TokenFile(path, read(path), failed);
  }

  /** Whether this is the token now; takes the same time for every wrong one. */
  matches(offered: string): boolean {
    this.#lookAgain();
    return this.#token?.matches(offered) ?? false;
  }

  /** Costs a few microseconds, and leaves no time in which a token that has ended is still good. */
  #lookAgain(): void {
    const state = stateOf(this.#path);
    if (state === this.#seen) return;
    this.#seen = state;
    try {
      this.#token = read(this.#path);
    } catch (error) {
      this.#token = undefined;
      this.#failed(asSignalboxError(error));
    }
  }
}

async function make(path: string): Promise<void> {
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile(`${randomBytes(madeTokenBytes).toString('base64url')}\n`);
    await file.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unreadable(path, error);
  }
}

function read(path: string): BearerToken {
  try {
    const file = openSync(path, 'r');
    try {
      if ((fstatSync(file).mode & 0o077) !== 0) {
        throw new SignalboxError('CONFIG_INVALID', `others may read the token file ${path}`, {
          nextStep: `Run \`chmod 600 ${path}\`, and replace the token if others may have seen it.`,
        });
      }
      const buffer = Buffer.alloc(tokenFileBytesMost);
      const bytes = readSync(file, buffer, 0, buffer.length, 0);
      return new BearerToken(buffer.toString('utf8', 0, bytes).trim());
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof SignalboxError) throw error;
    throw unreadable(path, error);
  }
}

/** Differs when the file is another one, or something was written to it. */
function stateOf(path: string): string {
  const state = statSync(path, { bigint: true, throwIfNoEntry: false });
  return state === undefined ? '' : `${state.ino} ${state.mtimeNs} ${state.ctimeNs} ${state.size}`;
}

function unreadable(path: string, cause: unknown): SignalboxError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SignalboxError('CONFIG_UNREADABLE', `the token file ${path}: ${why}`, { cause });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
