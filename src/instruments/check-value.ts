import { SignalboxError } from '../kernel/index.ts';
import type { Parameter, Value } from './parameter.ts';

/** @throws WRITE_ONLY */
export function checkReadable(parameter: Parameter): void {
  if (parameter.access !== 'write') return;
  throw new SignalboxError('WRITE_ONLY', `${parameter.name} can be written but not read`);
}

/** @throws READ_ONLY */
export function checkWritable(parameter: Parameter): void {
  if (parameter.access !== 'read') return;
  throw new SignalboxError('READ_ONLY', `${parameter.name} can be read but not written`);
}

/** @throws VALUE_INVALID for the wrong type, VALUE_OUT_OF_RANGE for what is outside the limits */
export function checkLimits(parameter: Parameter, value: Value): void {
  const { name, type, minimum = -Infinity, maximum = Infinity, longest = Infinity } = parameter;
  if (type === 'integer' || type === 'float') {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType(parameter, value);
    if (type === 'integer' && !Number.isInteger(value)) throw wrongType(parameter, value);
    if (value >= minimum && value <= maximum) return;
    throw new SignalboxError(
      'VALUE_OUT_OF_RANGE',
      `${value} is outside the limits of ${name}: ${minimum} to ${maximum}`,
      { details: { parameter: name, value, minimum, maximum } },
    );
  }
  const isRight =
    (type === 'string' && typeof value === 'string') ||
    (type === 'boolean' && typeof value === 'boolean') ||
    (type === 'binary' && value instanceof Uint8Array);
  if (!isRight) throw wrongType(parameter, value);
  const length = bytesOf(value);
  if (length <= longest) return;
  throw new SignalboxError(
    'VALUE_OUT_OF_RANGE',
    `${length} bytes are more than ${name} takes: ${longest}`,
    { details: { parameter: name, length, longest } },
  );
}

/** @throws VALUE_OUT_OF_RANGE for a text that is none of the choices */
export function checkChoice(
  { name }: Parameter,
  value: Value,
  choices: readonly string[] | undefined,
): void {
  if (choices === undefined || choices.includes(String(value))) return;
  throw new SignalboxError(
    'VALUE_OUT_OF_RANGE',
    `'${String(value).slice(0, 40)}' is none of what ${name} takes: ${choices.join(', ')}`,
    { details: { parameter: name, choices } },
  );
}

function bytesOf(value: Value): number {
  if (typeof value === 'string') return new TextEncoder().encode(value).length;
  return value instanceof Uint8Array ? value.length : 0;
}

function wrongType({ name, type }: Parameter, value: Value): SignalboxError {
  const shown = typeof value === 'string' ? `'${value.slice(0, 40)}'` : String(value);
  return new SignalboxError(
    'VALUE_INVALID',
    `${name} takes a value of type ${type}, not ${shown}`,
    {
      details: { parameter: name, type },
    },
  );
}
