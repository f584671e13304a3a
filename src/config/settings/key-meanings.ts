import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonSchema } from './schema-at.ts';

/** A test holds it against the schema, so that it has every key. */
const page = fileURLToPath(new URL('../../../docs/reference/configuration.md', import.meta.url));

type Meanings = ReadonlyMap<string, string>;

/** The schema with what the reference page says of each key, for forms. Without the page as it is. */
export function withMeanings(schema: JsonSchema): JsonSchema {
  let text: string;
  try {
    text = readFileSync(page, 'utf8');
  } catch {
    return schema;
  }
  return described(schema, '', meaningsIn(text));
}

/** By table and key: `ports.NAME.baudRate`. */
function meaningsIn(text: string): Meanings {
  const meanings = new Map<string, string>();
  let table: string | undefined;
  for (const line of text.split('\n')) {
    const heading = /^#+ `\[+([\w.]+)\]+`$/.exec(line)?.[1];
    if (heading !== undefined) table = heading.replace('SERIAL', 'NAME');
    if (table === undefined || !line.startsWith('| `')) continue;
    const cells = line.split('|').slice(1, -1);
    const meaning = plain(cells.at(-1) ?? '');
    if (cells.length < 3 || meaning === '' || meaning === 'the same') continue;
    for (const [, key = ''] of (cells[0] ?? '').matchAll(/`(\w+)`/g)) {
      meanings.set(`${table}.${key}`, meaning);
    }
  }
  return meanings;
}

/** Without what Markdown means. */
function plain(text: string): string {
  return text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .trim();
}

function described(schema: JsonSchema, path: string, meanings: Meanings): JsonSchema {
  const inner = (each: JsonSchema, at: string): JsonSchema => described(each, at, meanings);
  const { properties, additionalProperties, items, anyOf, oneOf } = schema;
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => {
              const at = path === '' ? name : `${path}.${name}`;
              const description = meanings.get(at);
              const whole = inner(each, at);
              return [name, description === undefined ? whole : { ...whole, description }];
            }),
          ),
        }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: inner(additionalProperties, `${path}.NAME`) }
      : {}),
    ...(items === undefined ? {} : { items: inner(items, path) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map((each) => inner(each, path)) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map((each) => inner(each, path)) }),
  };
}
