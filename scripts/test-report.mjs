import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

import { root } from './root.mjs';

/**
 * What came of one file of tests.
 *
 * @typedef {object} FileResult
 * @property {string} path from the root of the repository
 * @property {boolean} hasFailed a test in it, a hook, its loading, or its process, which ended before it
 * @property {boolean} hasEnded false when its process ended before it
 * @property {number} durationMs
 * @property {readonly TestResult[]} tests
 *
 * @typedef {object} TestResult
 * @property {string} id the same each time that the same file runs
 * @property {string} title with those of its groups
 * @property {'passed' | 'failed' | 'skipped' | 'pending'} state
 *
 * @typedef {object} Report
 * @property {readonly FileResult[]} files
 * @property {number} errors outside of any test, but for the ends of processes that left a file unended
 */

/** Writes what came of a run as JSON into the file that SIGNALBOX_TEST_REPORT names. */
export default class TestReport {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} errors
   */
  onTestRunEnd(modules, errors) {
    const path = process.env['SIGNALBOX_TEST_REPORT'];
    if (path === undefined) return;
    /** @type {Report} */
    const report = reportOf(modules.map(resultOf), errors);
    writeFileSync(path, JSON.stringify(report));
  }
}

/**
 * @param {readonly FileResult[]} files
 * @param {readonly unknown[]} errors
 * @returns {Report}
 */
export function reportOf(files, errors) {
  const unended = files.filter(({ hasEnded }) => !hasEnded).length;
  const deaths = errors.filter(isDeath).length;
  return { files, errors: errors.length - Math.min(deaths, unended) };
}

/**
 * How vitest tells that a process ended that had a file to run. It does not say which.
 *
 * @param {unknown} error
 */
function isDeath(error) {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message === 'Worker exited unexpectedly';
}

/**
 * @param {import('vitest/node').TestModule} module
 * @returns {FileResult}
 */
function resultOf(module) {
  const hasEnded = !['pending', 'queued'].includes(module.state());
  return {
    path: relative(root, module.moduleId),
    hasFailed: !module.ok() || !hasEnded,
    hasEnded,
    durationMs: module.diagnostic().duration,
    tests: [...module.children.allTests()].map((test) => ({
      id: test.id,
      title: test.fullName,
      state: test.result().state,
    })),
  };
}
