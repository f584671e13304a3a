import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { PrivateNetwork } from '../support/private-network.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');
const identity = 'SIGNALBOX,SIM34401,SIM001,1.0';
const meter = (keys: string) => `
[simulators.meter]
kind = "multimeter"
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.meter]
port = "meter"
driver = "scpi"
${keys}
`;
const silent = '[discovery]\nadvertise = false\n';
const openVxi11 = `${silent}${meter('')}[vxi11]\nhost = "0.0.0.0"\nallowRemoteWithoutToken = true\n`;
const openSocketAt = (host: string) =>
  meter(`socket = 5025\nsocketHost = "${host}"\nsocketAllowRemoteWithoutToken = true`);
const openSocket = `${silent}${openSocketAt('10.77.0.1')}`;

let stack: AsyncDisposableStack;
let network: PrivateNetwork;
let folder: string;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  network = stack.use(await PrivateNetwork.create(2));
  // Serial lines of the machine that runs the test are nobody's to ask.
  network.host(2).do('mount', '-t', 'tmpfs', 'tmpfs', '/sys/class/tty');
  folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  const made = folder;
  stack.defer(async () => await rm(made, { recursive: true }));
});
afterEach(async () => await stack.disposeAsync());

/** Says who is in the network, from an address and port of its own. */
async function startResponder(...words: readonly string[]): Promise<void> {
  const program = join(import.meta.dirname, 'mdns_responder.mjs');
  const responder = network.host(1).start(process.execPath, program, ...words);
  stack.defer(() => void responder.kill('SIGKILL'));
  if (responder.stdout !== null) await once(responder.stdout, 'data');
}

async function discover(...words: readonly string[]): Promise<{
  readonly code: number | null;
  readonly places: readonly { readonly resource?: string; readonly found: readonly object[] }[];
  readonly printed: string;
}> {
  const folders = [`XDG_STATE_HOME=${folder}`, `XDG_RUNTIME_DIR=${folder}`];
  const command = [process.execPath, main, 'discover', ...words, '--json'];
  const { code, output, errors } = await network.host(2).run('env', ...folders, ...command);
  return {
    places: [],
    ...(JSON.parse(output === '' ? '{}' : output) as object),
    code,
    printed: output + errors,
  };
}

// Several programs start one after the other, and each search waits for its answers.
describe('discover --network', { timeout: 120_000 }, () => {
  it('finds an instrument by VXI-11 broadcast, asks what it is, and writes a port to it', async () => {
    const { prefix } = network.host(1);
    stack.use(await GatewayProcess.start(openVxi11, { prefix }));
    const file = join(folder, 'lab.toml');
    const { code, places } = await discover('--network', '--write', file);
    const resource = 'TCPIP0::10.77.0.1::inst0::INSTR';
    expect(places).toMatchObject([{ resource, found: [{ identity: { text: identity } }] }]);
    expect(code).toBe(0);
    const { ports } = parseConfig(await readFile(file, 'utf8'), file);
    expect(Object.values(ports)).toMatchObject([{ visa: resource, protocol: 'lines' }]);
    // What the system lists as a serial device is looked at, too; this one is none.
    network.host(2).do('mkdir', '-p', '/sys/class/tty/null/device');
    const again = await discover('--network', 'eth0', '--write', file, '--yes');
    expect(again.places).toMatchObject([
      { kind: 'serial', path: '/dev/null', found: [] },
      { resource, found: [{ known: 'sim34401' }] },
    ]);
  });

  it('finds an instrument by multicast DNS, and writes its raw socket', async () => {
    const { prefix } = network.host(1);
    stack.use(await GatewayProcess.start(openSocket, { prefix }));
    await startResponder('10.77.0.1', '5025');
    const file = join(folder, 'lab.toml');
    const { places } = await discover('--network', '--write', file);
    const resource = 'TCPIP0::10.77.0.1::5025::SOCKET';
    expect(places).toMatchObject([{ resource, found: [{ identity: { text: identity } }] }]);
    const { ports } = parseConfig(await readFile(file, 'utf8'), file);
    expect(Object.values(ports)).toMatchObject([{ tcp: '10.77.0.1:5025' }]);
  });

  it.each([
    ['another network', '10.99.0.1', '5353'],
    ['another port', '10.77.0.1', '40000'],
  ])('believes no answer from %s', async (_what, source, sourcePort) => {
    const gateway = network.host(1);
    gateway.do('ip', 'address', 'add', '10.99.0.1/24', 'brd', '+', 'dev', 'eth0');
    stack.use(await GatewayProcess.start(openSocket, { prefix: gateway.prefix }));
    await startResponder('10.77.0.1', '5025', source, sourcePort);
    expect(await discover('--network')).toMatchObject({ code: 1, places: [] });
  });

  it('asks the network of the interface that was named, and no other one', async () => {
    const [gateway, asker] = [network.host(1), network.host(2)];
    asker.do('ip', 'address', 'add', '10.88.0.2/24', 'brd', '+', 'dev', 'eth0');
    stack.use(await GatewayProcess.start(openVxi11, { prefix: gateway.prefix }));
    expect(await discover('--network', '10.88.0.2')).toMatchObject({ code: 1, places: [] });
    const { places } = await discover('--network', '10.77.0.2');
    expect(places).toHaveLength(1);
  });

  it('lists each instrument once, those of the gateway as its ports, and none of its doors', async () => {
    const beyond = `${openSocketAt('10.77.0.1')}[vxi11]\nhost = "10.77.0.1"\nallowRemoteWithoutToken = true\n`;
    const { prefix } = network.host(1);
    stack.use(await GatewayProcess.start(beyond, { prefix }));
    const alone = await discover('--network');
    const best = 'TCPIP0::10.77.0.1::inst0::INSTR';
    expect(alone.places).toMatchObject([{ resource: best, found: [{ identity: {} }] }]);
    const here = openSocketAt('10.77.0.2').replace('[simulators.meter]\nkind = "multimeter"', '');
    const near = here.replace('simulator = "meter"', 'tcp = "10.77.0.1:5025"');
    const own = await GatewayProcess.start(near, { prefix: network.host(2).prefix });
    stack.use(own);
    folder = own.folder;
    const { places } = await discover('--network');
    expect(places).toMatchObject([{ kind: 'port', port: 'meter', found: [{ known: 'meter' }] }]);
    expect(places).toHaveLength(1);
  });

  it('sends nothing unless it is told to, and to no interface that was not named', async () => {
    const before = network.host(2).packetsSent('eth0');
    await discover('127.0.0.1:9');
    expect(network.host(2).packetsSent('eth0')).toBe(before);
    const { code, printed } = await discover('--network', 'eth7');
    expect([code, printed]).toEqual([2, expect.stringMatching(/eth7.*eth0 \(10\.77\.0\.2\)/s)]);
    expect(network.host(2).packetsSent('eth0')).toBe(before);
    await discover('--network');
    expect(network.host(2).packetsSent('eth0')).toBeGreaterThan(before);
  });
});
