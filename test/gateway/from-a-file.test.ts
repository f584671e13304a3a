import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { startSimulator } from '../../src/simulators/index.ts';
import { Client } from '../simulators/support.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { GatewayBench } from './gateway-bench.ts';

const bus = `
[simulators.bus]
kind = "propar"
nodes = [
  { address = 3, serial = "M1", userTag = "left", fluid = "N2", capacity = 100, unit = "ln/min" },
  { address = 5, serial = "M2", userTag = "right", channels = 2 },
]
[ports.bus]
simulator = "bus"
protocol = "propar"
timeoutMs = 2000
retries = 0
[instruments.left]
port = "bus"
driver = "bronkhorst"
node = 3
[instruments.right]
port = "bus"
driver = "bronkhorst"
node = 5
channel = 2
`;

describe('a file says', () => {
  it('by which factor the flow of a gas is multiplied', async () => {
    await using bench = await GatewayBench.start(`${bus}
      [gasFactors.M1]
      n2 = 0.5
    `);
    const client = bench.client();
    await client.write('left', 'fSetpoint', 10);
    expect((await client.read('left', 'fSetpoint')).value).toBeCloseTo(10, 4);
    // The instrument itself knows nothing of the factor.
    expect((await client.read('left', 'setpoint')).value).toBe(6_400);
  });

  it('what is written to CSV files, where, how often and how they are named', async () => {
    await using bench = await GatewayBench.start(`${bus}
      [csvLogs.flows]
      folder = "FOLDER/csv"
      instruments = ["left", "right"]
      parameters = ["fMeasure", "setpoint"]
      everyMs = 100
      fileName = "{userTag}_{instrument}.csv"
    `);
    await bench.client().write('left', 'setpoint', 16_000);
    const text = (): string => {
      const file = bench.file('csv/left_left.csv');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    await expect.poll(text).toMatch(/,bus,3,setpoint,setpoint,16000,,,left\r\n/);
    expect(text()).toMatch(/,bus,3,measure,fMeasure,[\d.]+,ln\/min,,left\r\n/);
    const files = (): string[] => readdirSync(bench.file('csv')).toSorted();
    await expect.poll(files).toEqual(['left_left.csv', 'right_right.csv']);
  });

  it.each([
    ['flow', "instrument left has no parameter 'flow'"],
    ['reset', 'reset of left can only be written'],
  ])('that %s is recorded, which cannot be, and nothing is started', async (name, problem) => {
    const bench = new GatewayBench(`${bus}
      [csvLogs.flows]
      folder = "FOLDER/csv"
      instruments = ["left"]
      parameters = ["${name}"]
    `);
    await using _bench = bench;
    await expect(bench.gateway.start()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`csvLogs.flows.parameters: ${problem}`) as string,
    });
    expect(existsSync(bench.file('run/simulator-bus'))).toBe(false);
  });

  it('that a bus is behind a serial server', async () => {
    await using server = await startSimulator({
      kind: 'propar',
      tcpPort: 0,
      nodes: [{ address: 3, userTag: 'far' }],
    });
    await using bench = await GatewayBench.start(`
      [ports.bus]
      tcp = "tcp://${server.address}"
      protocol = "propar"
      [instruments.far]
      port = "bus"
      driver = "bronkhorst"
      node = 3
    `);
    expect((await bench.client().read('far', 'userTag')).value).toBe('far');
  });

  it('which declared parameters take what, and how an instrument says that it refused', async () => {
    await using bench = await GatewayBench.start(`
      [simulators.meter]
      kind = "multimeter"
      identity = "ACME,M1,7,1.0"
      voltage = 5
      [ports.meter]
      simulator = "meter"
      protocol = "lines"
      [instruments.meter]
      port = "meter"
      driver = "scpi"
      errorQuery = "SYST:ERR?"
      [instruments.meter.parameters]
      voltage = { query = "MEAS:VOLT:DC?", unit = "V" }
      range = { query = "VOLT:RANG?", set = "VOLT:RANG {value}" }
      mode = { set = "CONF:{value}", type = "string", choices = ["VOLT", "VOLT:DC"] }
    `);
    const client = bench.client();
    expect((await client.identify('meter')).text).toBe('ACME,M1,7,1.0');
    expect((await client.read('meter', 'voltage')).value).toBeCloseTo(5, 2);
    await client.write('meter', 'mode', 'VOLT:DC');
    await expect(client.write('meter', 'mode', 'CURR')).rejects.toMatchObject({
      code: 'VALUE_OUT_OF_RANGE',
    });
    await expect(client.write('meter', 'range', 5_000)).rejects.toMatchObject({
      code: 'INSTRUMENT_ERROR',
    });
  });
});

describe('the faults of a simulator in a file', () => {
  it('silence one node of a bus, and let the others be', async () => {
    await using bench = await GatewayBench.start(
      bus.replace(
        '[ports.bus]',
        '[[simulators.bus.faults]]\nkind = "silence"\nnode = 3\n[ports.bus]',
      ),
    );
    const client = bench.client();
    await expect(client.read('left', 'setpoint')).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
    });
    expect((await client.read('right', 'setpoint')).value).toBe(0);
  });

  it.each([
    ['drop', ''],
    ['garble', ''],
    ['wrong-length', ''],
    ['delay', 'delayMs = 3000'],
    ['unplug', 'backAfterMs = 200'],
  ])('%s what they say, and only so often', async (kind, more) => {
    await using bench = await GatewayBench.start(
      bus.replace(
        '[ports.bus]',
        `[[simulators.bus.faults]]\nkind = "${kind}"\nnode = 3\nafter = 1\ntimes = 1\n${more}\n[ports.bus]`,
      ),
    );
    const client = bench.client();
    expect((await client.read('left', 'setpoint')).value).toBe(0);
    await expect(client.read('left', 'setpoint')).rejects.toThrow();
    expect((await client.read('left', 'setpoint')).value).toBe(0);
  });
});

describe('a raw socket beyond this machine', () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  const host = outside ?? '0.0.0.0';
  const laboratory = `
[discovery]
advertise = false
[simulators.meter]
kind = "multimeter"
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.meter]
port = "meter"
driver = "scpi"
socket = 0
socketHost = "${host}"
socketAllowRemoteWithoutToken = true
`;

  it('is open to whoever was let in, and warns of it when it starts', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const [, address = '', port = ''] = gateway.address('meter-socket').split('::');
    expect(address).toBe(host);
    using client = await Client.open(`${address}:${port}`);
    client.send('*OPC?\n');
    expect(await client.line()).toBe('1');
    expect(gateway.errors).toContain(
      `meter is open to whoever reaches ${gateway.address('meter-socket')}: a raw socket asks for no token`,
    );
    // What was not opened stays shut: the HTTP door is on loopback alone.
    const { port: httpPort } = new URL(gateway.url);
    if (outside !== undefined) expect(await isOpen(outside, Number(httpPort))).toBe(false);
  });
});

describe('the HTTP door', () => {
  it('asks for its token on this machine too where the file says so', async () => {
    await using bench = await GatewayBench.start(`
      http.requireToken = true
      http.tokenFile = "FOLDER/token"
    `);
    const url = bench.address('http');
    await expect(new SignalboxClient({ url }).status()).rejects.toMatchObject({
      code: 'AUTHENTICATION_REQUIRED',
    });
    const token = readFileSync(bench.file('token'), 'utf8').trim();
    expect((await new SignalboxClient({ url, token }).status()).pid).toBe(process.pid);
  });
});

async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const result = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  socket.destroy();
  return result;
}
