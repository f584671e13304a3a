import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { startSimulator } from '../../src/simulators/index.ts';
import { Folder } from '../simulators/support.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';

const ask = `
import sys, serial
port = serial.Serial(sys.argv[1], 38400, timeout=10)
port.write(b':06030401210121\\r\\n')
print(port.read_until(b'\\n').decode().strip())
`;

describe('a port whose device is not there when the gateway starts', () => {
  it('is absent, keeps nobody else from theirs, and is open as soon as its device comes', async () => {
    using folder = new Folder();
    const path = folder.file('bus');
    await using gateway = await GatewayProcess.start(`
      [simulators.meter]
      kind = "multimeter"
      [ports.bus]
      serial = "${path}"
      protocol = "propar"
      virtualPorts = ["bus-1"]
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
    `);
    const client = new SignalboxClient({ url: gateway.url, program: 'test' });
    await expect.poll(async () => (await client.port('bus')).state).toBe('absent');
    expect((await client.port('bus')).reason).toContain(path);
    expect(await client.query('meter', '*IDN?')).toMatch(/^SIGNALBOX/);
    const refused = client.read('three', 'setpoint', { waitMs: 100 });
    await expect(refused).rejects.toMatchObject({ code: 'PORT_ABSENT' });
    // One who came before the device did, and waits for it.
    const early = client.read('three', 'setpoint', { waitMs: 20_000 });
    await using _bus = await startSimulator({ kind: 'propar', path, nodes: [{ address: 3 }] });
    expect((await early).value).toBe(0);
    expect((await client.port('bus')).state).toBe('open');
    // The program at the virtual port needs to know of nothing.
    const { output } = await run('/usr/bin/python3', ['-c', ask, gateway.address('bus-1')]);
    expect(output).toBe(':06030201210000\n');
  });
});
