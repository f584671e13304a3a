import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Benchmark } from './figure.ts';

/** The names of all benchmarks: the modules of this folder whose default export is one. */
export async function benchmarkNames(): Promise<readonly string[]> {
  const names = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
    .map((file) => file.slice(0, -'.ts'.length))
    .toSorted();
  const found = await Promise.all(names.map(loadBenchmark));
  return names.filter((_, index) => found[index] !== undefined);
}

/** The benchmark of that name; undefined when the module exports none. */
export async function loadBenchmark(name: string): Promise<Benchmark | undefined> {
  const path = join(import.meta.dirname, `${name}.ts`);
  const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  return isBenchmark(module.default) ? module.default : undefined;
}

function isBenchmark(value: unknown): value is Benchmark {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'run' in value &&
    typeof value.run === 'function'
  );
}
