import { connect } from 'node:net';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { Client } from '../simulators/support.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { GatewayBench } from './gateway-bench.ts';

const laboratory = `
[simulators.bus]
kind = "propar"
nodes = [{ address = 3 }]
[simulators.meter]
kind = "multimeter"
calibrationMs = 4000
[ports.bus]
simulator = "bus"
protocol = "propar"
virtualPorts = ["bus-1"]
[ports.meter]
simulator = "meter"
protocol = "lines"
[ports.gone]
serial = "/dev/serial/by-id/usb-nobody"
protocol = "lines"
virtualPorts = ["gone-1"]
[instruments.three]
port = "bus"
driver = "bronkhorst"
node = 3
[instruments.meter]
port = "meter"
driver = "scpi"
socket = 0
[instruments.gone]
port = "gone"
driver = "scpi"
socket = 0
`;

function hostAndPort(address: string): string {
  const [, host, port] = address.split('::');
  return `${host}:${port}`;
}

describe('a gateway that is told to stop', () => {
  it('answers what is in line before its doors close, and takes nothing new', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    using socket = await Client.open(hostAndPort(gateway.address('meter-socket')));
    const client = new SignalboxClient({ url: gateway.url, program: 'test' });
    socket.send('*CAL?\n');
    // In line behind it, by another door.
    const behind = client.query('meter', '*IDN?');
    await expect.poll(async () => (await client.port('meter')).queue.length).toBe(1);
    const ended = gateway.stop();
    // One that comes before the gateway has heard of its end gets in line, but not for long.
    const ask = async (): Promise<unknown> =>
      await client.query('meter', '*OPC?', { waitMs: 20 }).catch((error: unknown) => error);
    await expect.poll(ask).toMatchObject({ code: 'CLOSED' });
    expect(await socket.line()).toBe('0');
    expect(await behind).toMatch(/^SIGNALBOX/);
    expect(await ended).toBe(0);
  });

  it('ends whatever its clients do, and leaves no virtual port and no simulator behind', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const client = new SignalboxClient({ url: gateway.url, program: 'test' });
    // One that sends and never reads, one that says nothing, one that waits for what is not there.
    const [host, port] = hostAndPort(gateway.address('meter-socket')).split(':');
    const deaf = connect({ host: host ?? '', port: Number(port) });
    deaf.on('error', () => {});
    deaf.pause();
    deaf.write('CURV?\n'.repeat(20_000));
    using mute = await Client.open(hostAndPort(gateway.address('meter-socket')));
    const absent = client
      .query('gone', '*IDN?', { waitMs: 60_000 })
      .catch((error: unknown) => error);
    // One that holds the bus, and one that waits for it.
    const lease = await client.lease({ port: 'bus', waitMs: 1_000, holdMs: 60_000 });
    const waiting = new SignalboxClient({ url: gateway.url, program: 'other' })
      .read('three', 'measure', { waitMs: 60_000 })
      .catch((error: unknown) => error);
    const watching = new AbortController();
    const { signal } = watching;
    const watched = client.watch(['meter.identity'], { everyMs: 100, signal }).next();
    watched.catch(() => {});
    await expect.poll(async () => (await client.port('bus')).queue.length).toBeGreaterThan(0);
    expect(await gateway.stop()).toBe(0);
    watching.abort();
    await Promise.allSettled([absent, waiting, watched, lease[Symbol.asyncDispose]()]);
    await mute.until(() => mute.isClosed);
    deaf.destroy();
    const log = await readFile(join(gateway.folder, 'signalbox/signalbox/signalbox.log'), 'utf8');
    expect(log).toContain('"msg":"stopped"');
    for (const name of ['bus-1', 'gone-1']) expect(existsSync(gateway.address(name))).toBe(false);
    expect(existsSync(join(gateway.folder, 'signalbox/signalbox/simulator-bus'))).toBe(false);
  });

  it('ends once when it is told twice', async () => {
    await using gateway = await GatewayProcess.start(laboratory);
    const ends = [gateway.stop(), gateway.stop()];
    expect(await Promise.all(ends)).toEqual([0, 0]);
  });

  it('while it starts says so, and leaves nothing of what came up meanwhile', async () => {
    await using bench = new GatewayBench(laboratory);
    const starting = bench.gateway.start();
    starting.catch(() => {});
    await bench.gateway.close();
    await expect(starting).rejects.toMatchObject({ code: 'CLOSED' });
    expect(existsSync(bench.file('run/simulator-bus'))).toBe(false);
    await using again = await GatewayBench.start(laboratory);
    expect(await again.client().query('meter', '*OPC?')).toBe('1');
  });
});
