import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

import { buildDashboard } from './build-dashboard.mjs';
import { root } from './root.mjs';
import { say, secondsSince } from './say.mjs';

const sourceFolder = join(root, 'src');
const outputFolder = join(root, 'dist');
/** Written after a build without errors; its time tells which sources are newer. */
const stamp = join(outputFolder, '.built');
/** What the compiler remembers between builds. */
const memory = join(outputFolder, '.tsbuildinfo');
/** Beside the sources, these decide what a build gives. */
const settings = ['tsconfig.base.json', 'tsconfig.build.json', 'package-lock.json'];

/** What lies in dist/ beside what src/ gives: the dashboard, and one that is being built. */
const others = /^(?:dashboard|\.dashboard-\d+)$/;

/** Builds dist/ when something changed. Gives whether it is good afterwards. */
export function build() {
  return compile() && buildDashboard();
}

/** Compiles src/ into dist/. */
function compile() {
  const sources = filesIn(sourceFolder, '.ts').filter((path) => !path.endsWith('.d.ts'));
  removeOrphans(sources);
  if (isUpToDate(sources)) return true;

  const start = performance.now();
  const startDate = new Date();
  // The compiler trusts its memory and would not write again what somebody deleted.
  if (!areWritten(sources)) rmSync(memory, { force: true });
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) return false;
  writeFileSync(stamp, '');
  // What was saved during the build is newer than the build.
  utimesSync(stamp, startDate, startDate);
  say(`Built dist/ in ${secondsSince(start)}.`);
  return true;
}

/** @param {readonly string[]} sources */
function isUpToDate(sources) {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  const inputs = [
    ...settings.map((name) => join(root, name)),
    ...sources.map((path) => join(sourceFolder, path)),
  ];
  return inputs.every((path) => statSync(path).mtimeMs <= built) && areWritten(sources);
}

/** @param {readonly string[]} sources */
function areWritten(sources) {
  return sources.every((path) => existsSync(join(outputFolder, outputOf(path))));
}

/**
 * The compiler never takes away what a removed source once gave.
 *
 * @param {readonly string[]} sources
 */
function removeOrphans(sources) {
  const expected = new Set(sources.map(outputOf));
  const outputs = filesIn(outputFolder, '.js').filter(
    (path) => !others.test(path.split(sep)[0] ?? ''),
  );
  for (const path of outputs.filter((output) => !expected.has(output))) {
    rmSync(join(outputFolder, path), { force: true });
    for (const ending of ['.js.map', '.d.ts']) {
      rmSync(join(outputFolder, path.replace(/\.js$/, ending)), { force: true });
    }
  }
  if (outputs.length === 0) rmSync(outputFolder, { recursive: true, force: true });
}

/** @param {string} source */
function outputOf(source) {
  return source.replace(/\.ts$/, '.js');
}

/**
 * @param {string} folder
 * @param {string} ending
 */
function filesIn(folder, ending) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith(ending),
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exit(build() ? 0 : 1);
}
