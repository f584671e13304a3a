import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { HislipProgram } from '../doors/hislip/hislip-program.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';

const example = fileURLToPath(new URL('../../examples/shared-multimeter/', import.meta.url));

it('the shared multimeter gives PyVISA programs and one over HiSLIP their own answers at once', async () => {
  const file = await readFile(`${example}lab.toml`, 'utf8');
  const free = file.replace('socket = 5026', 'socket = 0').replace('port = 4881', 'port = 0');
  await using gateway = await GatewayProcess.start(free);
  const tcpPort = Number(/,(\d+)/.exec(gateway.address('meter-hislip'))?.[1]);
  using program = await HislipProgram.connect(tcpPort);
  const resource = gateway.address('meter-socket');
  const others = Array.from(
    { length: 3 },
    async () => await run('/usr/bin/python3', [`${example}read_volts.py`, resource, '20']),
  );
  for (let round = 0; round < 50; round += 1) {
    expect(await program.ask('*OPC?')).toBe('1\n');
    expect(Number(await program.ask('MEAS:VOLT:DC?'))).toBeCloseTo(1.2, 0);
  }
  for (const { code, output, errors } of await Promise.all(others)) {
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const lines = output.trim().split('\n');
    expect(lines).toHaveLength(20);
    for (const line of lines) expect(line).toMatch(/^SIGNALBOX 1\.\d+ V$/);
  }
}, 120_000);
