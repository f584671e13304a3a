import { SignalboxError } from '../../kernel/index.ts';
import { formatPath, isTable } from '../store/table.ts';
import type { KeyPath } from '../store/table.ts';

/** What stands for a secret in everything that leaves the store. */
export interface Redacted {
  readonly redacted: true;
}

const placeholder: Redacted = { redacted: true };
/** A secret shows by its name: a file may well have one in the environment of a worker. */
const words = '(?:pass(?:word|phrase|wd)|secret|token|credentials?|api[-_]?key|private[-_]?key)';
const secretName = new RegExp(`${words}$`, 'i');
const secretInText = new RegExp(`(${words}["']?\\s*=\\s*)("(?:[^"\\\\]|\\\\.)+"|'[^']+')`, 'gi');

const secretLines = new RegExp(`(${words}["']?[ \\t]*=[ \\t]*)("""[^]*?"""|'''[^]*?''')`, 'gi');

/** Whether what is called so is not to be shown. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Whether a value at that place is not to be shown. */
function isSecret(path: KeyPath, value: unknown): boolean {
  return typeof value === 'string' && value !== '' && isSecretName(path.at(-1) ?? '');
}

/** Whether anything in a value that is not shown at one place would be shown at another. */
export function wouldShow(value: unknown, from: KeyPath, to: KeyPath): boolean {
  if (isSecret(from, value)) return !isSecret(to, value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, each]) =>
    wouldShow(each, [...from, name], [...to, name]),
  );
}

function isRedacted(value: unknown): boolean {
  return isTable(value) && value['redacted'] === true && Object.keys(value).length === 1;
}

/** A copy as JSON can carry it, with secrets left out. */
export function redacted(value: unknown, path: KeyPath = []): unknown {
  if (isSecret(path, value)) return placeholder;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((each, at) => redacted(each, [...path, String(at)]));
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, redacted(each, [...path, name])]),
  );
}

/** A whole file with secrets of several lines left out: of a piece of it nobody could tell them. */
export function withoutSecretLines(text: string): string {
  return text.replaceAll(secretLines, '$1"(secret)"');
}

/** A piece of a file with secrets left out. */
export function redactedText(text: string): string {
  return text.replaceAll(secretInText, '$1"(secret)"');
}

/**
 * Puts back what was left out, for who sends a table as it came.
 * @param valueNow the value that is at a place now
 * @throws VALUE_INVALID for a placeholder where there is no secret
 */
export function unredacted(
  value: unknown,
  path: KeyPath,
  valueNow: (path: KeyPath) => unknown,
): unknown {
  if (isRedacted(value)) {
    const secret = valueNow(path);
    if (isSecret(path, secret)) return secret;
    throw new SignalboxError('VALUE_INVALID', `${formatPath(path)}: there is no secret to keep`, {
      nextStep: 'Send the value itself.',
    });
  }
  if (Array.isArray(value)) {
    return value.map((each, at) => unredacted(each, [...path, String(at)], valueNow));
  }
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      unredacted(each, [...path, name], valueNow),
    ]),
  );
}
