import type { ClientValue, ParameterReport } from '../client/index.ts';
import { SignalboxError } from '../kernel/index.ts';

/** What was typed, as the type that the parameter has. @throws VALUE_INVALID */
export function typedValue(text: string, parameter: ParameterReport): ClientValue {
  switch (parameter.type) {
    case 'integer':
    case 'float': {
      const value = Number(text);
      if (text.trim() !== '' && Number.isFinite(value)) return value;
      throw new SignalboxError('VALUE_INVALID', `${parameter.name} is a number, not '${text}'`);
    }
    case 'boolean':
      if (/^(true|1|on|yes)$/i.test(text)) return true;
      if (/^(false|0|off|no)$/i.test(text)) return false;
      throw new SignalboxError('VALUE_INVALID', `${parameter.name} is on or off, not '${text}'`);
    case 'binary':
      if (!/^([0-9a-f]{2})*$/i.test(text)) {
        throw new SignalboxError('VALUE_INVALID', `${parameter.name} is written in hexadecimal`);
      }
      return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    case 'string':
      return text;
  }
}

/** A value as it is printed. */
export function printedValue(value: ClientValue): string {
  if (typeof value === 'number' && !Number.isInteger(value))
    return String(Number(value.toPrecision(7)));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return String(value);
}
