import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

import { root } from './root.mjs';
import { secondsSince } from './say.mjs';

/** All that `npm test` looks at before it runs a test, in this order. */
const checks = [
  { name: 'format', program: 'oxfmt', args: ['--check'] },
  { name: 'types', program: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types without Node', program: 'tsc', args: ['-p', 'tsconfig.anywhere.json'] },
  { name: 'types of the dashboard', program: 'tsc', args: ['-p', 'dashboard/tsconfig.json'] },
  { name: 'build', program: 'node', args: ['scripts/build.mjs'] },
  { name: 'lint', program: 'oxlint', args: ['--deny-warnings'] },
  { name: 'unused code', program: 'knip', args: [] },
];

/** The environment in which the programs of node_modules are found first, Node among them. */
export const environment = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
};

/** Runs the checks up to the first that fails, and shows its output. Gives whether all passed. */
export function runChecks() {
  return checks.every(({ name, program, args }) => {
    const start = performance.now();
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: root,
      env: environment,
      encoding: 'utf8',
      maxBuffer: outputBytesMost,
    });
    const passed = status === 0;
    console.log(`${passed ? '✓' : '✗'} ${name} (${secondsSince(start)})`);
    if (!passed) {
      console.log(
        `$ ${[program, ...args].join(' ')}\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`,
      );
    }
    return passed;
  });
}

/** Of one check; a check that prints more is ended and counts as failed. */
const outputBytesMost = 64 * 1024 * 1024;
