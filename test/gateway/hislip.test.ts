import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import { HislipProgram } from '../doors/hislip/hislip-program.ts';
import { GatewayProcess } from '../support/gateway-process.ts';

const laboratory = `
[hislip]
port = 0

[simulators.meter]
kind = "multimeter"
[simulators.spare]
kind = "multimeter"

[ports.meter]
simulator = "meter"
protocol = "lines"
[ports.spare]
simulator = "spare"
protocol = "lines"

[instruments.meter]
port = "meter"
driver = "scpi"
[instruments.spare]
port = "spare"
driver = "scpi"
`;

describe('a gateway with HiSLIP', () => {
  it('has an address for each instrument, in the order of the file, and one lock for all doors', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const client = new SignalboxClient({ url: gateway.url });
    const { doors } = await client.status();
    const addresses = doors.filter(({ kind }) => kind === 'hislip').map(({ address }) => address);
    expect(addresses).toEqual([
      expect.stringMatching(/^TCPIP::127\.0\.0\.1::hislip0,\d+::INSTR$/),
      expect.stringMatching(/^TCPIP::127\.0\.0\.1::hislip1,\d+::INSTR$/),
    ]);
    const tcpPort = Number(/,(\d+)/.exec(addresses[0] ?? '')?.[1]);
    using program = await HislipProgram.connect(tcpPort, 'spare');
    expect(await program.ask('*IDN?')).toBe('SIGNALBOX,SIM34401,SIM001,1.0\n');

    await program.lock({ kind: 'exclusive', waitMs: 0 });
    const blocked = client.query('spare', '*IDN?', { waitMs: 100 });
    await expect(blocked).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
    expect(await client.query('meter', '*IDN?')).toContain('SIM34401');
    expect(await client.leases()).toMatchObject([{ port: 'spare', owner: { door: 'hislip' } }]);
  });

  it('opens beyond this machine only where that was said in so many words', () => {
    expect(() => parseConfig('[hislip]\nhost = "0.0.0.0"\n', 'lab.toml')).toThrow(
      /lab\.toml:2.*HiSLIP asks for no token/s,
    );
    const open = parseConfig(
      '[hislip]\nhost = "0.0.0.0"\nallowRemoteWithoutToken = true\n',
      'lab.toml',
    );
    expect(open.hislip).toEqual({ host: '0.0.0.0', port: 4_880, allowRemoteWithoutToken: true });
  });
});
