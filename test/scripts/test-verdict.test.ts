import { describe, expect, it, test } from 'vitest';

import { reportOf } from '../../scripts/test-report.mjs';
import { filesToRerun, rerunFilesMost, verdict } from '../../scripts/test-verdict.mjs';
import type { FileResult, Report, TestResult } from '../../scripts/test-report.mjs';

type State = TestResult['state'];

function file(path: string, states: readonly State[], hasFailed?: boolean): FileResult {
  const tests = states.map((state, at) => ({ id: `${path} ${at}`, title: `title ${at}`, state }));
  const failed = hasFailed ?? states.includes('failed');
  return { path, hasFailed: failed, hasEnded: true, durationMs: 1, tests };
}

/** One whose process ended in the midst of it. */
function unended(path: string, states: readonly State[]): FileResult {
  return { ...file(path, states, true), hasEnded: false };
}

/** As vitest tells it. */
function death(): Error {
  const cause = new Error('Worker exited unexpectedly');
  return new Error('[vitest-pool]: Worker forks emitted error.', { cause });
}

function report(files: readonly FileResult[], errors = 0): Report {
  return { files, errors };
}

const good = file('good', ['passed', 'passed', 'skipped']);

test('a run without a failure is not run again', () => {
  const first = report([good, file('other', ['passed'])]);
  expect(filesToRerun(first)).toEqual([]);
  expect(verdict(first)).toEqual({ passed: 3, failed: 0, skipped: 1, unsteady: [] });
});

describe('a file with a test that failed', () => {
  const first = report([good, file('bad', ['passed', 'failed', 'skipped'])]);

  it('is run again, and no other', () => {
    expect(filesToRerun(first)).toEqual(['bad']);
  });

  it.each<[string, readonly State[], object]>([
    ['fails twice', ['passed', 'failed', 'skipped'], { passed: 3, failed: 1, unsteady: [] }],
    [
      'passes alone',
      ['passed', 'passed', 'skipped'],
      { passed: 4, failed: 0, unsteady: ['bad > title 1'] },
    ],
    [
      'does not run alone',
      ['passed', 'skipped', 'skipped'],
      { passed: 3, failed: 1, unsteady: [] },
    ],
    ['is not there alone', ['passed'], { passed: 3, failed: 1, unsteady: [] }],
    [
      'passes alone, where another one fails',
      ['failed', 'passed', 'skipped'],
      { passed: 3, failed: 1, unsteady: ['bad > title 1'] },
    ],
    [
      'passes alone, and one that was not asked for fails',
      ['passed', 'passed', 'failed'],
      { passed: 4, failed: 1, unsteady: ['bad > title 1'] },
    ],
  ])('%s', (_title, states, expected) => {
    expect(verdict(first, report([file('bad', states)]))).toMatchObject(expected);
  });
});

describe('a file that fails without a test', () => {
  const first = report([good, file('bad', [], true)]);

  it('fails when it does so twice', () => {
    expect(filesToRerun(first)).toEqual(['bad']);
    const { passed, failed, unsteady } = verdict(first, report([file('bad', [], true)]));
    expect({ passed, failed, unsteady }).toEqual({ passed: 2, failed: 1, unsteady: [] });
  });

  it('is unsteady when all its tests pass alone', () => {
    const { passed, failed, unsteady } = verdict(first, report([file('bad', ['passed'])]));
    expect({ passed, failed, unsteady }).toEqual({ passed: 3, failed: 0, unsteady: ['bad'] });
  });

  it('has failed when its hooks failed and its tests passed', () => {
    const hooks = report([file('bad', ['passed'], true)]);
    expect(verdict(hooks)).toMatchObject({ passed: 1, failed: 1 });
    expect(verdict(hooks, hooks)).toMatchObject({ passed: 1, failed: 1, unsteady: [] });
  });
});

describe('a file whose process ends before it', () => {
  const first = reportOf([good, unended('dead', ['passed', 'pending', 'pending'])], [death()]);

  it('is run again, and is unsteady when it passes alone', () => {
    expect(filesToRerun(first)).toEqual(['dead']);
    const second = report([file('dead', ['passed', 'passed', 'passed'])]);
    expect(verdict(first, second)).toEqual({
      passed: 5,
      failed: 0,
      skipped: 1,
      unsteady: ['dead (its process ended)'],
    });
  });

  it('fails when its process ends again', () => {
    const second = reportOf([unended('dead', ['passed', 'pending', 'pending'])], [death()]);
    expect(verdict(first, second)).toMatchObject({ failed: 1, unsteady: [] });
    expect(verdict(first)).toMatchObject({ failed: 1 });
  });

  it('answers for one end of a process, and for no other error', () => {
    expect(reportOf([good], [death()]).errors).toBe(1);
    expect(reportOf([unended('dead', [])], [death(), death()]).errors).toBe(1);
    expect(reportOf([unended('dead', [])], [new Error('any')]).errors).toBe(1);
  });
});

test('an error outside of any test fails the run, whatever passes alone', () => {
  const first = report([file('bad', ['failed'])], 1);
  expect(verdict(first, report([file('bad', ['passed'])]))).toMatchObject({ failed: 1 });
  expect(verdict(report([good], 1))).toMatchObject({ passed: 2, failed: 1 });
});

test('a run in which nearly everything fails is not run again', () => {
  const many = Array.from({ length: rerunFilesMost + 1 }, (_, at) => file(`${at}`, ['failed']));
  expect(filesToRerun(report(many.slice(1)))).toHaveLength(rerunFilesMost);
  expect(filesToRerun(report(many))).toEqual([]);
  expect(verdict(report(many))).toMatchObject({ failed: many.length });
});
