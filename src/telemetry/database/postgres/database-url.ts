import { readFile } from 'node:fs/promises';
import { SignalboxError } from '../../../kernel/index.ts';

/** Where the URL of a server is kept; never in the configuration itself. */
export interface DatabaseUrlSource {
  readonly urlVariable?: string | undefined;
  readonly urlFile?: string | undefined;
}

/** @throws CONFIG_INVALID when it is not there, or is no URL: which it is, is not told */
export async function readDatabaseUrl({
  urlVariable,
  urlFile,
}: DatabaseUrlSource): Promise<string> {
  const [what, text] =
    urlVariable === undefined
      ? [urlFile ?? 'urlFile', await textOf(urlFile ?? '')]
      : [`the environment variable ${urlVariable}`, process.env[urlVariable] ?? ''];
  const url = text.trim();
  if (url === '') throw invalid(`${what} is empty or not there: it has to hold the database's URL`);
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw invalid(`${what} holds no URL of the form postgresql://user:password@host/database`);
  }
  return url;
}

/** The URL as people may see it: without password and options. */
export function shownUrl(url: string): string {
  const { username, host, pathname, searchParams } = new URL(url);
  const at = searchParams.get('host') ?? host;
  const user = username === '' ? '' : `${username}@`;
  return `postgresql://${user}${at}${pathname}`;
}

/** What of a URL must not be seen. */
export function secretsOf(url: string): string[] {
  const { password } = new URL(url);
  return password === '' ? [] : [...new Set([password, decodeURIComponent(password)])];
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw invalid(`${path} cannot be read: it has to hold the database's URL`, cause);
  }
}

function invalid(message: string, cause?: unknown): SignalboxError {
  return new SignalboxError('CONFIG_INVALID', message, { cause });
}
