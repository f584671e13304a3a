import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { say, secondsSince, stop } from './say.mjs';

/** What tests use that npm cannot install: Debian's name for it, and how to see that it is there. */
const needed = [
  { name: 'build-essential', program: 'gcc' },
  { name: 'python3', program: 'python3' },
  { name: 'python3-numpy', module: 'numpy' },
  { name: 'mypy', program: 'mypy' },
  { name: 'python3-serial', module: 'serial' },
  { name: 'python3-pyvisa', module: 'pyvisa' },
  { name: 'python3-pyvisa-py', module: 'pyvisa_py' },
  { name: 'ser2net', program: 'ser2net' },
  { name: 'socat', program: 'socat' },
  { name: 'iproute2', program: 'ip' },
  { name: 'lxi-tools', program: 'lxi' },
  { name: 'mdns-scan', program: 'mdns-scan' },
  { name: 'rpcbind', program: 'rpcbind' },
  { name: 'strace', program: 'strace' },
  { name: 'openssl', program: 'openssl' },
  { name: 'chromium', program: 'chromium' },
  { name: 'postgresql', program: 'pg_ctlcluster' },
];

/** Debian's Python, which Debian's modules belong to. */
const python = '/usr/bin/python3';
const programFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/**
 * Installs what tests need from the system with apt, where that is allowed without a question. Else
 * says in one line what is missing and how to get it; with CI=true that is the end.
 */
export function installSystemPackages() {
  let missing = missingNames();
  if (missing.length === 0) return;
  const apt = aptGet();
  if (apt !== undefined) {
    const start = performance.now();
    say(`Installing system packages that tests use (apt-get): ${missing.join(', ')} …`);
    install(apt, missing);
    missing = missingNames();
    if (missing.length === 0) {
      say(`Installed system packages in ${secondsSince(start)}.`);
      return;
    }
  }
  const line = `Missing for some tests: ${missing.join(', ')}. Install with: sudo apt-get install ${missing.join(' ')}`;
  if (process.env['CI'] === 'true') stop(line);
  say(line);
}

function missingNames() {
  const modules = missingModules();
  return needed
    .filter(({ program, module }) =>
      program === undefined
        ? modules.has(module)
        : !programFolders.some((folder) => existsSync(join(folder, program))),
    )
    .map(({ name }) => name);
}

/** The Python modules that Debian's Python does not find; looking them up imports nothing. */
function missingModules() {
  const modules = needed.flatMap(({ module }) => module ?? []);
  const script =
    'import sys, importlib.util\nfor m in sys.argv[1:]:\n  if not importlib.util.find_spec(m): print(m)';
  const { status, stdout } = spawnSync(python, ['-c', script, ...modules], { encoding: 'utf8' });
  return new Set(status === 0 ? stdout.split('\n') : modules);
}

/** How apt-get may be called without asking anybody: as root, or through sudo without a password. */
function aptGet() {
  if (!existsSync('/usr/bin/apt-get')) return undefined;
  if (process.getuid?.() === 0) return ['apt-get'];
  const { status } = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return status === 0 ? ['sudo', '-n', 'apt-get'] : undefined;
}

/**
 * The package lists may be old or absent: they are fetched when the first try fails.
 *
 * @param {readonly string[]} apt
 * @param {readonly string[]} names
 */
function install(apt, names) {
  const [program = 'apt-get', ...prefix] = apt;
  const run = (/** @type {string[]} */ ...args) =>
    spawnSync(program, [...prefix, '-q', ...args], {
      stdio: ['ignore', 'ignore', 'ignore'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const installThese = (/** @type {readonly string[]} */ wanted) =>
    run('install', '-y', '--no-install-recommends', ...wanted);
  if (installThese(names) || (run('update') && installThese(names))) return;
  // A name that this release of the system does not know fails the lot.
  for (const name of names) installThese([name]);
}
