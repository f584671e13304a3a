/** When more files than these fail, what is wrong is not unsteady, and a second run only takes time. */
export const rerunFilesMost = 20;

/**
 * The files to run a second time, alone.
 *
 * @param {import('./test-report.mjs').Report} report
 * @returns {readonly string[]}
 */
export function filesToRerun({ files }) {
  const failed = files.filter(({ hasFailed }) => hasFailed).map(({ path }) => path);
  return failed.length > rerunFilesMost ? [] : failed;
}

/**
 * What came of a run, and of the second one of the files that failed in it. A test fails when it fails
 * in both, and when it fails alone; one that failed and passes alone is unsteady. So it is for a file
 * that fails without a test: one that does not load, whose hooks fail, or whose process ended. An error
 * outside of any test belongs to no file, and cannot pass alone.
 *
 * @param {import('./test-report.mjs').Report} first
 * @param {import('./test-report.mjs').Report} [second]
 */
export function verdict(first, second) {
  const again = new Map(second?.files.map((file) => [file.path, file]));
  const verdicts = first.files.map((file) => verdictOfFile(file, again.get(file.path)));
  return {
    passed: sumOf(verdicts.map(({ passed }) => passed)),
    failed: sumOf(verdicts.map(({ failed }) => failed)) + first.errors + (second?.errors ?? 0),
    skipped: sumOf(verdicts.map(({ skipped }) => skipped)),
    unsteady: verdicts.flatMap(({ unsteady }) => unsteady),
  };
}

/**
 * @param {import('./test-report.mjs').FileResult} first
 * @param {import('./test-report.mjs').FileResult} [second]
 */
function verdictOfFile(first, second) {
  const { path } = first;
  const known = new Map(first.tests.map((test) => [test.id, test]));
  const again = new Map(second?.tests.map((test) => [test.id, test]));
  // A file that did not load has its tests the second time only.
  const all = [...known.values(), ...[...again.values()].filter(({ id }) => !known.has(id))];
  const count = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const unsteady = [];
  for (const { id, title, state } of all) {
    const last = second === undefined ? state : afterBoth(state, again.get(id)?.state);
    count[last === 'pending' ? 'skipped' : last] += 1;
    if (state === 'failed' && last === 'passed') unsteady.push(`${path} > ${title}`);
  }
  const hasFailed = (second ?? first).hasFailed;
  if (hasFailed && count.failed === 0) count.failed += 1;
  const wasOfNoTest = first.hasFailed && !first.tests.some(({ state }) => state === 'failed');
  if (wasOfNoTest && !hasFailed)
    unsteady.push(first.hasEnded ? path : `${path} (its process ended)`);
  return { ...count, unsteady };
}

/**
 * @param {import('./test-report.mjs').TestResult['state']} first
 * @param {import('./test-report.mjs').TestResult['state']} [second]
 */
function afterBoth(first, second) {
  // A test that nobody asked for the first time is nobody's concern.
  if (first === 'skipped') return first;
  if (second === 'failed') return second;
  return first === 'failed' && second !== 'passed' ? first : (second ?? first);
}

/** @param {readonly number[]} values */
function sumOf(values) {
  return values.reduce((sum, value) => sum + value, 0);
}
