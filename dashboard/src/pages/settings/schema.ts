// What the schema of the configuration says of a value: which kinds it may be of, and how it is shown. It
// is JSON Schema (draft 2020-12), as far as the gateway makes use of it.
import { isTable, valueAt } from './values.ts';

/** As much of JSON Schema as is made use of. */
export interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** How a value is edited. */
export type Kind =
  | 'table'
  | 'record'
  | 'list'
  | 'lines'
  | 'days'
  | 'choice'
  | 'switch'
  | 'number'
  | 'text'
  | 'scalar'
  | 'json';

/** The alternatives that a schema offers; itself when there are none. */
export function variantsOf(schema: Schema): Schema[] {
  const inner = schema.oneOf ?? schema.anyOf;
  return inner === undefined ? [schema] : inner.flatMap(variantsOf);
}

/** The key by whose value alternatives are told apart: `driver`, `protocol`, `kind`. */
export function discriminatorOf(variants: readonly Schema[]): string | undefined {
  if (variants.length < 2) return undefined;
  const names = Object.keys(variants[0]?.properties ?? {});
  return names.find((name) => {
    const all = variants.map(({ properties }) => choicesOf(properties?.[name] ?? {}));
    if (all.includes(undefined)) return false;
    const values = all.flat();
    return new Set(values).size === values.length;
  });
}

function isFixed(schema: Schema) {
  return schema.const !== undefined || schema.enum !== undefined;
}

/** The only values that are allowed, where there are only some. */
export function choicesOf(schema: Schema): unknown[] | undefined {
  const all = variantsOf(schema).map(
    ({ const: only, enum: some }) => some ?? (only === undefined ? undefined : [only]),
  );
  return all.every((each) => each !== undefined) ? all.flat() : undefined;
}

/** The alternative that a value is of. */
export function variantFor(variants: readonly Schema[], value: unknown): Schema {
  const key = discriminatorOf(variants);
  if (key === undefined) return variants[0] ?? {};
  const wanted = valueAt(value, [key]);
  return (
    variants.find(({ properties }) => choicesOf(properties?.[key] ?? {})?.includes(wanted)) ??
    variants[0] ??
    {}
  );
}

/** How a value of a schema is edited. */
export function kindOf(schema: Schema): Kind {
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

function kindOfList(items: Schema): Kind {
  const kind = kindOf(items);
  if (kind === 'choice') return 'days';
  return kind === 'text' || kind === 'number' ? 'lines' : 'list';
}

function isScalar(schema: Schema) {
  return isFixed(schema) || ['string', 'number', 'integer', 'boolean'].includes(schema.type ?? '');
}

/** Units that names of keys end with. */
const units: readonly (readonly [RegExp, string])[] = [
  [/Ms$/, 'ms'],
  [/Minutes$/, 'min'],
  [/Mib$/, 'MiB'],
  [/Bytes$/, 'bytes'],
  [/[a-z]S$/, 's'],
  [/^baudRate$/, 'baud'],
  [/^volume$/i, '%'],
  [/^voltage$/, 'V'],
];

/** The unit that a key says its value has. */
export function unitOf(key: string): string | undefined {
  return units.find(([pattern]) => pattern.test(key))?.[1];
}

/** A key as people read it: `stateFolder` is "State folder". */
export function labelOf(key: string): string {
  const bare = key.replace(/(?:Ms|Mib|Minutes)$/, '').replace(/(?<=[a-z])S$/, '');
  const words = bare.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ').toLowerCase();
  const known = words
    .replace(/\b(http|tcp|url|csv|id|dtr|rts|scpi|visa)\b/g, (word) => word.toUpperCase())
    .replace('vxi11', 'VXI-11')
    .replace('rfc2217', 'RFC 2217')
    .replace(/\bhislip\b/, 'HiSLIP');
  return known.charAt(0).toUpperCase() + known.slice(1);
}

/** What is allowed, in words. */
export function limitsOf(schema: Schema): string {
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
