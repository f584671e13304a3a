import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { count } from '../support/count.ts';
import { EchoLine } from '../support/echo-line.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { PrivateHost } from '../support/private-network.ts';

const programs = join(import.meta.dirname, '../doors/programs');

const laboratory = (path: string): string => `
[hislip]
port = 0
[vxi11]

[ports.meter]
serial = "${path}"
protocol = "lines"
rfc2217 = 0
virtualPorts = ["desk"]

[instruments.meter]
port = "meter"
driver = "scpi"
socket = 0
`;

let stack: AsyncDisposableStack;
let line: EchoLine;
let host: PrivateHost;
let gateway: GatewayProcess;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  line = stack.use(await EchoLine.open());
  // Clients ask port 111 where the instrument is, which a machine has once.
  host = stack.use(await PrivateHost.create());
  const { prefix } = host;
  gateway = stack.use(await GatewayProcess.start(laboratory(line.path), { prefix }));
});
afterEach(async () => await stack.disposeAsync());

/** As lxi wants to be told of the raw socket. */
function raw(): readonly string[] {
  const [, tcpPort = ''] = /::(\d+)::SOCKET$/.exec(gateway.address('meter-socket')) ?? [];
  return ['--raw', '--port', tcpPort];
}

async function lxi(command: string, ...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await host.run('lxi', command, '-a', '127.0.0.1', ...words);
  if (code !== 0) throw new Error(`lxi ${command} ${words.join(' ')}: ${errors}${output}`);
  return output;
}

describe('lxi-tools', () => {
  it('asks an instrument over VXI-11 and over a raw socket', async () => {
    expect(await lxi('scpi', '*IDN?')).toBe('re *IDN?\n');
    expect(await lxi('scpi', ...raw(), '*IDN?')).toBe('re *IDN?\n');
    await lxi('scpi', 'VOLT 1');
    await lxi('scpi', ...raw(), 'VOLT 2');
    // Nothing tells a raw socket that what it was sent is done.
    await expect.poll(() => line.heard).toEqual(['*IDN?', '*IDN?', 'VOLT 1', 'VOLT 2']);
  });

  it('runs its benchmark both ways at once, and each question of it is asked once', async () => {
    const times = count(1_000);
    const said = await Promise.all([
      lxi('benchmark', '--count', String(times)),
      lxi('benchmark', '--count', String(times), ...raw()),
    ]);
    for (const each of said) expect(each).toMatch(/Result: \d+(\.\d+)? requests\/second/);
    expect(line.heard).toHaveLength(2 * times);
  });

  it('gets its own answers beside PyVISA at three doors and pyserial at a fourth', async () => {
    const times = count(500);
    const python = async (program: string, address: string, name: string) => {
      const words = [join(programs, program), address, name, String(times)];
      const { output, errors } = await host.run('/usr/bin/python3', ...words);
      if (output === '') throw new Error(errors);
      return JSON.parse(output) as unknown;
    };
    const others = [
      python('visa_asker.py', gateway.address('meter-socket'), 'socket'),
      python('visa_asker.py', gateway.address('meter-vxi11'), 'vxi11'),
      python('visa_asker.py', `ASRL${gateway.address('desk')}::INSTR`, 'asrl'),
      python('line_asker.py', gateway.address('meter-rfc2217'), 'rfc2217'),
    ];
    const asking = [[], raw()].map(async (way, program) => {
      for (let round = 0; round < times / 10; round += 1) {
        const query = `ASK? lxi${program},${round}`;
        expect(await lxi('scpi', ...way, query)).toBe(`re ${query}\n`);
      }
    });
    const all = await Promise.all([Promise.all(others), Promise.all(asking)]);
    for (const each of all[0]) expect(each).toEqual({ right: times, wrong: 0, silent: 0 });
    expect(new Set(line.heard).size).toBe(4 * times + 2 * (times / 10) + times);
  });
});
