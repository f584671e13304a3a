import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { entryPoints, exportsOf } from './public-api.ts';
import { root } from './sources.ts';
import { addNodeTypes, installInEmptyProject, pack } from './tarball.ts';
import type { Packed } from './tarball.ts';

/** Installing takes seconds, or a minute where npm has to fetch. */
const installMs = 300_000;

const entries = entryPoints().map(({ name, source }) => ({
  specifier: name.replace(/^\./, 'signalbox'),
  exports: exportsOf(readFileSync(join(root, source), 'utf8')),
}));

let folder = '';
let project = '';
let packed: Packed;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-tarball-'));
  project = join(folder, 'project');
  packed = pack(folder);
  installInEmptyProject(project, join(folder, packed.filename));
}, installMs);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the tarball holds what users need and nothing else', () => {
  const roots = new Set(packed.files.map(({ path }) => path.split('/')[0]));
  const folders = ['bin', 'dist', 'docs', 'examples', 'python'];
  const pages = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE'];
  const allowed = new Set([...folders, ...pages, 'package.json']);
  expect([...roots].filter((name) => name !== undefined && !allowed.has(name))).toEqual([]);
  expect(packed.files.filter(({ path }) => /^dist\/\.|__pycache__/.test(path))).toEqual([]);
  for (const needed of [
    'README.md',
    'LICENSE',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/dashboard/index.html',
    'dist/dashboard/index.html.br',
  ]) {
    expect(packed.files.map(({ path }) => path)).toContain(needed);
  }
});

test('every entry point can be imported by an empty project', () => {
  for (const { specifier, exports } of entries) {
    const program = `import * as all from '${specifier}'; console.log(JSON.stringify(Object.keys(all)));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(new Set(JSON.parse(output) as string[]), specifier).toEqual(new Set(exports.values));
  }
});

test('the declarations compile strictly in an empty project', () => {
  addNodeTypes(project);
  const imports = entries.map(({ specifier, exports }, index) => {
    const names = [...exports.values, ...exports.types];
    const list = names.map((name) => `${name} as ${name}${index}`).join(', ');
    return `export type { ${list} } from '${specifier}';`;
  });
  writeFileSync(join(project, 'consumer.ts'), imports.join('\n'));
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['consumer.ts'] }),
  );
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' });
  expect(stdout).toBe('');
});

test('the installed command runs', () => {
  const command = join(project, 'node_modules', '.bin', 'signalbox');
  expect(existsSync(command)).toBe(true);
  const { stdout, status } = spawnSync(process.execPath, [command, '--version'], {
    cwd: project,
    encoding: 'utf8',
  });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  expect(stdout.trim()).toBe(version);
  expect(status).toBe(0);
});
