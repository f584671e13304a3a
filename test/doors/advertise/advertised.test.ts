import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../../support/gateway-process.ts';
import { PrivateNetwork } from '../../support/private-network.ts';

const main = join(import.meta.dirname, '../../../src/cli/main.ts');
const asker = join(import.meta.dirname, 'ask_services.py');
const identity = 'SIGNALBOX,SIM34401,SIM001,1.0';

const laboratory = (door: string, keys = '') => `
${door}
[gateway]
name = "lab"
[simulators.meter]
kind = "multimeter"
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.meter]
port = "meter"
driver = "scpi"
title = "Meter, 2nd floor"
${keys}
`;
const open = (host: string) => `host = "${host}"\nallowRemoteWithoutToken = true\n`;
const openSocket = (host: string) =>
  `socket = 5025\nsocketHost = "${host}"\nsocketAllowRemoteWithoutToken = true`;

let stack: AsyncDisposableStack;
let network: PrivateNetwork;
let folder: string;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  network = stack.use(await PrivateNetwork.create(2));
  // Serial lines of the machine that runs the test are nobody's to ask.
  network.host(2).do('mount', '-t', 'tmpfs', 'tmpfs', '/sys/class/tty');
  folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  stack.defer(async () => await rm(folder, { recursive: true }));
});
afterEach(async () => await stack.disposeAsync());

async function start(toml: string): Promise<GatewayProcess> {
  return stack.use(await GatewayProcess.start(toml, { prefix: network.host(1).prefix }));
}

/** Until the names have been asked for and announced. */
async function ask(type: string): Promise<string> {
  let said = '';
  await expect.poll(async () => (said = await askOnce(type)), { timeout: 20_000 }).not.toBe('');
  return said;
}

async function askOnce(type: string, address = '10.77.0.2'): Promise<string> {
  return (await network.host(2).run('/usr/bin/python3', asker, address, type)).output;
}

interface Found {
  readonly resource?: string;
  readonly found: readonly { readonly identity?: { readonly text: string } }[];
}

async function discover(...words: readonly string[]): Promise<readonly Found[]> {
  const folders = [`XDG_STATE_HOME=${folder}`, `XDG_RUNTIME_DIR=${folder}`];
  const command = [process.execPath, main, 'discover', ...words, '--json'];
  const { output, errors } = await network.host(2).run('env', ...folders, ...command);
  if (output === '') throw new Error(errors);
  return (JSON.parse(output) as { readonly places: readonly Found[] }).places;
}

const udpSockets = () => network.host(1).do('ss', '--udp', '--all', '--no-header', '--numeric');

