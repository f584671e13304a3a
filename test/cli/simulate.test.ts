import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { askWithPython, Client, Folder } from '../simulators/support.ts';
import { environmentIn, run } from '../support/gateway-process.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

const laboratory = `
[simulators.bus]
kind = "propar"
path = "bus"
nodes = [{ address = 3 }, { address = 5, channels = 2 }]
[[simulators.bus.faults]]
kind = "silence"
node = 5
[simulators.server]
kind = "propar"
tcpPort = 0
baudRate = 0
absentNodes = "error-frame"
nodes = [{ address = 7 }]
[simulators.meter]
kind = "multimeter"
terminator = "\\r"
[simulators.line-meter]
kind = "multimeter"
path = "meter"
identity = "ACME,DMM,1,1"
`;

describe('signalbox simulate', () => {
  it('runs each simulator of a file without a gateway, with its faults, until it is told to stop', async () => {
    using folder = new Folder();
    const file = folder.file('lab.toml');
    writeFileSync(file, laboratory);
    const child = spawn(process.execPath, [main, 'simulate', file, '--json'], {
      env: environmentIn(folder.path),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { simulators } = JSON.parse(line) as { simulators: Record<string, string> };
    expect(Object.keys(simulators).toSorted()).toEqual(['bus', 'line-meter', 'meter', 'server']);
    const { bus = '', server = '', meter = '', 'line-meter': lineMeter = '' } = simulators;
    expect([bus, lineMeter]).toEqual([folder.file('bus'), folder.file('meter')]);
    const read = (node: number): string => `ascii ${node} 0401210121`;
    expect(await askWithPython(bus, [read(3)], 10)).toEqual(['3 0201210000']);
    expect(await askWithPython(bus, [read(5)], 0.3)).toEqual(['nothing']);
    expect(await askWithPython(server, [read(7)], 10)).toEqual(['7 0201210000']);
    using client = await Client.open(meter);
    client.send('*OPC?\r');
    expect(Buffer.from(await client.take(2)).toString()).toBe('1\r');
    const identify = [
      'import sys, serial',
      'port = serial.Serial(sys.argv[1], timeout=10)',
      "port.write(b'*IDN?\\n')",
      'print(port.readline().decode().strip())',
    ].join('\n');
    const { output } = await run('/usr/bin/python3', ['-c', identify, lineMeter]);
    expect(output).toBe('ACME,DMM,1,1\n');
    child.kill('SIGTERM');
    // Ended in order, with the code that each command has for it.
    expect(await once(child, 'exit')).toEqual([143, null]);
    expect(existsSync(bus)).toBe(false);
  });

  it('starts none of them when one cannot, and names it', async () => {
    using folder = new Folder();
    using _taken = await occupied();
    const file = folder.file('lab.toml');
    const bad = `[simulators.taken]\nkind = "multimeter"\ntcpPort = ${_taken.port}\n`;
    writeFileSync(file, `gateway.name = "simulate-test"\n${laboratory}${bad}`);
    const { code, output, errors } = await run(process.execPath, [main, 'simulate', file]);
    expect(code).toBe(4);
    expect(output).toBe('');
    expect(errors).toContain(
      `simulator taken: a simulator cannot listen at 127.0.0.1:${_taken.port}`,
    );
    expect(existsSync(folder.file('bus'))).toBe(false);
  });

  it('says what to do about a file without simulators', async () => {
    using folder = new Folder();
    const file = folder.file('lab.toml');
    writeFileSync(file, '[http]\nport = 0\n');
    const { code, errors } = await run(process.execPath, [main, 'simulate', file]);
    expect(code).toBe(2);
    expect(errors).toContain('has no [simulators]');
  });
});

async function occupied(): Promise<Disposable & { readonly port: number }> {
  const { createServer } = await import('node:net');
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    [Symbol.dispose]: () => void server.close(),
  };
}
