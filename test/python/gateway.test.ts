import { expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';
import { pythonLaboratory } from './laboratory.ts';
import { runPython, runUnittest } from './run-unittest.ts';

const longestMs = 180_000;

it(
  'Python programs read, write, hold and watch instruments, several at once',
  async () => {
    await using gateway = await GatewayProcess.start(pythonLaboratory);
    expect(await runUnittest('gateway_client', { SIGNALBOX_URL: gateway.url })).toBeGreaterThan(10);
  },
  longestMs,
);

it(
  "programs written for the maker's ProPar library run with one import line changed",
  async () => {
    await using gateway = await GatewayProcess.start(pythonLaboratory);
    expect(await runUnittest('gateway_propar', { SIGNALBOX_URL: gateway.url })).toBeGreaterThan(10);
  },
  longestMs,
);

it(
  'PyVISA finds the ways in to an instrument by its name',
  async () => {
    await using gateway = await GatewayProcess.start(pythonLaboratory);
    expect(await runUnittest('gateway_visa', { SIGNALBOX_URL: gateway.url })).toBe(3);
  },
  longestMs,
);

it(
  'a Python program finds the gateway of this machine, and its token',
  async () => {
    const http = '[http]\nport = 0\ntokenFile = "token"\nrequireToken = true\n';
    await using gateway = await GatewayProcess.start(`${pythonLaboratory}${http}`);
    const program =
      'from signalbox import SignalboxError, connect\n' +
      'found = connect()\n' +
      'print(found.url, len(found.instruments()))\n' +
      'try:\n    connect("http://localhost:" + found.url.split(":")[2], "wrong").ports()\n' +
      'except SignalboxError as error:\n    print(error.code)\n';
    const environment = { XDG_RUNTIME_DIR: gateway.folder, SIGNALBOX_URL: '' };
    expect((await runPython(['-c', program], environment)).text).toBe(
      `${gateway.url} 5\nAUTHENTICATION_REQUIRED\n`,
    );
  },
  longestMs,
);
