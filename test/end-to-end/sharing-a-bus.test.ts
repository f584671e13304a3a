import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { startSimulator } from '../../src/simulators/index.ts';
import { count } from '../support/count.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';
import { recordProof } from '../support/proof.ts';

const python = '/usr/bin/python3';
const program = fileURLToPath(new URL('../../examples/flowcontrol/read_flow.py', import.meta.url));

const laboratory = `
[simulators.bus]
kind = "propar"
nodes = [
  { address = 3, userTag = "three" },
  { address = 5, userTag = "five" },
  { address = 6, userTag = "six" },
]
[simulators.meter]
kind = "multimeter"
[ports.bus]
simulator = "bus"
protocol = "propar"
virtualPorts = ["bus-1", "bus-2", "bus-3"]
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.three]
port = "bus"
driver = "bronkhorst"
node = 3
[instruments.meter]
port = "meter"
driver = "scpi"
socket = 0
[instruments.meter.parameters]
voltage = { query = "MEAS:VOLT:DC?", unit = "V" }
`;

const tags: Readonly<Record<string, string>> = { 3: 'three', 5: 'five', 6: 'six' };

/**
 * Three processes at once, each on its path, read the three nodes in turn: the first line of theirs
 * that is not what its node says.
 */
async function firstWrong(paths: readonly string[], readings: number): Promise<string | undefined> {
  const lines = paths.map(async (path) => {
    const said: string[] = [];
    for (const node of Object.keys(tags)) {
      const { code, output, errors } = await run(python, [program, path, node, String(readings)]);
      if (code !== 0) said.push(errors);
      said.push(...output.trim().split('\n'));
    }
    return said;
  });
  const all = (await Promise.all(lines)).flat();
  const wrong = all.find((line) => {
    const [node = '', tag] = line.split(' ');
    return tag === undefined || tag !== tags[node];
  });
  if (wrong !== undefined) return wrong;
  return all.length === readings * 9 ? undefined : `${all.length} lines`;
}

/**
 * The same on the wire itself, with nobody between: 1 when what goes wrong then is seen. A busy machine
 * may start the processes one after the other, so that they do not meet: they try again.
 */
async function withoutABroker(): Promise<number> {
  await using simulator = await startSimulator({
    kind: 'propar',
    path: join(tmpdir(), `signalbox-test-bare-${process.pid}`),
    nodes: Object.entries(tags).map(([address, userTag]) => ({
      address: Number(address),
      userTag,
    })),
  });
  const { address } = simulator;
  for (let turn = 0; turn < 5; turn += 1) {
    if ((await firstWrong([address, address, address], 4)) !== undefined) return 1;
  }
  return 0;
}

describe('one bus shared by unmodified programs', () => {
  it('gives each of three processes every value of every node, and none of another', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    // About 70 exchanges a second go over the wire; each process reads three nodes in turn.
    const readings = Math.ceil(count(4_500) / 9);
    const paths = [1, 2, 3].map((number) => gateway.address(`bus-${number}`));
    expect(await firstWrong(paths, readings)).toBeUndefined();
    const client = new SignalboxClient({ url: gateway.url });
    const statistics = await client.statistics('bus');
    expect(statistics.failures).toBe(0);
    const programs = statistics.owners.filter(({ owner }) => owner.program.startsWith('python'));
    // Nine in all; who follows on the same port at once may count as the one before.
    expect(programs.length).toBeGreaterThanOrEqual(paths.length);
    expect(programs.length).toBeLessThanOrEqual(9);
    const caught = await withoutABroker();
    expect(caught).toBe(1);
    recordProof({
      promise: 'One at a time; a reply goes to its request',
      test: 'three processes, three nodes, one bus',
      count: readings * 9,
      planted: 1,
      caught,
    });
  }, 300_000);

  it('serves PyVISA on a socket and on a virtual serial port', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const script = `
import sys, pyvisa
manager = pyvisa.ResourceManager('@py')
meter = manager.open_resource(sys.argv[1], read_termination='\\n', write_termination='\\n')
print(meter.query('*IDN?'))
bus = manager.open_resource('ASRL' + sys.argv[2] + '::INSTR', baud_rate=38400,
                            read_termination='\\r\\n', write_termination='\\r\\n')
print(bus.query(':06030401210121'))
`;
    const { output, errors } = await run(python, [
      '-c',
      script,
      gateway.address('meter-socket'),
      gateway.address('bus-1'),
    ]);
    expect(errors).toBe('');
    expect(output).toBe('SIGNALBOX,SIM34401,SIM001,1.0\n:06030201210000\n');
  });

  it('logs each wait and grant with its owner, at a level changed while it runs', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const client = new SignalboxClient({ url: gateway.url, program: 'watcher' });
    await client.read('three', 'setpoint');
    const log = `${gateway.folder}/signalbox/signalbox/signalbox.log`;
    expect(await readFile(log, 'utf8')).not.toContain('watcher');
    await client.setLogLevels({ ports: 'debug' });
    await client.read('three', 'setpoint');
    expect(await readFile(log, 'utf8')).toMatch(/watcher.* goes: read node 3 setpoint/);
  });
});
