import { formatQuantity } from '../plots/units.ts';

/** Bytes are told by their first ones. */
const bytesShownMost = 16;
const textMost = 120;

/** A value as people read it, and its unit. */
export interface ValueText {
  readonly text: string;
  readonly unit: string;
}

/** What a value can be on a page. */
export type ShownValue = number | string | boolean | Uint8Array | null | undefined;

/**
 * A value as people read it.
 * @param choices names of the values, where each has a meaning of its own
 */
export function valueText(
  value: ShownValue,
  unit?: string,
  choices?: Readonly<Record<number, string>>,
): ValueText {
  if (value === undefined || value === null) return { text: '–', unit: '' };
  if (typeof value === 'boolean') return { text: value ? 'on' : 'off', unit: '' };
  if (value instanceof Uint8Array) return { text: bytesText(value), unit: '' };
  if (typeof value === 'string') return { text: cut(value), unit: unit ?? '' };
  const choice = choices?.[value];
  if (choice !== undefined) return { text: choice, unit: '' };
  return formatQuantity(value, unit);
}

/** The same in one piece. */
export function valueWords(...value: Parameters<typeof valueText>): string {
  const { text, unit } = valueText(...value);
  return unit === '' ? text : `${text} ${unit}`;
}

function bytesText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, bytesShownMost), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join(' ');
  return bytes.length > bytesShownMost ? `${shown} … (${bytes.length} bytes)` : shown;
}

function cut(text: string): string {
  if (text === '') return 'empty';
  return text.length > textMost ? `${text.slice(0, textMost)} …` : text;
}
