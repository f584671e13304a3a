import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/index.ts';
import { actorPorts } from '../../../src/gateway/actor-ports.ts';
import { buildPort } from '../../../src/gateway/build-port.ts';
import { PrologixAdapters } from '../../../src/links/index.ts';
import { MemoryTokenSource, WaitGraph } from '../../../src/locks/index.ts';

it('actors know ports by their names, and by those of their wires where no other has the same', () => {
  const config = parseConfig(
    `
[ports.one]
visa = "GPIB0::12::INSTR"
prologix = "10.0.0.1"
protocol = "lines"
[ports.two]
visa = "GPIB0::12::INSTR"
prologix = "10.0.0.2"
protocol = "lines"
[ports.meter]
visa = "TCPIP::10.0.0.7::INSTR"
protocol = "lines"
[ports.line]
serial = "/dev/odd::name"
protocol = "lines"
[ports.bus]
serial = "/dev/ttyUSB0"
protocol = "propar"
`,
    'lab.toml',
  );
  const adapters = new PrologixAdapters();
  const surroundings = {
    tokens: new MemoryTokenSource(),
    graph: new WaitGraph(),
    adapters,
    simulatorAddress: () => '',
    worker: () => undefined as never,
  };
  const built = new Map(
    Object.entries(config.ports).map(([name, each]) => [name, buildPort(name, each, surroundings)]),
  );
  const resources = actorPorts(config, built);
  expect(resources.visaResourceNames).toEqual([
    'one',
    'two',
    'meter',
    'TCPIP0::10.0.0.7::inst0::INSTR',
    'line',
  ]);
  for (const name of ['one', 'bus', '/dev/ttyUSB0']) {
    expect(resources.getSharedSerialPort(name).path).toBe(name);
  }
});
