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
const openVxi11 = `${meter('')}[vxi11]\nhost = "0.0.0.0"\nallowRemoteWithoutToken = true\n`;
const openSocket = meter(
  'socket = 5025\nsocketHost = "10.77.0.1"\nsocketAllowRemoteWithoutToken = true',
);

let stack: AsyncDisposableStack;
let network: PrivateNetwork;
let folder: string;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  network = stack.use(await PrivateNetwork.create(2));
  folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  stack.defer(async () => await rm(folder, { recursive: true }));
});
afterEach(async () => await stack.disposeAsync());

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
    const again = await discover('--network', 'eth0', '--write', file, '--yes');
    expect(again.places).toMatchObject([{ found: [{ known: 'sim34401' }] }]);
  });

  it('finds an instrument by multicast DNS, and writes its raw socket', async () => {
    const { prefix } = network.host(1);
    stack.use(await GatewayProcess.start(openSocket, { prefix }));
    const program = join(import.meta.dirname, 'mdns_responder.mjs');
    const responder = network.host(1).start(process.execPath, program, '10.77.0.1', '5025');
    stack.defer(() => void responder.kill('SIGKILL'));
    if (responder.stdout !== null) await once(responder.stdout, 'data');
    const file = join(folder, 'lab.toml');
    const { places } = await discover('--network', '--write', file);
    const resource = 'TCPIP0::10.77.0.1::5025::SOCKET';
    expect(places).toMatchObject([{ resource, found: [{ identity: { text: identity } }] }]);
    const { ports } = parseConfig(await readFile(file, 'utf8'), file);
    expect(Object.values(ports)).toMatchObject([{ tcp: '10.77.0.1:5025' }]);
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
