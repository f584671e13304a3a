import { valueAt } from '../store/table.ts';
import type { KeyPath } from '../store/table.ts';

/** JSON Schema (draft 2020-12), as far as that of a configuration makes use of it. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/**
 * What a schema says of a value: every alternative that may be there.
 * @param whole by which alternatives are left out that its kinds exclude: `driver = "scpi"`
 */
export function schemasAt(
  schema: JsonSchema,
  path: KeyPath,
  whole: unknown,
): readonly JsonSchema[] {
  let found = variantsOf(schema);
  for (const [depth, part] of path.entries()) {
    const table = valueAt(whole, path.slice(0, depth));
    found = found
      .filter((each) => fits(each, table))
      .flatMap((each) => inner(each, part))
      .flatMap(variantsOf);
  }
  return found;
}

function variantsOf(schema: JsonSchema): readonly JsonSchema[] {
  const some = schema.oneOf ?? schema.anyOf;
  return some === undefined ? [schema] : some.flatMap(variantsOf);
}

/** Whether no key that has only one value in this alternative has another in the table. */
function fits({ properties = {} }: JsonSchema, table: unknown): boolean {
  return Object.entries(properties).every(([name, { const: only, enum: some }]) => {
    const value = valueAt(table, [name]);
    const allowed = some ?? (only === undefined ? undefined : [only]);
    return value === undefined || allowed === undefined || allowed.includes(value);
  });
}

function inner(schema: JsonSchema, part: string): JsonSchema[] {
  const { properties = {}, additionalProperties, items } = schema;
  if (Object.hasOwn(properties, part)) return [properties[part] ?? {}];
  if (items !== undefined) return [items];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** The names of what may be below: keys of the schema, and those that are there. */
export function keysBelow(schema: JsonSchema, path: KeyPath, whole: unknown): string[] {
  const declared = schemasAt(schema, path, whole).flatMap((each) =>
    Object.keys(each.properties ?? {}),
  );
  const table = valueAt(whole, path);
  const present = typeof table === 'object' && table !== null ? Object.keys(table) : [];
  return [...new Set([...declared, ...present])];
}
