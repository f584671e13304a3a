import { SignalboxError } from '../kernel/index.ts';

/** So many values of a list are printed; of a longer one its first and last. */
const listedMost = 8;

/**
 * Arguments as a person types them: `channel=1`, `name=first`, `window=[0, 0.5]`. What is JSON is taken
 * as such, everything else as text.
 * @throws BAD_ARGUMENT for what has no name
 */
export function namedArguments(texts: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), typed(text.slice(at + 1))];
      throw new SignalboxError('BAD_ARGUMENT', `'${text}' is no argument of a function`, {
        nextStep: 'Give each as NAME=VALUE.',
      });
    }),
  );
}

/** A result in lines: an object one line a member, long lists in short. */
export function printedResult(result: unknown): string[] {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    return [inShort(result)];
  }
  const entries = Object.entries(result);
  const widest = Math.max(0, ...entries.map(([key]) => key.length));
  return entries.map(([key, value]) => `${key.padEnd(widest)}  ${inShort(value)}`);
}

function typed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function inShort(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  if (value.length <= listedMost) return JSON.stringify(value);
  const items = value as readonly unknown[];
  const numbers = items.filter((each) => typeof each === 'number');
  const ends = `${items.slice(0, 3).map(inShort).join(', ')}, … ${inShort(items.at(-1))}`;
  if (numbers.length === 0) return `${items.length} values: ${ends}`;
  const least = numbers.reduce((one, other) => Math.min(one, other));
  const most = numbers.reduce((one, other) => Math.max(one, other));
  return `${items.length} values from ${least} to ${most}: ${ends}`;
}
