import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pythonParameters } from '../../scripts/python-parameters.ts';
import {
  PP_COMMAND,
  PP_ERROR,
  PP_MODE,
  PP_STATUS,
  PP_TYPE,
} from '../../src/instruments/flow-control/propar-constants.ts';
import { errorCatalogue } from '../../src/kernel/index.ts';
import { pythonFolder, runPython, runUnittest } from './run-unittest.ts';

/** Checking the types alone takes a minute on a machine that is busy with other tests. */
const longestMs = 300_000;

it(
  'a worker answers its host, in order, within its bounds, and ends with it',
  async () => {
    expect(await runUnittest('test_worker')).toBeGreaterThan(20);
  },
  longestMs,
);

it(
  'a Red Pitaya, computed or behind PyRPL, does what its commands say',
  async () => {
    expect(await runUnittest('test_red_pitaya')).toBeGreaterThan(20);
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
  "the maker's ProPar library is here, with its numbers and its results",
  async () => {
    expect(await runUnittest('test_propar')).toBeGreaterThan(10);
    const program =
      'import json\nfrom signalbox import propar\n' +
      'print(json.dumps({k: v for k, v in vars(propar).items() if k.startswith("PP_")}))';
    const { text } = await runPython(['-c', program]);
    expect(JSON.parse(text)).toEqual({
      ...prefixed('PP_TYPE_', PP_TYPE),
      ...prefixed('PP_COMMAND_', PP_COMMAND),
      ...prefixed('PP_MODE_', PP_MODE),
      ...prefixed('PP_ERROR_', PP_ERROR),
      ...prefixed('PP_STATUS_', PP_STATUS),
    });
  },
  longestMs,
);

it('the parameter list of the package is that of the gateway', async () => {
  const list = await readFile(join(pythonFolder, 'signalbox', 'propar_parameters.py'), 'utf8');
  expect(list, 'run `npm run docs`').toBe(pythonParameters());
});

it(
  'the types of the package are right',
  async () => {
    const { code, text } = await runPython(['-m', 'mypy', '--cache-dir=/dev/null']);
    expect(text).toContain('Success');
    expect(code).toBe(0);
  },
  longestMs,
);

/** Names as the maker's library has them. */
function prefixed(prefix: string, numbers: Readonly<Record<string, number>>): object {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, number]) => [`${prefix}${name}`, number]),
  );
}
