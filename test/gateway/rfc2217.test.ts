import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import { runPython } from '../doors/python.ts';
import { Rfc2217Program } from '../doors/rfc2217/rfc2217-program.ts';
import { GatewayProcess } from '../support/gateway-process.ts';

const laboratory = `
[simulators.bus]
kind = "propar"
[[simulators.bus.nodes]]
address = 3
[[simulators.bus.nodes]]
address = 4
[[simulators.bus.nodes]]
address = 5

[ports.bus]
simulator = "bus"
protocol = "propar"
rfc2217 = 0
`;

const nodes: readonly number[] = [3, 4, 5];

describe('a port with RFC 2217', () => {
  it('serves three pyserial programs at once, each value right', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const address = gateway.address('bus-rfc2217');
    expect(address).toMatch(/^rfc2217:\/\/127\.0\.0\.1:\d+$/);
    const printed = await Promise.all(
      nodes.map(async (node) => await runPython('propar_poller.py', address, String(node), '3')),
    );
    for (const each of printed) {
      const { right, wrong, silent } = JSON.parse(each) as Record<string, number>;
      expect({ wrong, silent }).toEqual({ wrong: 0, silent: 0 });
      expect(right).toBeGreaterThan(10);
    }
    const { doors } = await new SignalboxClient({ url: gateway.url }).status();
    const door = doors.find(({ kind }) => kind === 'rfc2217');
    expect(door).toMatchObject({ serves: { port: 'bus' }, clients: [] });
  });

  it('confirms to each client what it set, and tells the others nothing of it', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const tcpPort = Number(new URL(gateway.address('bus-rfc2217')).port);
    using first = await Rfc2217Program.connect(tcpPort);
    using second = await Rfc2217Program.connect(tcpPort);
    expect(await first.ask({ kind: 'baud-rate', baudRate: 9_600 })).toEqual({
      kind: 'baud-rate',
      baudRate: 9_600,
    });
    expect(await first.ask({ kind: 'control', control: 'dtr-off' })).toEqual({
      kind: 'control',
      control: 'dtr-off',
    });
    expect(await second.ask({ kind: 'baud-rate', baudRate: 'ask' })).toEqual({
      kind: 'baud-rate',
      baudRate: 38_400,
    });
    expect(await second.ask({ kind: 'control', control: 'ask-dtr' })).toEqual({
      kind: 'control',
      control: 'dtr-on',
    });
    expect(await second.ask({ kind: 'signature', text: '' })).toEqual({
      kind: 'signature',
      text: 'Signalbox',
    });
  });

  it('opens beyond this machine only where that was said in so many words', () => {
    const open = laboratory.replace('rfc2217 = 0', 'rfc2217 = 0\nrfc2217Host = "0.0.0.0"');
    expect(() => parseConfig(open, 'lab.toml')).toThrow(/RFC 2217 asks for no token/);
    const meant = `${open}rfc2217AllowRemoteWithoutToken = true\n`;
    expect(parseConfig(meant, 'lab.toml').ports['bus']?.rfc2217Host).toBe('0.0.0.0');
  });
});
