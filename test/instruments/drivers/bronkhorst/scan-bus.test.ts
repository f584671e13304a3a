import { expect, test } from 'vitest';

import { scanBus } from '../../../../src/instruments/index.ts';
import { owner } from '../../../support/line-transaction.ts';
import { ProparBench } from '../../propar-bench.ts';
import { ScriptedBus } from '../../scripted-bus.ts';

const by = owner('scanner');
/** Long enough for a machine that is busy with other things. */
const patientMs = 300;

test('follows the ring from node 128 and describes each instrument', async () => {
  await using bench = await ProparBench.open([{ address: 3 }, { address: 5 }, { address: 9 }]);
  const { port, wire } = bench;
  const messages: string[] = [];
  const found = await scanBus({
    port,
    wire,
    by,
    probe: 'never',
    timeoutMs: patientMs,
    progress: (_share, message) => messages.push(message),
  });
  expect(found).toEqual([
    { address: 3, type: 'DMFC', serial: 'SIM003', id: '7SIM003', channels: 1 },
    { address: 5, type: 'DMFC', serial: 'SIM005', id: '7SIM005', channels: 1 },
    { address: 9, type: 'DMFC', serial: 'SIM009', id: '7SIM009', channels: 1 },
  ]);
  expect(messages.at(-1)).toBe('3 found');
  expect(port.status().circuits).toEqual({});
});

test('tries addresses that nobody names, within its limits, without declaring them offline', async () => {
  await using bench = await ProparBench.open([{ address: 3 }, { address: 5 }, { address: 9 }]);
  await bench.simulator.silence(3, true);
  const { port, wire } = bench;
  const limits = { firstNode: 2, lastNode: 6, timeoutMs: patientMs };
  const found = await scanBus({ port, wire, by, ...limits });
  // Node 5 names node 9, which lies beyond the limits of what is tried.
  expect(found.map(({ address }) => address)).toEqual([5, 9]);
  expect(port.status().circuits).toEqual({});
});

test('an empty bus has no instruments, and a ring that comes round ends', async () => {
  await using empty = await ScriptedBus.open(() => ({ kind: 'error', code: 5 }));
  const { port, wire } = empty;
  expect(await scanBus({ port, wire, by, lastNode: 3 })).toEqual([]);
  await using round = await ScriptedBus.open((message, { node }) => {
    if (message.kind !== 'request') return undefined;
    const byte = (value: number): Uint8Array => Uint8Array.of(value);
    const address = node === 128 ? 3 : node;
    const values = new Map([
      ['0/0', new TextEncoder().encode('8SN12')],
      ['0/1', byte(address)],
      ['0/3', byte(address === 3 ? 4 : 3)],
    ]);
    const items = message.items.map((item) => ({
      ...item,
      value: values.get(`${item.process}/${item.parameter}`) ?? new Uint8Array(),
    }));
    return items.some(({ value }) => value.length === 0)
      ? { kind: 'status', status: 4, position: 1 }
      : { kind: 'send', command: 2, items };
  });
  const found = await scanBus({ port: round.port, wire: round.wire, by, probe: 'never' });
  expect(found).toEqual([
    { address: 3, type: 'DMFM', serial: '12', id: '8SN12', channels: 1 },
    { address: 4, type: 'DMFM', serial: '12', id: '8SN12', channels: 1 },
  ]);
});

test('ends when it is taken back', async () => {
  await using bench = await ProparBench.open([{ address: 120 }]);
  const { port, wire } = bench;
  const scan = scanBus({ port, wire, by, signal: AbortSignal.timeout(100) });
  await expect(scan).rejects.toMatchObject({ code: 'CANCELLED' });
});

test.each([
  [0, 5],
  [1, 128],
  [1.5, 4],
])('addresses %d to %d are refused', async (firstNode, lastNode) => {
  await using bench = await ProparBench.open();
  const { port, wire } = bench;
  const scan = scanBus({ port, wire, by, firstNode, lastNode });
  await expect(scan).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
});

test('finds instruments before the host of a bus whose ring begins before it', async () => {
  const ring = new Map([
    [3, 5],
    [5, 9],
    [9, 0],
  ]);
  const tried: number[] = [];
  await using bus = await ScriptedBus.open((message, { node }) => {
    if (message.kind !== 'request') return undefined;
    tried.push(node);
    const address = node === 128 ? 5 : node;
    const next = ring.get(address);
    if (next === undefined) return { kind: 'error', code: 5 };
    const values = new Map([
      ['0/0', new TextEncoder().encode(`7SN00${address}`)],
      ['0/1', Uint8Array.of(address)],
      ['0/3', Uint8Array.of(next)],
    ]);
    const items = message.items.map((item) => ({
      ...item,
      value: values.get(`${item.process}/${item.parameter}`) ?? new Uint8Array(),
    }));
    return items.some(({ value }) => value.length === 0)
      ? { kind: 'status', status: 4, position: 1 }
      : { kind: 'send', command: 2, items };
  });
  const { port, wire } = bus;
  const found = await scanBus({ port, wire, by, probe: 'first' });
  expect(found.map(({ address, serial }) => [address, serial])).toEqual([
    [3, '003'],
    [5, '005'],
    [9, '009'],
  ]);
  expect(tried.filter((node) => !ring.has(node) && node !== 128)).toEqual([1, 2]);
  const from = await scanBus({ port, wire, by, probe: 'never' });
  expect(from.map(({ address }) => address)).toEqual([5, 9]);
});
