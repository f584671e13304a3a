import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { typedHost } from '../../src/doors/tcp/typed-host.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { PrivateNetwork } from '../support/private-network.ts';

const command = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const asker = join(import.meta.dirname, '../doors/programs/visa_query.py');
const identity = 'SIGNALBOX,SIM34401,SIM001,1.0\n';

const open = 'allowRemoteWithoutToken = true\n';
const laboratory = `
[discovery]
advertise = false
[hislip]
host = "0.0.0.0"
${open}
[vxi11]
host = "0.0.0.0"
${open}

[simulators.meter]
kind = "multimeter"

[ports.meter]
simulator = "meter"
protocol = "lines"
virtualPorts = ["desk"]
rfc2217 = 2217
rfc2217Host = "0.0.0.0"
rfc2217AllowRemoteWithoutToken = true

[instruments.meter]
port = "meter"
driver = "scpi"
socket = 5025
socketHost = "0.0.0.0"
socketAllowRemoteWithoutToken = true
`;

it('the names that `signalbox status` prints are what programs open, also on another machine', async () => {
  await using network = await PrivateNetwork.create(2);
  const [here, there] = [network.host(1), network.host(2)];
  await using gateway = await GatewayProcess.start(laboratory, { prefix: here.prefix });
  const { output } = await here.run(process.execPath, command, 'status', '--url', gateway.url);
  const [meter, socket, serial] = [
    'TCPIP::10.77.0.1::inst0::INSTR',
    'TCPIP::10.77.0.1::5025::SOCKET',
    `ASRL${gateway.address('desk')}::INSTR`,
  ];
  const others = ['TCPIP::10.77.0.1::hislip0::INSTR', 'rfc2217://10.77.0.1:2217'];
  for (const name of [meter, socket, serial, ...others]) {
    expect(output.split(/\s+/)).toContain(name);
  }
  const ask = async (host: typeof here, name: string): Promise<string> =>
    (await host.run('/usr/bin/python3', asker, name, '*IDN?')).output;
  expect(await Promise.all([meter, socket].map(async (name) => await ask(there, name)))).toEqual([
    identity,
    identity,
  ]);
  expect(await ask(here, serial)).toBe(identity);
}, 120_000);

it('an address of IPv6 is typed in brackets', () => {
  expect(['::1', '10.0.0.7', 'lab.example'].map((host) => typedHost(host))).toEqual([
    '[::1]',
    '10.0.0.7',
    'lab.example',
  ]);
});
