import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { open } from 'node:fs/promises';

import { SignalboxError } from '../../kernel/index.ts';

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
 * Reads the token of a file, white space around it cut off. When there is no file, makes one with
 * a random token that only its owner can read.
 * @throws CONFIG_INVALID when others may read the file, or its token is too short;
 *   CONFIG_UNREADABLE
 */
export async function loadTokenFile(path: string): Promise<BearerToken> {
  await make(path);
  const text = await read(path);
  return new BearerToken(text.trim());
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

async function read(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) {
      throw new SignalboxError('CONFIG_INVALID', `others may read the token file ${path}`, {
        nextStep: `Run \`chmod 600 ${path}\`, and replace the token if others may have seen it.`,
      });
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tokenFileBytesMost));
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    if (error instanceof SignalboxError) throw error;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): SignalboxError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SignalboxError('CONFIG_UNREADABLE', `the token file ${path}: ${why}`, { cause });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
