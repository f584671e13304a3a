import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { configSchema } from '../../src/config/schema.ts';

const page = readFileSync(
  fileURLToPath(new URL('../../docs/reference/configuration.md', import.meta.url)),
  'utf8',
);

/** What the schema says of one key. */
interface Key {
  readonly default?: unknown;
  /** The texts that it takes, where it takes only some. */
  readonly texts: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;
type Tables = Map<string, Map<string, Key>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** The keys of all tables of the schema, by path: `ports.NAME`. */
function tablesOf(schema: unknown, path = '', tables: Tables = new Map()): Tables {
  if (!isObject(schema)) return tables;
  const { properties, additionalProperties, anyOf, oneOf, allOf, items } = schema;
  for (const each of [anyOf, oneOf, allOf].flatMap(listOf)) tablesOf(each, path, tables);
  if (isObject(properties)) {
    const keys = tables.get(path) ?? new Map<string, Key>();
    tables.set(path, keys);
    for (const [name, value] of Object.entries(properties)) {
      const before = keys.get(name)?.texts ?? [];
      const texts = [...before, ...textsOf(value)];
      keys.set(name, { ...(isObject(value) ? { default: value['default'] } : {}), texts });
      tablesOf(value, path === '' ? name : `${path}.${name}`, tables);
    }
  }
  tablesOf(additionalProperties, `${path}.NAME`, tables);
  tablesOf(items, path, tables);
  return tables;
}

function textsOf(schema: unknown): string[] {
  if (!isObject(schema)) return [];
  const own = [...listOf(schema['enum']), schema['const']];
  return own.filter((value): value is string => typeof value === 'string');
}

/** The rows of all tables of the page, by path and key. */
function rowsOf(text: string): Map<string, Map<string, string>> {
  const rows = new Map<string, Map<string, string>>();
  let path = '';
  for (const line of text.split('\n')) {
    const heading = /^#+ `\[+([\w.]+)\]+`$/.exec(line)?.[1];
    if (heading !== undefined) path = heading.replace('SERIAL', 'NAME');
    const [, first = ''] = /^\| (`[^|]*) \|/.exec(line) ?? [];
    if (path === '' || first === '') continue;
    const isFault = /^\| `[a-z-]+` \| [^|]+ \|$/.test(line) && path.endsWith('faults');
    if (isFault) continue;
    const keys = rows.get(path) ?? new Map<string, string>();
    rows.set(path, keys);
    for (const [, key = ''] of first.matchAll(/`(\w+)`/g)) keys.set(key, line);
  }
  return rows;
}

const schemaTables = tablesOf(
  z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }),
);
const pageTables = rowsOf(page);

describe('the reference page of the configuration', () => {
  const paths = [...schemaTables.keys()].filter((path) => path !== '');

  it('has every table that a file may have, and no other', () => {
    expect([...pageTables.keys()].toSorted()).toEqual(paths.toSorted());
    for (const name of schemaTables.get('')?.keys() ?? []) expect(page).toContain(`## \`[${name}`);
  });

  it.each(paths)('has every key of [%s], and no other', (path) => {
    expect([...(pageTables.get(path)?.keys() ?? [])].toSorted()).toEqual(
      [...(schemaTables.get(path)?.keys() ?? [])].toSorted(),
    );
  });

  it.each(paths)('has the defaults and the allowed values of [%s]', (path) => {
    for (const [key, { default: fallback, texts }] of schemaTables.get(path) ?? []) {
      const row = pageTables.get(path)?.get(key) ?? '';
      // The kinds of faults have a table of their own.
      const isElsewhere = row.includes('as above') || row.includes('the same');
      for (const text of texts) expect(isElsewhere ? page : row, key).toContain(`\`${text}\``);
      if (fallback !== undefined && !isObject(fallback)) {
        const json = JSON.stringify(fallback);
        const written = [json, json.replaceAll('"', '')].map((each) => `\`${each}\``);
        expect(
          written.some((each) => row.includes(each)),
          `${path}.${key}: ${row}`,
        ).toBe(true);
      }
    }
  });

  const examples = [...page.matchAll(/^```toml\n(.*?)^```$/gms)].map(([, text = '']) => text);

  it('has an example of each part, and every one of them can be loaded', () => {
    const seen = new Set<string>();
    for (const text of examples) {
      const before = text.slice(0, 60);
      const config = parseConfig(text, before);
      for (const [part, value] of Object.entries(config)) {
        if (new RegExp(`^\\[+${part}`, 'm').test(text)) seen.add(part);
        expect(value).toBeDefined();
      }
    }
    expect([...seen].toSorted()).toEqual([...(schemaTables.get('')?.keys() ?? [])].toSorted());
  });
});
