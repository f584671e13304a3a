import type { z } from 'zod';
import { alike } from './alike.ts';
import type { ConfigProblem } from './check-references.ts';

const shownCharactersMost = 40;

/** What a problem of the schema says to the author of a file: what is wrong, and what is allowed. */
export function problemsOf(issue: z.core.$ZodIssue, file: unknown): ConfigProblem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    // Shown where it stands, not where its table begins.
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      message: under(path, messages[index] ?? ''),
    }));
  }
  return [{ path, message: under(path, describe(issue, valueAt(file, path))) }];
}

/** The name of the table in front of a message: `ports.bus: unknown key 'x'`. */
function under(path: readonly (string | number)[], message: string): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  const allowed = allowedBy(issue, value);
  if (allowed === undefined) return issue.message;
  if (value === undefined) return `is missing; it must be ${allowed}`;
  const found = shown(value);
  return `must be ${allowed}${found === undefined ? '' : `, not ${found}`}`;
}

function allowedBy(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  switch (issue.code) {
    case 'invalid_value':
      return oneOf(issue.values, value);
    case 'invalid_union':
      return 'options' in issue && issue.options !== undefined
        ? oneOf(issue.options, value)
        : undefined;
    case 'too_small':
      return atMost('at least', issue.minimum, issue.origin);
    case 'too_big':
      return atMost('at most', issue.maximum, issue.origin);
    case 'invalid_type':
      return typeNames[issue.expected] ?? `a ${issue.expected}`;
    case 'invalid_format':
      return issue.message;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'a name';
    default:
      return undefined;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  object: 'a table',
  record: 'a table',
  string: 'a text',
};

function oneOf(values: readonly unknown[], value: unknown): string {
  const list = [...new Set(values)];
  const meant =
    typeof value === 'string'
      ? alike(
          value,
          list.filter((each) => typeof each === 'string'),
        )
      : undefined;
  const texts = list.map((each) => JSON.stringify(each));
  // What was likely meant first.
  if (meant !== undefined) texts.unshift(...texts.splice(list.indexOf(meant), 1));
  return texts.length === 1 ? (texts[0] ?? '') : `one of ${texts.join(', ')}`;
}

function atMost(words: string, limit: number | bigint, origin: string): string {
  if (origin === 'string') return `a text of ${words} ${limit} characters`;
  return origin === 'array' ? `a list of ${words} ${limit}` : `${words} ${limit}`;
}

function shown(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) return undefined;
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > shownCharactersMost ? `${text.slice(0, shownCharactersMost)}…` : text;
}

function valueAt(file: unknown, path: readonly (string | number)[]): unknown {
  let value = file;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}
