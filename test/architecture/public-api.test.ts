import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test } from 'vitest';

import { entryPoints, exportsOf } from './public-api.ts';
import { root } from './sources.ts';

const listed = entryPoints().map(({ name, source }) => ({
  name,
  source,
  exports: exportsOf(readFileSync(join(root, source), 'utf8')),
}));

test('the public names are those of public-api.json', async () => {
  const names = Object.fromEntries(listed.map(({ name, exports }) => [name, exports]));
  await expect(`${JSON.stringify(names, undefined, 2)}\n`).toMatchFileSnapshot('public-api.json');
});

test('an entry point gives the values that it names', async () => {
  for (const { source, exports } of listed) {
    const module = (await import(pathToFileURL(join(root, source)).href)) as object;
    expect(new Set(Object.keys(module)), source).toEqual(new Set(exports.values));
  }
});

test('exports are read in all their forms', () => {
  const text = `
    export { Mutex, type Guard } from './mutex.ts';
    export type { Lease, Token as LeaseToken } from './lease.ts';
    export const priorities = [];
    export async function discover() {}
    export interface Options {}
    // export { Hidden } from './hidden.ts';
  `;
  expect(exportsOf(text)).toEqual({
    values: ['Mutex', 'discover', 'priorities'],
    types: ['Guard', 'Lease', 'LeaseToken', 'Options'],
  });
});
