import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { root } from './root.mjs';
import { say, secondsSince, stop } from './say.mjs';

/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */

/**
 * What the lock file says, without a change to it. Not `npm ci`: that refuses a lock file which was
 * written where a tool's programs for other platforms could not be had.
 */
const installation = ['install', '--no-save', '--include=dev', '--loglevel=error'];

/** Installs the npm packages when what is installed is not what package-lock.json asks for. */
export function installNpmPackages() {
  const wanted = packagesOf('package-lock.json');
  if (wanted === undefined)
    stop('package-lock.json cannot be read; restore it from version control.');
  if (areInstalled(wanted)) return;

  const start = performance.now();
  say('Installing npm packages (npm install) …');
  const { status, error } = spawnSync('npm', installation, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, PATH: pathWithoutOwnPrograms() },
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    stop(
      `npm install failed (${error?.message ?? `exit code ${status}`}); its output above says why.`,
    );
  }
  say(`Installed npm packages in ${secondsSince(start)}.`);
}

/**
 * The packages that a lock file lists, by their folder; undefined when it cannot be read.
 *
 * @param {string} lockFile
 * @returns {Packages | undefined}
 */
function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * npm writes down what it installed once an installation is complete. Versions are compared rather
 * than file times, because a checkout touches files that did not change.
 *
 * @param {Packages} wanted
 */
function areInstalled(wanted) {
  const installed = packagesOf(join('node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([folder, { version, optional }]) => {
    if (folder === '') return true;
    const found = installed[folder];
    return found === undefined ? optional === true : found.version === version;
  });
}

/** The Node that lies in node_modules may be replaced, so the installation does not run on it. */
function pathWithoutOwnPrograms() {
  const own = join(root, 'node_modules', '.bin');
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== own)
    .join(delimiter);
}
