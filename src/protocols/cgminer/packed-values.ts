import { packedValuesMost } from './limits.ts';

/**
 * The values of a text in which an Avalon packs what its module says: `Temp[31] Fan1[4275] MGHS[1 2 3]`.
 * A key that comes twice has the last value; what has no end is left out. At most {@link packedValuesMost}.
 * Source: `MM ID0` of real replies, Canaan Avalon API.
 */
export function parsePackedValues(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let at = 0;
  while (values.size < packedValuesMost) {
    const open = text.indexOf('[', at);
    if (open < 0) break;
    const close = text.indexOf(']', open);
    if (close < 0) break;
    const key = lastWord(text.slice(at, open));
    if (key !== '') values.set(key, text.slice(open + 1, close).trim());
    at = close + 1;
  }
  return values;
}

/** The numbers of a value, in their order: `49%` is 49, `0 1209` are two. What is no number is left out. */
export function packedNumbers(value: string | undefined): number[] {
  if (value === undefined) return [];
  return value
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => Number(word.replace(/%$/, '')))
    .filter((number) => Number.isFinite(number));
}

function lastWord(text: string): string {
  const trimmed = text.trimEnd();
  let start = trimmed.length;
  while (start > 0 && /\S/.test(trimmed[start - 1] ?? '')) start -= 1;
  return trimmed.slice(start);
}
