import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import { vxi11Errors } from '../../src/protocols/index.ts';
import { HislipProgram } from '../doors/hislip/hislip-program.ts';
import { runPython } from '../doors/python.ts';
import { Vxi11Program } from '../doors/vxi11/vxi11-program.ts';
import { count } from '../support/count.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { tcpPortIn } from '../support/tcp-port-in.ts';

/** A loopback address of its own: PyVISA asks its port 111 where the instrument is. */
const host = `127.${1 + (process.pid % 250)}.${1 + (Math.trunc(process.pid / 250) % 250)}.3`;

const laboratory = `
[hislip]
port = 0
[vxi11]
host = "${host}"

[simulators.bus]
kind = "propar"
baudRate = 0
nodes = [{ address = 3 }, { address = 4 }]

[ports.bus]
simulator = "bus"
protocol = "propar"

[instruments.nitrogen]
port = "bus"
driver = "bronkhorst"
node = 3
socket = 0

[instruments.argon]
port = "bus"
driver = "bronkhorst"
node = 4
`;

const setpointOf = (node: number): string => `:060${node}0401210121\r\n`;
const setpoint = (node: number, value: number): string => `:060${node}010121${hex(value)}\r\n`;
const answer = (node: number, value: number): string => `:060${node}020121${hex(value)}\r\n`;
const taken = (node: number): string => `:040${node}000005\r\n`;

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

describe('a flow controller behind doors of VISA programs', () => {
  it('answers PyVISA over VXI-11, pyserial at its raw socket and a poller over HTTP, each its own', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const client = new SignalboxClient({ url: gateway.url });
    const times = String(count(500));
    const socket = `socket://127.0.0.1:${tcpPortIn(gateway.address('nitrogen-socket'))}`;
    const over = new AbortController();
    const others = Promise.all([
      runPython('visa_frames.py', gateway.address('argon-vxi11'), '4', times),
      runPython('propar_poller.py', socket, '3', '2'),
    ]);
    const end = (): void => over.abort();
    void others.then(end, end);
    let polled = 0;
    while (!over.signal.aborted) {
      expect((await client.read('argon', 'serialNumber')).value).toBe('SIM004');
      expect((await client.read('nitrogen', 'serialNumber')).value).toBe('SIM003');
      polled += 1;
    }
    for (const printed of await others) {
      expect(JSON.parse(printed)).toMatchObject({ wrong: 0, silent: 0 });
    }
    expect(polled).toBeGreaterThan(10);
    // Its raw socket takes both forms of frames, and leads to the whole bus.
    const ascii = await runPython('ascii_poller.py', socket, '4', '0.5');
    expect(JSON.parse(ascii)).toMatchObject({ wrong: 0, silent: 0 });
  });

  it('takes frames through HiSLIP and VXI-11, and several of them in a message', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    using hislip = await HislipProgram.connect(tcpPortIn(gateway.address('nitrogen-hislip')));
    expect(await hislip.ask(setpoint(3, 1234))).toBe(taken(3));
    hislip.write(setpointOf(3) + setpointOf(4));
    expect((await hislip.read()).text).toBe(answer(3, 1234));
    expect((await hislip.read()).text).toBe(answer(4, 0));
    hislip.write(':0603040121', '0121\r\n');
    expect((await hislip.read()).text).toBe(answer(3, 1234));
    await hislip.clear();
    expect(await hislip.ask(setpointOf(3))).toBe(answer(3, 1234));
  });

  it('is waited for by all doors while one program has its lock, and its neighbour is not', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const client = new SignalboxClient({ url: gateway.url });
    using holder = await HislipProgram.connect(tcpPortIn(gateway.address('nitrogen-hislip')));
    using other = await vxi11(gateway);
    expect(await holder.ask(setpoint(3, 1))).toBe(taken(3));
    await holder.lock({ kind: 'exclusive', waitMs: 0 });

    expect((await other.write(setpoint(3, 9))).error).toBe(vxi11Errors.lockedByAnotherLink);
    const write = other.write(setpoint(3, 2), {
      flags: { waitLock: true },
      lockTimeoutMs: 20_000,
    });
    const read = client.read('nitrogen', 'setpoint', { waitMs: 20_000 });
    expect((await client.read('argon', 'setpoint')).value).toBe(0);
    expect(await holder.ask(setpointOf(3))).toBe(answer(3, 1));
    await holder.lock({ kind: 'release', messageId: holder.lastId });

    expect((await write).error).toBe(0);
    expect((await other.read()).text).toBe(taken(3));
    expect([1, 2]).toContain((await read).value);
    expect(await holder.ask(setpointOf(3))).toBe(answer(3, 2));
  });

  it('says so in the terms of VXI-11 when nobody has the address', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    using program = await vxi11(gateway);
    await program.write(setpointOf(9));
    expect(await program.read({ ioTimeoutMs: 20_000 })).toMatchObject({ error: 15, text: '' });
    expect(await program.ask(setpointOf(4))).toBe(answer(4, 0));
  });

  it('has a raw socket beyond this machine only where that was said in so many words', () => {
    const remote = laboratory.replace('socket = 0', 'socket = 0\nsocketHost = "0.0.0.0"');
    expect(() => parseConfig(remote, 'lab.toml')).toThrow(/a raw socket asks for no token/);
    const meant = remote.replace('socket = 0', 'socket = 0\nsocketAllowRemoteWithoutToken = true');
    expect(parseConfig(meant, 'lab.toml').instruments['nitrogen']?.socketHost).toBe('0.0.0.0');
  });
});

async function vxi11(gateway: GatewayProcess): Promise<Vxi11Program> {
  return await Vxi11Program.find(gateway.address('nitrogen-vxi11'));
}
