import { stringify } from '@decimalturn/toml-patch';
import { isTable } from '../store/table.ts';
import type { KeyPath } from '../store/table.ts';

/** A key as it is written, dotted where it has several parts. */
export function keyLiteral(path: KeyPath): string {
  return path.map((part) => (/^[\w-]+$/.test(part) ? part : stringLiteral(part))).join('.');
}

/**
 * A value as it is written, on one line.
 * @param isFloat whether whole numbers are to stay floats: `20.0`
 */
export function literal(value: unknown, isFloat = false): string {
  switch (typeof value) {
    case 'string':
      return stringLiteral(value);
    case 'number':
      return numberLiteral(value, isFloat);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      break;
    default:
      return '';
  }
  if (Array.isArray(value)) return `[${value.map((each) => literal(each)).join(', ')}]`;
  if (isTable(value)) return tableLiteral(value);
  // Dates know how they were written.
  return stringify({ value })
    .trim()
    .replace(/^value\s*=\s*/, '');
}

function tableLiteral(table: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(table).map(
    ([name, value]) => `${keyLiteral([name])} = ${literal(value)}`,
  );
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function stringLiteral(text: string): string {
  // What JSON escapes, TOML escapes alike; DEL only TOML does.
  return JSON.stringify(text).replaceAll('\u007F', String.raw`\u007F`);
}

function numberLiteral(value: number, isFloat: boolean): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return isFloat && /^-?\d+$/.test(text) ? `${text}.0` : text;
}
