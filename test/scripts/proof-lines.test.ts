import { expect, test } from 'vitest';

import { judge } from '../../scripts/proof-lines.ts';

const proof = { promise: 'p', test: 'nobody starves', count: 100, planted: 3, caught: 3 };
const passed = {
  title: 'nobody starves',
  fullName: 'the queue nobody starves',
  status: 'passed',
};

test('a proof is met when its test passed and all that was planted was caught', () => {
  expect(judge([proof], [passed])).toEqual([{ ...proof, met: true }]);
});

test('a proof is not met when a planted fault went through', () => {
  expect(judge([{ ...proof, caught: 2 }], [passed])[0]?.met).toBe(false);
});

test('a proof is not met when its test failed after it was recorded', () => {
  expect(judge([proof], [{ ...passed, status: 'failed' }])).toEqual([{ ...proof, met: false }]);
});

test('a test that failed before it recorded a proof has a line that is not met', () => {
  expect(judge([], [{ ...passed, status: 'failed' }])).toMatchObject([
    { test: 'the queue nobody starves', met: false },
  ]);
});
