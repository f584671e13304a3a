import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { runPython } from '../doors/python.ts';
import { GatewayBench } from './gateway-bench.ts';
import { GatewayProcess } from '../support/gateway-process.ts';

/** A loopback address of its own: the portmapper's port is the same for all. */
const host = `127.${1 + (process.pid % 250)}.${1 + (Math.trunc(process.pid / 250) % 250)}.1`;
// Port 111 is for the superuser, and for whom it was allowed.
if (process.getuid?.() !== 0) {
  throw new Error('these tests listen on port 111, which needs the superuser (run them with sudo)');
}

const listeners = (): number =>
  process.getActiveResourcesInfo().filter((each) => each === 'TCPServerWrap').length;

const laboratory = `
[vxi11]
host = "${host}"

[simulators.meter]
kind = "multimeter"
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.meter]
port = "meter"
driver = "scpi"
`;
const identity = 'SIGNALBOX,SIM34401,SIM001,1.0';

describe('a gateway with VXI-11', () => {
  it('serves PyVISA, its locks, its clear and its status byte', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const resource = gateway.address('meter-vxi11');
    expect(resource).toBe(`TCPIP::${host}::inst0::INSTR`);
    const said = await runPython('visa_lock.py', resource);
    expect(said.split('\n')).toEqual([identity, 'kept out', identity, '0', identity, '']);
  });

  it('answers several PyVISA programs at once, each its own', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const resource = gateway.address('meter-vxi11');
    const queries = ['*IDN?', '*OPC?', 'VOLT:RANG?', '*IDN?'];
    const [expected, ...others] = await Promise.all(
      Array.from({ length: 4 }, async () => await runPython('visa_query.py', resource, ...queries)),
    );
    expect(expected?.split('\n')).toEqual([identity, '1', expect.any(String), identity, '']);
    expect(new Set(others)).toEqual(new Set([expected]));
    expect(await new SignalboxClient({ url: gateway.url }).query('meter', '*OPC?')).toBe('1');
  });

  it('says what to do where the port that clients ask is another program’s', async () => {
    await using _first = await GatewayProcess.start(laboratory);
    await expect(GatewayProcess.start(laboratory)).rejects.toThrow(/port 111.*setcap/s);
  });

  it('that cannot be had keeps no port, so that the gateway ends', async () => {
    await using _first = await GatewayProcess.start(laboratory);
    await using bench = new GatewayBench(laboratory);
    const before = listeners();
    await expect(bench.gateway.start()).rejects.toThrow(/port 111/);
    await expect.poll(listeners).toBe(before);
  });
});
