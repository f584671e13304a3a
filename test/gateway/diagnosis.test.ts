import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import type { CheckReport } from '../../src/client/index.ts';
import { Pty } from '../../src/links/index.ts';
import { RunningProgram } from '../links/running-program.ts';
import { GatewayBench } from './gateway-bench.ts';

const holderProgram = new URL('../links/programs/hold_port.py', import.meta.url);

async function wrong(client: SignalboxClient): Promise<readonly CheckReport[]> {
  const { checks } = await client.diagnosis();
  return checks.filter(({ passed }) => !passed);
}

describe('the diagnosis of a gateway', () => {
  it('names the program outside that has the device, and passes when it has gone', async () => {
    await using pty = await Pty.open({ mode: 0o666 });
    const holder = await RunningProgram.start(holderProgram, [pty.path, 'exclusive']);
    await using bench = await GatewayBench.start(`
      [ports.bus]
      serial = "${pty.path}"
      protocol = "lines"
    `);
    const client = bench.client();
    await expect.poll(async () => (await client.port('bus')).state).toBe('absent');
    expect((await client.port('bus')).trouble).toMatchObject({
      code: 'PORT_BUSY',
      details: { holders: [{ program: 'python3', pid: holder.pid }] },
    });
    expect(await wrong(client)).toEqual([
      expect.objectContaining({
        area: 'link',
        name: 'port bus',
        code: 'PORT_BUSY',
        fault: 'link',
        holders: [
          expect.objectContaining({
            program: 'python3',
            pid: holder.pid,
            user: expect.any(String),
            command: expect.stringContaining('hold_port.py'),
          }),
        ],
        next: 'Stop that program, or give it a virtual port.',
      }),
    ]);
    await holder[Symbol.asyncDispose]();
    await expect.poll(async () => (await client.diagnosis()).passed).toBe(true);
  });

  it('tells of a silent instrument by its name, and of a deadlock that was refused', async () => {
    await using bench = await GatewayBench.start(`
      [simulators.bus]
      kind = "propar"
      nodes = [{ address = 3 }]
      [simulators.other]
      kind = "propar"
      nodes = [{ address = 3 }]
      [ports.bus]
      simulator = "bus"
      protocol = "propar"
      timeoutMs = 50
      [ports.other]
      simulator = "other"
      protocol = "propar"
      [instruments.gone]
      port = "bus"
      driver = "bronkhorst"
      node = 9
    `);
    const client = bench.client();
    await expect.poll(async () => (await client.diagnosis()).passed).toBe(true);
    await expect
      .poll(
        async () => {
          await client.read('gone', 'setpoint').catch(() => {});
          return (await wrong(client)).map(({ code, found }) => `${code}: ${found}`);
        },
        { timeout: 20_000 },
      )
      .toEqual([expect.stringMatching(/^INSTRUMENT_OFFLINE: gone has not answered \d+ times/)]);

    const { url } = client;
    using ada = await new SignalboxClient({ url, program: 'ada' }).connect();
    using bob = await new SignalboxClient({ url, program: 'bob' }).connect();
    const ofAda = await ada.lease({ port: 'bus' });
    const ofBob = await bob.lease({ port: 'other' });
    const waits = ada.lease({ port: 'other', waitMs: 20_000 }).catch((error: unknown) => error);
    await expect.poll(async () => (await client.port('other')).queue.length).toBe(1);
    await expect(bob.lease({ port: 'bus', waitMs: 20_000 })).rejects.toMatchObject({
      code: 'DEADLOCK',
    });
    const [deadlock] = await client.deadlocks();
    expect(deadlock).toMatchObject({
      owner: { program: 'bob' },
      resource: 'port bus',
      cycle: [
        { waiter: expect.stringContaining('bob'), holder: expect.stringContaining('ada') },
        { waiter: expect.stringContaining('ada'), holder: expect.stringContaining('bob') },
      ],
    });
    await expect
      .poll(async () => await wrong(client))
      .toContainEqual(
        expect.objectContaining({
          area: 'deadlock',
          isWarning: true,
          code: 'DEADLOCK',
          holders: [expect.objectContaining({ program: 'bob' })],
        }),
      );
    await ofBob.release();
    await waits;
    await ofAda.release();
  });

  it('tells of its own process, now and of late', async () => {
    await using bench = await GatewayBench.start(`
      [simulators.bus]
      kind = "propar"
      nodes = [{ address = 3 }]
      [ports.bus]
      simulator = "bus"
      protocol = "propar"
      [instruments.three]
      port = "bus"
      driver = "bronkhorst"
      node = 3
    `);
    const client = bench.client();
    const first = await client.system();
    expect(first).toMatchObject({ node: process.versions.node, pid: process.pid });
    expect(first.now).toMatchObject({ ports: 1, instruments: 1 });
    using _inside = await client.connect();
    await expect.poll(async () => (await client.system()).history.atMs.length).toBeGreaterThan(0);
    const { now, history } = await client.system();
    expect(now).toMatchObject({ ports: 1, instruments: 1, clients: 1 });
    const { everyMs, ...columns } = history;
    expect(everyMs).toBe(2_000);
    for (const [name, column] of Object.entries(columns)) {
      expect(column, name).toHaveLength(history.atMs.length);
    }
    expect(history.rssBytes.at(-1)).toBe(now.rssBytes);
    expect((await client.system({ seconds: 0 })).history.atMs).toEqual([]);
  });

  it('has what all ports did in one answer', async () => {
    await using bench = await GatewayBench.start(`
      [simulators.bus]
      kind = "propar"
      nodes = [{ address = 3 }]
      [ports.bus]
      simulator = "bus"
      protocol = "propar"
      [instruments.three]
      port = "bus"
      driver = "bronkhorst"
      node = 3
    `);
    const client = bench.client();
    await client.read('three', 'setpoint');
    const [{ name, operations, sentBytes, receivedBytes, ...summary }] =
      (await client.allStatistics()) as [Awaited<ReturnType<typeof client.allStatistics>>[0]];
    expect(name).toBe('bus');
    expect(operations).toBeGreaterThan(0);
    expect(sentBytes).toBeGreaterThan(10);
    expect(receivedBytes).toBeGreaterThan(10);
    expect(summary).not.toHaveProperty('owners');
  });
});
