// `npm test`: the checks, then the tests. `npm test -- PATH` runs the tests of that path only. Files
// that fail are run once more, alone and with the same seed: a test that passes then is named as
// unsteady. The last line says how many passed and failed, for people and for continuous integration.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environment, runChecks } from './checks.mjs';
import { needNodeToRun } from './node-version.mjs';
import { root } from './root.mjs';
import { secondsSince } from './say.mjs';
import { filesToRerun, verdict } from './test-verdict.mjs';

/** Of the files that take longer than some seconds, so many are named. */
const longestNamed = 10;
const longFromMs = 5_000;
/** What tests draw at random is the same each time: a change is judged, and not its luck. */
const usualSeed = '1';

needNodeToRun();
const { passed, failed } = runChecks() ? runTests(process.argv.slice(2)) : { passed: 0, failed: 1 };
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** @param {readonly string[]} args */
function runTests(args) {
  const start = performance.now();
  const seed = process.env['SIGNALBOX_SEED'] ?? usualSeed;
  const first = run(args, seed);
  if (first === undefined) return { passed: 0, failed: 1 };
  sayLongest(first);
  const files = filesToRerun(first);
  if (files.length > 0) {
    console.log(`\nOnce more, alone and with seed ${seed}: ${files.join(', ')}`);
  }
  const second = files.length > 0 ? run(['--maxWorkers=1', ...files], seed) : undefined;
  const { passed, failed, skipped, unsteady } = verdict(first, second);
  if (unsteady.length > 0) {
    console.log('unsteady (failed once, passed when run again alone):');
    for (const title of unsteady) console.log(`  ${title}`);
  }
  const note = skipped === 0 ? '' : `, ${skipped} skipped`;
  console.log(`${failed === 0 ? '✓' : '✗'} tests (${secondsSince(start)}${note})`);
  return { passed, failed };
}

/**
 * Runs tests, and gives what came of it; undefined when that was not written down.
 *
 * @param {readonly string[]} args
 * @param {string} seed
 * @returns {import('./test-report.mjs').Report | undefined}
 */
function run(args, seed) {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
  const path = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=./scripts/test-report.mjs'];
  try {
    const { status, signal } = spawnSync('vitest', ['run', ...reporters, ...args], {
      cwd: root,
      env: { ...environment, SIGNALBOX_SEED: seed, SIGNALBOX_TEST_REPORT: path },
      stdio: 'inherit',
    });
    if (!existsSync(path)) {
      console.log(`vitest ended without a report: ${signal ?? `exit code ${status}`}`);
      return undefined;
    }
    /** @type {import('./test-report.mjs').Report} */
    const report = JSON.parse(readFileSync(path, 'utf8'));
    const isTold = report.errors > 0 || report.files.some(({ hasFailed }) => hasFailed);
    // Whatever else vitest ends with an error for.
    return status === 0 || isTold ? report : { ...report, errors: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {import('./test-report.mjs').Report} report */
function sayLongest({ files }) {
  const longest = files
    .filter(({ durationMs }) => durationMs >= longFromMs)
    .toSorted((one, other) => other.durationMs - one.durationMs);
  if (longest.length > 0) console.log('longest files:');
  for (const { path, durationMs } of longest.slice(0, longestNamed)) {
    console.log(`  ${(durationMs / 1000).toFixed(1).padStart(5)} s ${path}`);
  }
}
