import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

import { root } from './root.mjs';

/**
 * What came of one file of tests.
 *
 * @typedef {object} FileResult
 * @property {string} path from the root of the repository
 * @property {boolean} hasFailed a test in it, a hook, or its loading
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
 * @property {number} errors outside of any test
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
    const report = { files: modules.map(resultOf), errors: errors.length };
    writeFileSync(path, JSON.stringify(report));
  }
}

/**
 * @param {import('vitest/node').TestModule} module
 * @returns {FileResult}
 */
function resultOf(module) {
  return {
    path: relative(root, module.moduleId),
    hasFailed: !module.ok(),
    durationMs: module.diagnostic().duration,
    tests: [...module.children.allTests()].map((test) => ({
      id: test.id,
      title: test.fullName,
      state: test.result().state,
    })),
  };
}
