import { expect, it } from 'vitest';
import { errorCatalogue } from '../../src/kernel/index.ts';
import { runPython, runUnittest } from './run-unittest.ts';

const longestMs = 120_000;

it(
  'a worker answers its host, in order, within its bounds, and ends with it',
  async () => {
    expect(await runUnittest('test_worker')).toBeGreaterThan(20);
  },
  longestMs,
);

it(
  'the client finds its gateway, and knows each error of the catalogue',
  async () => {
    const faults = Object.entries(errorCatalogue).map(([code, { fault }]) => [code, fault]);
    const environment = { SIGNALBOX_TEST_FAULTS: JSON.stringify(Object.fromEntries(faults)) };
    expect(await runUnittest('test_client', environment)).toBeGreaterThan(5);
  },
  longestMs,
);

it(
  'the types of the package are right',
  async () => {
    const { code, text } = await runPython(['-m', 'mypy', '--cache-dir=/dev/null']);
    expect(text).toContain('Success');
    expect(code).toBe(0);
  },
  longestMs,
);
