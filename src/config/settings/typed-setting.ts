import { parse } from '@decimalturn/toml-patch';
import { SignalboxError } from '../../kernel/index.ts';
import { formatPath } from '../store/table.ts';
import type { KeyPath } from '../store/table.ts';
import { schemasAt } from './schema-at.ts';
import type { JsonSchema } from './schema-at.ts';

/**
 * What somebody has typed, as the type that the setting has: `on` is true where a boolean belongs, `5001` a
 * text where a text belongs. Tables and lists are written as in the file: `["a", "b"]`; a list of texts also
 * as `a,b`.
 * @param whole the configuration, by which the kinds of its tables show
 * @throws VALUE_INVALID
 */
export function typedSetting(
  text: string,
  path: KeyPath,
  schema: JsonSchema,
  whole: unknown,
): unknown {
  const schemas = schemasAt(schema, path, whole);
  const types = new Set(schemas.flatMap(typesOf));
  const word = text.trim();
  if (types.has('boolean')) {
    if (/^(true|on|yes)$/i.test(word)) return true;
    if (/^(false|off|no)$/i.test(word)) return false;
  }
  if ((types.has('number') || types.has('integer')) && word !== '') {
    const number = Number(word.replaceAll('_', ''));
    if (Number.isFinite(number)) return number;
  }
  if (types.has('string')) return text;
  if (types.has('array') && !word.startsWith('[')) {
    return word === '' ? [] : word.split(',').map((each) => each.trim());
  }
  // What is wrong with a number or boolean says the schema, with what is allowed.
  return types.has('array') || types.has('object') || types.size === 0
    ? tomlValue(word, path)
    : text;
}

function typesOf({ type, const: only, enum: some }: JsonSchema): string[] {
  const values = some ?? (only === undefined ? [] : [only]);
  return [...(type === undefined ? [] : [type]), ...values.map((value) => typeof value)];
}

function tomlValue(text: string, path: KeyPath): unknown {
  try {
    return (parse(`value = ${text}\n`) as { readonly value: unknown }).value;
  } catch (cause) {
    throw new SignalboxError(
      'VALUE_INVALID',
      `${formatPath(path)}: '${text}' is not written as in the file`,
      { nextStep: 'Write a text as "text", a list as ["a", "b"], a table as { key = 1 }.', cause },
    );
  }
}
