import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

import { root } from './root.mjs';
import { secondsSince } from './say.mjs';

/** All that `npm test` looks at before it runs a test, in this order. */
const checks = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'types without Node', command: ['tsc', '-p', 'tsconfig.anywhere.json'] },
  { name: 'build', command: ['node', 'scripts/build.mjs'] },
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'unused code', command: ['knip'] },
];

/** The environment in which the programs of node_modules are found first, Node among them. */
export const environment = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
};

/** Runs the checks up to the first that fails, and shows its output. Gives whether all passed. */
export function runChecks() {
  return checks.every(({ name, command }) => {
    const start = performance.now();
    const [program, ...args] = command;
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: root,
      env: environment,
      encoding: 'utf8',
      maxBuffer: outputBytesMost,
    });
    const passed = status === 0;
    console.log(`${passed ? '✓' : '✗'} ${name} (${secondsSince(start)})`);
    if (!passed) {
      console.log(`$ ${command.join(' ')}\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
    }
    return passed;
  });
}

/** Of one check; a check that prints more is ended and counts as failed. */
const outputBytesMost = 64 * 1024 * 1024;
