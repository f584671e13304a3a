// `npm test`: the checks, then the tests. `npm test -- PATH` runs the tests of that path only. The
// last line says how many passed and failed, for people and for continuous integration.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environment, runChecks } from './checks.mjs';
import { needNodeToRun } from './node-version.mjs';
import { root } from './root.mjs';
import { secondsSince } from './say.mjs';

needNodeToRun();
const { passed, failed } = runChecks() ? runTests(process.argv.slice(2)) : { passed: 0, failed: 1 };
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** @param {readonly string[]} args */
function runTests(args) {
  const start = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { status } = spawnSync('vitest', ['run', ...reporters, ...args], {
      cwd: root,
      env: environment,
      stdio: 'inherit',
    });
    const { passed, failed, skipped } = read(report);
    const note = skipped === 0 ? '' : `, ${skipped} skipped`;
    console.log(`${status === 0 ? '✓' : '✗'} tests (${secondsSince(start)}${note})`);
    // A file that does not load, or an error outside of any test, fails the run and no test.
    return { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} report */
function read(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
