import { expect, test } from 'vitest';

import { filesBelow } from './sources.ts';

/** How many of the longest files are named. */
const namedMost = 8;

test('the longest files are named, for a person to look at', () => {
  const sizes = ['src', 'test', 'bench', 'scripts']
    .flatMap((folder) => filesBelow(folder, 'ts'))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .toSorted((a, b) => b.lines - a.lines);
  const longest = sizes.slice(0, namedMost).map(({ path, lines }) => `  ${lines} ${path}`);
  console.log(`longest of ${sizes.length} files, in lines:\n${longest.join('\n')}`);
  expect(sizes.length).toBeGreaterThan(0);
});
