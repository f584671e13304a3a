import { open } from 'node:fs/promises';
import { SignalboxError } from '../../kernel/index.ts';

const secretBytesMost = 8_192;

/** Where a secret is kept: in a file that others cannot read, or in the environment. */
export interface SecretPlace {
  readonly file?: string | undefined;
  readonly environment?: string | undefined;
}

/**
 * Reads a secret, white space around it cut off. Read anew for each use, so that one that was changed
 * is taken up.
 * @returns undefined where none is named
 * @throws NOTICE_FAILED when it is not there, or others may read the file. It says where, never what
 */
export async function readSecret({ file, environment }: SecretPlace): Promise<string | undefined> {
  if (environment !== undefined) {
    const value = process.env[environment]?.trim() ?? '';
    if (value !== '') return value;
    throw unreadable(`the environment variable ${environment} is not set`);
  }
  if (file === undefined) return undefined;
  const text = (await read(file)).trim();
  if (text === '') throw unreadable(`${file} is empty`);
  return text;
}

async function read(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) {
      throw unreadable(`others may read ${path}`, `Take that from them: chmod 600 ${path}`);
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(secretBytesMost));
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SignalboxError) throw error;
    throw unreadable(`${path} cannot be read: ${code ?? 'unknown'}`);
  }
}

function unreadable(message: string, nextStep?: string): SignalboxError {
  return new SignalboxError('NOTICE_FAILED', message, nextStep === undefined ? {} : { nextStep });
}
