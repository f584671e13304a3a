import { spawnSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { root } from './root.mjs';
import { say, secondsSince } from './say.mjs';

/** What the pages are built from; the client and what it knows are bundled with them. */
const inputs = [
  'dashboard/src',
  'dashboard/index.html',
  'dashboard/package.json',
  'src/kernel',
  'src/client',
  'package-lock.json',
  'scripts/bundle-dashboard.mjs',
];
const output = join(root, 'dist', 'dashboard');
/** Written after a build without errors; its time tells which inputs are newer. */
const stamp = join(root, 'dist', '.dashboard-built');

/** Builds dashboard/ into dist/dashboard/ when something changed. Gives whether that is good afterwards. */
export function buildDashboard() {
  if (isUpToDate()) return true;
  const start = performance.now();
  const startDate = new Date();
  // Whoever serves the pages never sees half of them.
  const folder = join(root, 'dist', `.dashboard-${process.pid}`);
  const { status } = spawnSync(ownNode(), ['scripts/bundle-dashboard.mjs', folder], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    return false;
  }
  rmSync(output, { recursive: true, force: true });
  renameSync(folder, output);
  writeFileSync(stamp, '');
  // What was saved during the build is newer than the build.
  utimesSync(stamp, startDate, startDate);
  say(`Built dist/dashboard/ in ${secondsSince(start)}.`);
  return true;
}

function isUpToDate() {
  if (!existsSync(stamp) || !existsSync(join(output, 'index.html'))) return false;
  const built = statSync(stamp).mtimeMs;
  return inputs.every((name) => newestIn(join(root, name)) <= built);
}

/**
 * When a file, or a folder and what is in it, was changed last: a file that is taken away changes its
 * folder.
 *
 * @param {string} path
 */
function newestIn(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return Math.max(mtimeMs, ...names.map((name) => statSync(join(path, name)).mtimeMs));
}

/** The Node that the packages bring; `npm start` itself may run on an older one. */
function ownNode() {
  const own = join(root, 'node_modules', 'node', 'bin', 'node');
  return existsSync(own) ? own : process.execPath;
}
