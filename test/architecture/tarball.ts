import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { root } from './sources.ts';

/** What `npm pack --json` tells of the package. */
export interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Packs the package as it would be published. */
export function pack(folder: string): Packed {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'pipe' });
  const output = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const told = JSON.parse(output) as readonly Packed[] | Readonly<Record<string, Packed>>;
  const [packed] = Object.values(told);
  if (packed === undefined) throw new Error(`npm pack said nothing of a package: ${output}`);
  return packed;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly link?: boolean }>>;
}

/**
 * Installs the tarball into an empty project. Its dependencies are those that this repository's
 * lock file names, so that npm finds them in its cache: nothing of the repository is linked in.
 */
export function installInEmptyProject(project: string, tarball: string): void {
  mkdirSync(project, { recursive: true });
  const name = 'signalbox-0.tgz';
  copyFileSync(tarball, join(project, name));
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const {
    name: _,
    version,
    dependencies,
    optionalDependencies,
    bin,
  } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  const resolved = `file:${name}`;
  const own = { name: 'empty', version: '0.0.0', dependencies: { signalbox: resolved } };
  const needed = Object.entries(lock.packages).filter(
    ([path, entry]) =>
      // The workspace of the dashboard is built into the package, and not among what it needs.
      path.startsWith('node_modules/') && entry.dev !== true && entry.link !== true,
  );
  const packages = {
    '': own,
    'node_modules/signalbox': { version, resolved, dependencies, optionalDependencies, bin },
    ...Object.fromEntries(needed),
  };
  const manifest = { ...own, private: true, type: 'module' };
  write(join(project, 'package.json'), manifest);
  write(join(project, 'package-lock.json'), { ...own, lockfileVersion: 3, packages });
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...quiet], { cwd: project, stdio: 'pipe' });
}

/** Gives the project the compiler's knowledge of Node, which a TypeScript program would install. */
export function addNodeTypes(project: string): void {
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  for (const name of [join('@types', 'node'), 'undici-types']) {
    const place = join(project, 'node_modules', name);
    // Where a dependency has brought it already.
    if (!existsSync(place)) symlinkSync(join(root, 'node_modules', name), place);
  }
}

function write(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}
