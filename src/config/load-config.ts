import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseDocument } from '@decimalturn/toml-patch';
import type { TomlDocument } from '@decimalturn/toml-patch';
import { SignalboxError } from '../kernel/index.ts';
import type { Config } from './config.ts';
import { problemsOf } from './describe-issue.ts';
import { lineOf } from './line-of.ts';
import { configSchema } from './schema.ts';
import { settlePaths } from './settle-paths.ts';

/** A longer file is no configuration. */
export const configBytesMost = 4_194_304;
/** So many problems of a file are told at once. */
export const problemsMost = 50;

/**
 * Reads a configuration file. Relative paths in it lead on from its folder.
 * @throws CONFIG_UNREADABLE when it cannot be read or is no TOML; CONFIG_INVALID when it breaks the
 *   schema. Both name the file and the line.
 */
export async function loadConfig(path: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const why =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : String(cause);
    throw new SignalboxError('CONFIG_UNREADABLE', `${path} ${why}`, { details: { path }, cause });
  }
  return settlePaths(parseConfig(text, path), dirname(path));
}

/** As {@link loadConfig}, of a text, with its paths as they are. @param path names it in errors */
export function parseConfig(text: string, path: string): Config {
  if (text.length > configBytesMost) {
    throw new SignalboxError(
      'CONFIG_UNREADABLE',
      `${path} is longer than ${configBytesMost} bytes`,
    );
  }
  const { document, file } = parseToml(text, path);
  const result = configSchema.safeParse(file);
  if (result.success) return result.data;
  const problems = result.error.issues
    .flatMap((issue) => problemsOf(issue, file))
    .map((problem) => ({ line: lineOf(document, problem.path), message: problem.message }))
    .toSorted((one, other) => one.line - other.line)
    .slice(0, problemsMost);
  const list = problems.map(({ line, message }) => `${path}:${line}: ${message}`).join('\n');
  throw new SignalboxError('CONFIG_INVALID', list, { details: { path, problems } });
}

function parseToml(text: string, path: string): { document: TomlDocument; file: unknown } {
  try {
    const document = parseDocument(text);
    // A key that stands twice is found only when the tables are put together.
    return { document, file: document.toJsObject };
  } catch (cause) {
    const { line } = cause as { line?: number };
    const [first = '', ...rest] = (cause as Error).message.split('\n');
    const reason = rest.at(-1) ?? first;
    throw new SignalboxError('CONFIG_UNREADABLE', `${path}:${line ?? 1}: ${reason}`, {
      details: { path, line },
      cause,
    });
  }
}
