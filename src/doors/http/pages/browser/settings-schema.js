// What the schema of the configuration says of a value: which kinds it may be of, and how it is shown. It
// is JSON Schema (draft 2020-12), as far as the gateway makes use of it.
import { isTable, valueAt } from './settings-values.js';

/**
 * @typedef {{
 *   type?: string, title?: string, description?: string, default?: unknown, const?: unknown, enum?: unknown[],
 *   properties?: Record<string, Schema>, additionalProperties?: Schema | boolean, propertyNames?: Schema,
 *   required?: string[], items?: Schema, anyOf?: Schema[], oneOf?: Schema[], allOf?: Schema[],
 *   minimum?: number, maximum?: number, exclusiveMinimum?: number, exclusiveMaximum?: number,
 *   minLength?: number, maxLength?: number, pattern?: string,
 * }} Schema
 */

/**
 * The alternatives that a schema offers; itself when there are none.
 *
 * @param {Schema} schema
 * @returns {Schema[]}
 */
export function variantsOf(schema) {
  const inner = schema.oneOf ?? schema.anyOf;
  return inner === undefined ? [schema] : inner.flatMap(variantsOf);
}

/**
 * The key by whose value alternatives are told apart: `driver`, `protocol`, `kind`.
 *
 * @param {readonly Schema[]} variants
 */
export function discriminatorOf(variants) {
  if (variants.length < 2) return undefined;
  const names = Object.keys(variants[0]?.properties ?? {});
  return names.find((name) => {
    const all = variants.map(({ properties }) => choicesOf(properties?.[name] ?? {}));
    if (all.includes(undefined)) return false;
    const values = all.flat();
    return new Set(values).size === values.length;
  });
}

/** @param {Schema} schema */
function isFixed(schema) {
  return schema.const !== undefined || schema.enum !== undefined;
}

/**
 * The only values that are allowed, where there are only some.
 *
 * @param {Schema} schema
 * @returns {unknown[] | undefined}
 */
export function choicesOf(schema) {
  const all = variantsOf(schema).map(
    ({ const: only, enum: some }) => some ?? (only === undefined ? undefined : [only]),
  );
  return all.every((each) => each !== undefined) ? all.flat() : undefined;
}

/**
 * The alternative that a value is of.
 *
 * @param {readonly Schema[]} variants
 * @param {unknown} value
 */
export function variantFor(variants, value) {
  const key = discriminatorOf(variants);
  if (key === undefined) return variants[0] ?? {};
  const wanted = valueAt(value, [key]);
  return (
    variants.find(({ properties }) => choicesOf(properties?.[key] ?? {})?.includes(wanted)) ??
    variants[0] ??
    {}
  );
}

/**
 * How a value is edited.
 *
 * @typedef {'table' | 'record' | 'list' | 'lines' | 'days' | 'choice' | 'switch' | 'number' | 'text' | 'scalar' | 'json'} Kind
 * @param {Schema} schema
 * @returns {Kind}
 */
export function kindOf(schema) {
  const variants = variantsOf(schema);
  if (choicesOf(schema) !== undefined) return 'choice';
  if (variants.length > 1 && variants.every((each) => each.properties !== undefined))
    return 'table';
  if (variants.length > 1) return variants.every(isScalar) ? 'scalar' : 'json';
  const [only = {}] = variants;
  if (only.properties !== undefined) return 'table';
  if (only.type === 'object')
    return isTable(only.additionalProperties) && Object.keys(only.additionalProperties).length > 0
      ? 'record'
      : 'json';
  if (only.type === 'array') return kindOfList(only.items ?? {});
  if (only.type === 'boolean') return 'switch';
  if (only.type === 'number' || only.type === 'integer') return 'number';
  return only.type === 'string' ? 'text' : 'json';
}

/**
 * @param {Schema} items
 * @returns {Kind}
 */
function kindOfList(items) {
  const kind = kindOf(items);
  if (kind === 'choice') return 'days';
  return kind === 'text' || kind === 'number' ? 'lines' : 'list';
}

/** @param {Schema} schema */
function isScalar(schema) {
  return isFixed(schema) || ['string', 'number', 'integer', 'boolean'].includes(schema.type ?? '');
}

/** Units that names of keys end with. @type {readonly (readonly [RegExp, string])[]} */
const units = [
  [/Ms$/, 'ms'],
  [/Minutes$/, 'min'],
  [/Mib$/, 'MiB'],
  [/Bytes$/, 'bytes'],
  [/[a-z]S$/, 's'],
  [/^baudRate$/, 'baud'],
  [/^volume$/i, '%'],
  [/^voltage$/, 'V'],
];

/**
 * @param {string} key
 * @returns {string | undefined}
 */
export function unitOf(key) {
  return units.find(([pattern]) => pattern.test(key))?.[1];
}

/**
 * A key as people read it: `stateFolder` is "State folder".
 *
 * @param {string} key
 */
export function labelOf(key) {
  const bare = key.replace(/(?:Ms|Mib|Minutes)$/, '').replace(/(?<=[a-z])S$/, '');
  const words = bare.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ').toLowerCase();
  const known = words
    .replace(/\b(http|tcp|url|csv|id|dtr|rts|scpi|visa)\b/g, (word) => word.toUpperCase())
    .replace('vxi11', 'VXI-11')
    .replace('rfc2217', 'RFC 2217')
    .replace(/\bhislip\b/, 'HiSLIP');
  return known.charAt(0).toUpperCase() + known.slice(1);
}

/**
 * What is allowed, in words.
 *
 * @param {Schema} schema
 */
export function limitsOf(schema) {
  const [only = {}] = variantsOf(schema);
  const { minimum, maximum = only.exclusiveMaximum } = only;
  const least = minimum ?? only.exclusiveMinimum;
  // Limits of the number type itself are none.
  const low = least === undefined || least <= -Number.MAX_SAFE_INTEGER ? undefined : least;
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (low !== undefined && high !== undefined) return `${low} to ${high}`;
  if (low !== undefined)
    return only.exclusiveMinimum === undefined ? `at least ${low}` : `above ${low}`;
  return high === undefined ? '' : `at most ${high}`;
}
