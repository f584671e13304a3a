import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root, withoutComments } from './sources.ts';

/** One way into the package: what a program writes after `signalbox`, and the source behind it. */
export interface EntryPoint {
  /** As in the `exports` of package.json: `.`, `./client`. */
  readonly name: string;
  /** `src/client/index.ts` */
  readonly source: string;
}

/** The ways into the package whose source exists. */
export function entryPoints(): readonly EntryPoint[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  return Object.entries(manifest.exports)
    .filter(([, file]) => file.endsWith('.js'))
    .map(([name, file]) => ({
      name,
      source: file.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'),
    }))
    .filter(({ source }) => existsSync(join(root, source)));
}

/** What a module exports: values and types, each sorted. */
export interface Exports {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** Reads the exports of a module from its text; `export *` is not allowed in an entry point. */
export function exportsOf(text: string): Exports {
  const code = withoutComments(text);
  const values: string[] = [];
  const types: string[] = [];
  for (const [, type, list = ''] of code.matchAll(/\bexport\s+(type\s+)?\{([^}]*)\}/g)) {
    for (const item of list.split(',').map((part) => part.trim())) {
      if (item === '') continue;
      const isType = type !== undefined || item.startsWith('type ');
      (isType ? types : values).push(/(\w+)$/.exec(item)?.[1] ?? item);
    }
  }
  const declaration =
    /\bexport\s+(?:declare\s+|abstract\s+|async\s+)*(interface|type|const|let|function\*?|class)\s+(\w+)/g;
  for (const [, kind, name = ''] of code.matchAll(declaration)) {
    (kind === 'interface' || kind === 'type' ? types : values).push(name);
  }
  return { values: sorted(values), types: sorted(types) };
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
}
