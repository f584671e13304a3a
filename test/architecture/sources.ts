import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the repository. */
export interface SourceFile {
  /** From the repository's folder on, with slashes: `src/kernel/clock.ts`. */
  readonly path: string;
  readonly text: string;
}

/** All files below a folder whose name ends so; folders of generated files are left out. */
export function filesBelow(folder: string, ending: string): readonly SourceFile[] {
  const start = join(root, folder);
  return readdirSync(start, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.split(sep).some((part) => generated.has(part)))
    .filter((path) => statSync(join(start, path)).isFile())
    .map((path) => ({
      path: join(folder, path).split(sep).join('/'),
      text: readFileSync(join(start, path), 'utf8'),
    }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const generated = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** The text without comments; strings that look like comments go too, which no import does. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** What a file imports or re-exports, as written, types included. */
export function specifiersOf(text: string): readonly string[] {
  const statement = /\b(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/g;
  const call = /\bimport\s*\(\s*['"]([^'"]+)['"]/g;
  const code = withoutComments(text);
  return [...code.matchAll(statement), ...code.matchAll(call)].flatMap((match) => match[1] ?? []);
}
