import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  'Python programs read and change settings, with the functions of SpotiPi',
  async () => {
    await using gateway = await GatewayProcess.start(pythonLaboratory);
    expect(await runUnittest('gateway_settings', { SIGNALBOX_URL: gateway.url })).toBe(7);
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

it(
  'each module is one file that stands alone where it is wanted so',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-single-'));
    for (const module of ['client', 'propar', 'visa', 'worker']) {
      const { code, text } = await runPython(['-m', 'signalbox.single_file', module]);
      expect(code, text).toBe(0);
      await writeFile(join(folder, `${module}.py`), text);
    }
    await using gateway = await GatewayProcess.start(pythonLaboratory);
    const program = `
import sys
import client, propar, visa, worker
assert "signalbox" not in sys.modules
print(sorted(each.name for each in client.connect().instruments())[0])
flow = propar.instrument("bus", 3)
flow.setpoint = 16000
print(flow.setpoint, flow.id, propar.PP_STATUS_OK)
print(sorted(visa.resources("meter")))
print(worker.function(len) is len)
`;
    const environment = { SIGNALBOX_URL: gateway.url, PYTHONPATH: folder };
    // Python begins in the folder of the package, which is not what is to be found.
    const ran = await runPython(
      ['-c', `import sys; sys.path[:] = [each for each in sys.path if each != ""]\n${program}`],
      environment,
    );
    expect(ran).toEqual({
      code: 0,
      text: "absent\n16000 7M0000003A 0\n['hislip', 'socket', 'vxi11']\nTrue\n",
    });
    await rm(folder, { recursive: true });
  },
  longestMs,
);
