import { SignalboxError } from '../../../kernel/index.ts';
import type { Parameter, Value } from '../../parameter.ts';

/** So much of a result that is none is quoted. */
const quotedMost = 60;

/**
 * The value of a parameter in what a function gave.
 * @param field the member that it is, where the result is an object
 * @throws REPLY_MALFORMED for what is not of its type
 */
export function valueOfResult(
  { name, type }: Parameter,
  result: unknown,
  field: string | undefined,
): Value {
  const value = field === undefined ? result : memberOf(result, field);
  switch (type) {
    case 'float':
      if (typeof value === 'number') return value;
      break;
    case 'integer':
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (value === 0 || value === 1) return value === 1;
      break;
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'binary':
      if (value instanceof Uint8Array) return value;
  }
  const where = field === undefined ? '' : `, member ${field}`;
  const shown = (JSON.stringify(value) ?? 'nothing').slice(0, quotedMost);
  throw new SignalboxError(
    'REPLY_MALFORMED',
    `${name} is of type ${type}, but the function gave ${shown}${where}`,
  );
}

function memberOf(result: unknown, field: string): unknown {
  if (typeof result !== 'object' || result === null || !Object.hasOwn(result, field)) {
    return undefined;
  }
  return (result as Readonly<Record<string, unknown>>)[field];
}
