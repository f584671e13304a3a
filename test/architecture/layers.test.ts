import { expect, test } from 'vitest';

import { rooms, unknownRooms, violations } from './layers.ts';
import { filesBelow, root } from './sources.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = filesBelow('src', '.ts');

test('a room imports only from rooms before it, and only from their index', () => {
  expect(sources.length).toBeGreaterThan(0);
  expect(violations(sources)).toEqual([]);
});

test('every folder of src is a room', () => {
  expect(unknownRooms(sources)).toEqual([]);
});

test('an index names each export', () => {
  const stars = sources.filter(({ text }) => /^export (?:type )?\*/m.test(text));
  expect(stars.map(({ path }) => path)).toEqual([]);
});

test('ARCHITECTURE.md lists the rooms in the order that is checked', () => {
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z]+)\/`/gm)].map((match) => match[1]);
  const present = rooms.filter((room) =>
    sources.some(({ path }) => path.startsWith(`src/${room}/`)),
  );
  expect(listed).toEqual(present);
});

test.each([
  ['src/locks/mutex.ts', `import { Port } from '../ports/index.ts';`],
  ['src/locks/mutex.ts', `import type { Clock } from '../kernel/clock.ts';`],
  ['src/ports/deep/port.ts', `export { Mutex } from '../../locks/mutex.ts';`],
  ['src/client/client.ts', `import {\n  Port,\n} from '../ports/index.ts';`],
  ['src/simulators/bus.ts', `const { Port } = await import('../ports/index.ts');`],
  ['src/protocols/propar.ts', `import { readFile } from 'node:fs/promises';`],
  ['src/kernel/clock.ts', `const bytes = Buffer.from('x');`],
])('a forbidden import is found: %s with %s', (path, text) => {
  expect(violations([{ path, text }])).toHaveLength(1);
});

test.each([
  ['src/ports/port.ts', `import { Mutex } from '../locks/index.ts';`],
  ['src/ports/deep/port.ts', `import { x } from '../queue.ts';`],
  ['src/links/serial/open.ts', `import { open } from 'node:fs/promises';`],
  ['src/kernel/clock.ts', `// import '../cli/index.ts'\n/* Buffer.from('x') */`],
  ['src/index.ts', `export { Port } from './ports/index.ts';`],
])('an allowed import passes: %s with %s', (path, text) => {
  expect(violations([{ path, text }])).toEqual([]);
});