describe('a gateway whose doors are open to a network', { timeout: 120_000 }, () => {
  it.each([
    ['HiSLIP', laboratory(`[hislip]\n${open('0.0.0.0')}`), 'TCPIP0::10.77.0.1::hislip0::INSTR'],
    ['VXI-11', laboratory(`[vxi11]\n${open('0.0.0.0')}`), 'TCPIP0::10.77.0.1::inst0::INSTR'],
    ['a raw socket', laboratory('', openSocket('0.0.0.0')), 'TCPIP0::10.77.0.1::5025::SOCKET'],
  ])('is found by %s, and its instrument asked', async (_what, toml, resource) => {
    await start(toml);
    const type = /::(hislip|inst|5025)/.exec(resource)?.[1] ?? '';
    const types: Record<string, string> = {
      hislip: '_hislip._tcp',
      inst: '_vxi-11._tcp',
      5025: '_scpi-raw._tcp',
    };
    const port = type === 'hislip' ? 4_880 : type === 'inst' ? 111 : 5_025;
    const instance = `Meter, 2nd floor on lab.${types[type]}.local`;
    expect(await ask(types[type] ?? '')).toBe(`${instance} 10.77.0.1 ${port} txtvers=1\n`);
    const places = await discover('--network');
    expect(places).toMatchObject([{ resource, found: [{ identity: { text: identity } }] }]);
  });

  it('is seen by another program that lists services', async () => {
    await start(laboratory(`[hislip]\n${open('0.0.0.0')}`, openSocket('0.0.0.0')));
    await ask('_hislip._tcp');
    const { output, errors } = await network.host(2).run('timeout', '4', 'mdns-scan');
    expect(output + errors).toContain('+ Meter, 2nd floor on lab._hislip._tcp.local');
    expect(output + errors).toContain('+ Meter, 2nd floor on lab._scpi-raw._tcp.local');
  });

  it('is seen by its own address alone where a door has but one', async () => {
    const [gateway, other] = [network.host(1), network.host(2)];
    gateway.do('ip', 'address', 'add', '10.88.0.1/24', 'brd', '+', 'dev', 'eth0');
    other.do('ip', 'address', 'add', '10.88.0.2/24', 'brd', '+', 'dev', 'eth0');
    await start(laboratory('', openSocket('10.77.0.1')));
    expect(await ask('_scpi-raw._tcp')).toMatch(/ 10\.77\.0\.1 5025 /);
    expect(await askOnce('_scpi-raw._tcp', '10.88.0.2')).toBe('');
  });

  it('keeps its names where it has two addresses in one network', async () => {
    network.host(1).do('ip', 'address', 'add', '10.77.0.3/24', 'brd', '+', 'dev', 'eth0');
    await start(laboratory('', openSocket('0.0.0.0')));
    await ask('_scpi-raw._tcp');
    // Names are asked for and announced within 2 s.
    for (let time = 0; time < 3; time += 1) {
      expect(await askOnce('_scpi-raw._tcp')).toMatch(/^Meter, 2nd floor on lab\.[^\n]*\n$/);
    }
  });

  it('is seen in a network that came later, and goes on in the first one when that has gone', async () => {
    const [gateway, other] = [network.host(1), network.host(2)];
    await start(laboratory('', openSocket('0.0.0.0')));
    await ask('_scpi-raw._tcp');
    gateway.do('ip', 'address', 'add', '10.88.0.1/24', 'brd', '+', 'dev', 'eth0');
    other.do('ip', 'address', 'add', '10.88.0.2/24', 'brd', '+', 'dev', 'eth0');
    const seen = async () => await askOnce('_scpi-raw._tcp', '10.88.0.2');
    await expect.poll(seen, { timeout: 60_000 }).toMatch(/ 10\.88\.0\.1 5025 /);
    gateway.do('ip', 'address', 'delete', '10.88.0.1/24', 'dev', 'eth0');
    expect(await ask('_scpi-raw._tcp')).toMatch(/ 10\.77\.0\.1 5025 /);
    await expect.poll(udpSockets, { timeout: 60_000 }).toMatch(/^[^\n]*\n$/);
  });

  it('is seen also where it began without a network', async () => {
    const [gateway] = [network.host(1)];
    gateway.do('ip', 'address', 'delete', '10.77.0.1/24', 'dev', 'eth0');
    await start(laboratory('', openSocket('0.0.0.0')));
    gateway.do('ip', 'address', 'add', '10.77.0.1/24', 'brd', '+', 'dev', 'eth0');
    const seen = async () => await askOnce('_scpi-raw._tcp');
    await expect.poll(seen, { timeout: 60_000 }).toMatch(/ 10\.77\.0\.1 5025 /);
  });

  it('takes the next name where another gateway has it', async () => {
    await start(laboratory('', openSocket('10.77.0.1')));
    await ask('_scpi-raw._tcp');
    const { prefix } = network.host(2);
    stack.use(await GatewayProcess.start(laboratory('', openSocket('10.77.0.2')), { prefix }));
    const seen = async () =>
      (await network.host(1).run('/usr/bin/python3', asker, '10.77.0.1', '_scpi-raw._tcp')).output;
    await expect.poll(seen, { timeout: 20_000 }).toMatch(/^Meter, 2nd floor on lab \(2\)\./);
    expect(await ask('_scpi-raw._tcp')).toMatch(/^Meter, 2nd floor on lab\./);
  });

  it('takes back what it said when it ends', async () => {
    const gateway = await start(laboratory('', openSocket('0.0.0.0')));
    await ask('_scpi-raw._tcp');
    const words = ['/usr/bin/python3', asker, '10.77.0.2', '_scpi-raw._tcp', 'wait'];
    const listener = network.host(2).start(...words);
    let said = '';
    listener.stdout?.on('data', (data: Buffer) => (said += data.toString()));
    stack.defer(() => void listener.kill());
    await expect.poll(() => said, { timeout: 20_000 }).toMatch(/^here Meter/);
    expect(await gateway.stop()).toBe(0);
    await expect.poll(() => said, { timeout: 20_000 }).toMatch(/^goodbye Meter/m);
  });
});

describe('a gateway that is to be silent', { timeout: 60_000 }, () => {
  it.each([
    ['all its doors are on its own machine', laboratory('[hislip]\n[vxi11]', 'socket = 5025')],
    ['no portmapper tells of its VXI-11 door', laboratory(`[vxi11]\n${open('0.0.0.0')}`)],
    ['it is told to', laboratory('[discovery]\nadvertise = false', openSocket('0.0.0.0'))],
  ])('opens no UDP socket and sends nothing where %s', async (_what, toml) => {
    const before = network.host(1).packetsSent('eth0');
    const gateway = await start(toml.replace('[vxi11]', '[vxi11]\nportmapper = false'));
    expect(udpSockets()).toBe('');
    // Names are taken 1 s after the start, and announced twice in the next one.
    const asked = [await askOnce('_scpi-raw._tcp'), await askOnce('_hislip._tcp')];
    expect(asked).toEqual(['', '']);
    expect(udpSockets()).toBe('');
    expect(await gateway.stop()).toBe(0);
    expect(network.host(1).packetsSent('eth0')).toBe(before);
  });
});
