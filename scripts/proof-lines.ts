/** What `npm run proof -- --json` prints of one proof: these keys and no other. */
export interface ProofLine {
  readonly promise: string;
  readonly test: string;
  /** How many times the test tried to break the promise. */
  readonly count: number;
  /** Deliberately broken variants that ran through the same check. */
  readonly planted: number;
  readonly caught: number;
  /** The test passed, and its check caught all that was planted. */
  readonly met: boolean;
}

/** One test as vitest reports it. */
export interface TestResult {
  readonly title: string;
  readonly fullName: string;
  /** `passed`, `failed`, or one of the words for a test that did not run. */
  readonly status: string;
}

/**
 * What the proofs are worth: a test may fail after it recorded its proof, or before it could. A
 * failed test without a proof has a line of its own.
 */
export function judge(
  proofs: readonly Omit<ProofLine, 'met'>[],
  results: readonly TestResult[],
): readonly ProofLine[] {
  const failed = results.filter(({ status }) => status === 'failed');
  const isOf = (test: string, { title, fullName }: TestResult): boolean =>
    title === test || fullName.endsWith(test);
  const lines = proofs.map(({ promise, test, count, planted, caught }) => ({
    promise,
    test,
    count,
    planted,
    caught,
    met: caught === planted && !failed.some((result) => isOf(test, result)),
  }));
  const silent = failed
    .filter((result) => !proofs.some(({ test }) => isOf(test, result)))
    .map(({ fullName }) => ({
      promise: 'failed before it was proved',
      test: fullName,
      count: 0,
      planted: 0,
      caught: 0,
      met: false,
    }));
  return [...lines, ...silent];
}
