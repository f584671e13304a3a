import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';

/** A meter whose lines end as said, on a socket and on a serial line. */
function laboratory(terminator: string, resynchronization: string): string {
  const end = JSON.stringify(terminator);
  return `
[simulators.meter]
kind = "multimeter"
terminator = ${end}
calibrationMs = 4000
[ports.meter]
simulator = "meter"
protocol = "lines"
terminator = ${end}
resynchronization = "${resynchronization}"
timeoutMs = 1500
virtualPorts = ["meter-1"]
[instruments.meter]
port = "meter"
driver = "scpi"
socket = 0
[instruments.meter.parameters]
range = { query = "VOLT:RANG?", set = "VOLT:RANG {value}" }
`;
}

const program = `
import sys, serial
port = serial.serial_for_url(sys.argv[1], timeout=10)
end = sys.argv[2].encode().decode('unicode_escape').encode()
for _ in range(2):
    port.write(b'*IDN?' + end)
    print(repr(port.read_until(end)))
`;

describe.each([
  ['a carriage return', '\r', '\\r'],
  ['a carriage return and a line feed', '\r\n', '\\r\\n'],
])('an instrument whose lines end with %s', (_what, terminator, written) => {
  it('is read, set, discovered and spoken with through each door', async () => {
    await using gateway = await GatewayProcess.start(laboratory(terminator, 'sentinel'));
    const client = new SignalboxClient({ url: gateway.url, program: 'test' });
    await client.write('meter', 'range', 100);
    expect((await client.read('meter', 'range')).value).toBe(100);
    expect((await client.identify('meter')).model).toBe('SIM34401');
    expect((await client.discover('meter')).map(({ name }) => name)).toEqual(['sim34401']);
    const [, host, tcpPort] = gateway.address('meter-socket').split('::');
    const ways = [gateway.address('meter-1'), `socket://${host}:${tcpPort}`];
    for (const way of ways) {
      const { output, errors } = await run('/usr/bin/python3', ['-c', program, way, written]);
      expect(errors).toBe('');
      const line = `b'SIGNALBOX,SIM34401,SIM001,1.0${written}'`;
      expect(output).toBe(`${line}\n${line}\n`);
    }
  });

  it('is asked by its own lines whether it is in step again', async () => {
    await using gateway = await GatewayProcess.start(laboratory(terminator, 'sentinel'));
    const client = new SignalboxClient({ url: gateway.url, program: 'test' });
    // Takes longer than the port waits: its answer comes late, before that of the question.
    await expect(client.query('meter', '*CAL?')).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
    });
    expect((await client.read('meter', 'range')).value).toBe(10);
    const { reconnects } = await client.statistics('meter');
    expect(reconnects).toBe(0);
  });
});
