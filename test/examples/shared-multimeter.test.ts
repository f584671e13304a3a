import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { HislipProgram } from '../doors/hislip/hislip-program.ts';
import { Rfc2217Program } from '../doors/rfc2217/rfc2217-program.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';
import { tcpPortIn } from '../support/tcp-port-in.ts';

const example = fileURLToPath(new URL('../../examples/shared-multimeter/', import.meta.url));

/** A loopback address of its own: PyVISA asks its port 111 where the instrument is. */
const host = `127.${1 + (process.pid % 250)}.${1 + (Math.trunc(process.pid / 250) % 250)}.8`;

it('the shared multimeter gives programs at all its doors their own answers at once', async () => {
  const file = await readFile(`${example}lab.toml`, 'utf8');
  const free = file
    .replace('socket = 5026', 'socket = 0')
    .replace('rfc2217 = 2217', 'rfc2217 = 0')
    .replace('port = 4881', 'port = 0')
    .replace('# [vxi11]', `[vxi11]\nhost = "${host}"`);
  await using gateway = await GatewayProcess.start(free);
  const tcpPort = Number(/,(\d+)/.exec(gateway.address('meter-hislip'))?.[1]);
  using program = await HislipProgram.connect(tcpPort);
  const resources = [
    gateway.address('meter-socket'),
    gateway.address('meter-vxi11'),
    `ASRL${gateway.address('meter-1')}::INSTR`,
  ];
  const others = resources.map(
    async (resource) => await run('/usr/bin/python3', [`${example}read_volts.py`, resource, '20']),
  );
  using serial = await Rfc2217Program.connect(tcpPortIn(gateway.address('meter-rfc2217')));
  for (let round = 0; round < 50; round += 1) {
    expect(await program.ask('*OPC?')).toBe('1\n');
    expect(await serial.query('*IDN?\n')).toBe('SIGNALBOX,SIM34401,SIM001,1.0\n');
    expect(Number(await program.ask('MEAS:VOLT:DC?'))).toBeCloseTo(1.2, 0);
  }
  for (const { code, output, errors } of await Promise.all(others)) {
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const lines = output.trim().split('\n');
    expect(lines).toHaveLength(20);
    for (const line of lines) expect(line).toMatch(/^SIGNALBOX 1\.\d+ V$/);
  }
}, 120_000);
