import { readFile } from 'node:fs/promises';
import { parseDocument } from '@decimalturn/toml-patch';
import type { TomlDocument } from '@decimalturn/toml-patch';
import type { z } from 'zod';
import { SignalboxError } from '../kernel/index.ts';
import type { Config } from './config.ts';
import { lineOf } from './line-of.ts';
import { configSchema } from './schema.ts';

/** A longer file is no configuration. */
export const configBytesMost = 4_194_304;

/**
 * Reads a configuration file.
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
  return parseConfig(text, path);
}

/** As {@link loadConfig}, of a text. @param path names it in errors */
export function parseConfig(text: string, path: string): Config {
  if (text.length > configBytesMost) {
    throw new SignalboxError(
      'CONFIG_UNREADABLE',
      `${path} is longer than ${configBytesMost} bytes`,
    );
  }
  const document = parseToml(text, path);
  const result = configSchema.safeParse(document.toJsObject);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({
    line: lineOf(document, placeOf(issue)),
    message: describe(issue),
  }));
  const list = problems.map(({ line, message }) => `${path}:${line}: ${message}`).join('\n');
  throw new SignalboxError('CONFIG_INVALID', list, { details: { path, problems } });
}

function parseToml(text: string, path: string): TomlDocument {
  try {
    return parseDocument(text);
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

/** An unknown key is shown where it stands, not where its table begins. */
function placeOf(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  if (issue.code !== 'unrecognized_keys') return issue.path;
  return [...issue.path, ...issue.keys.slice(0, 1)];
}

/** Which key, what is wrong with it, and what is allowed. */
function describe(issue: z.core.$ZodIssue): string {
  const key = issue.path.map(String).join('.');
  const where = key === '' ? '' : `${key}: `;
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${where}unknown key ${issue.keys.map((each) => `'${each}'`).join(', ')}`;
    case 'invalid_value':
      return `${where}must be one of ${issue.values.map((each) => JSON.stringify(each)).join(', ')}`;
    case 'invalid_union':
      return `${where}${allowedOf(issue)}`;
    case 'too_small':
      return `${where}must be at least ${issue.minimum}`;
    case 'too_big':
      return `${where}must be at most ${issue.maximum}`;
    case 'invalid_type':
      return `${where}must be ${article(issue.expected)}`;
    case 'invalid_format':
      return `${where}must be ${issue.message}`;
    default:
      return `${where}${issue.message}`;
  }
}

function allowedOf(issue: z.core.$ZodIssue): string {
  const { discriminator, options } = issue as { discriminator?: string; options?: unknown[] };
  if (discriminator === undefined) return 'has none of the allowed forms';
  return `must be one of ${(options ?? []).map((each) => JSON.stringify(each)).join(', ')}`;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
