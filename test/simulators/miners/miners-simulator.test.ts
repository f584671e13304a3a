import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { openMinersSimulator, startSimulator } from '../../../src/simulators/index.ts';
import type { MinersSimulator } from '../../../src/simulators/index.ts';

interface Info {
  readonly macAddr: string;
  readonly hostname: string;
  readonly hashRate: number;
}

async function infoOf({ host, port }: { host: string; port: number }): Promise<Info> {
  const answer = await fetch(`http://${host}:${port}/api/system/info`);
  return (await answer.json()) as Info;
}

/** One connection, one request, one reply with a zero at its end. */
async function ask(host: string, port: number, request: string): Promise<string> {
  const socket = connect(port, host);
  const pieces: Uint8Array[] = [];
  socket.on('data', (piece: Uint8Array) => pieces.push(piece));
  socket.write(request);
  await new Promise<void>((resolve, reject) => {
    socket.once('end', resolve);
    socket.once('error', reject);
  });
  socket.destroy();
  return Buffer.concat(pieces).toString();
}

test('a thousand miners are in one process, each at an address of its own with an id of its own', async () => {
  const before = process.memoryUsage().rss;
  await using simulator = await openMinersSimulator({
    kind: 'miners',
    bitaxe: 1_000,
    firstAddress: '127.30.0.1',
  });
  const { miners } = simulator;
  expect(new Set(miners.map(({ host }) => host)).size).toBe(1_000);
  expect(miners[999]?.host).toBe('127.30.3.232');
  const some = miners.filter(({ number }) => number % 50 === 0);
  const infos = await Promise.all(some.map(infoOf));
  expect(new Set(infos.map(({ macAddr }) => macAddr)).size).toBe(some.length);
  expect(infos[0]?.hostname).toBe('bitaxe-50');
  // So that a bench can have thousands: far below 100 kB each.
  expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
});

test('a seed decides what they tell', async () => {
  const told = async (seed: number): Promise<string> => {
    await using simulator = await openMinersSimulator({ kind: 'miners', bitaxe: 1, seed });
    return (await infoOf(simulator.miners[0] ?? { host: '', port: 0 })).macAddr;
  };
  expect(await told(7)).toBe(await told(7));
  expect(await told(7)).not.toBe(await told(8));
});

test('cgminer answers one request a connection, as text or JSON, with a zero at the end', async () => {
  await using simulator = await openMinersSimulator({ kind: 'miners', cgminer: 1 });
  const { host, port } = only(simulator);
  for (const request of ['summary', '{"command":"summary"}', 'summary|']) {
    const reply = await ask(host, port, request);
    expect(reply.endsWith('\0')).toBe(true);
    expect(JSON.parse(reply.slice(0, -1))).toMatchObject({
      STATUS: [{ STATUS: 'S', Code: 11 }],
      SUMMARY: [{ 'MHS av': expect.any(Number) }],
    });
  }
  expect(await ask(host, port, '{"command":')).toContain('"Code":23');
  expect(await ask(host, port, 'nonsense')).toContain('"Code":14');
  expect(JSON.parse((await ask(host, port, 'summary+devs')).slice(0, -1))).toMatchObject({
    summary: [{ SUMMARY: [{}] }],
    devs: [{ DEVS: [{}] }],
    id: 1,
  });
});

test('PATCH takes all of a request or nothing', async () => {
  await using simulator = await openMinersSimulator({ kind: 'miners', bitaxe: 1 });
  const { host, port } = only(simulator);
  const patch = async (body: string): Promise<number> =>
    (await fetch(`http://${host}:${port}/api/system`, { method: 'PATCH', body })).status;
  expect(await patch('{"hostname":"rack","temptarget":99}')).toBe(400);
  expect(await patch('no JSON')).toBe(400);
  expect((await infoOf(only(simulator))).hostname).toBe('bitaxe-1');
  expect(await patch('{"hostname":"rack","temptarget":60}')).toBe(200);
  expect((await infoOf(only(simulator))).hostname).toBe('rack');
});

test('one in a thread of its own takes faults by the number of a device', async () => {
  await using simulator = await startSimulator({
    kind: 'miners',
    bitaxe: 2,
    firstAddress: '127.31.0.1',
  });
  const port = Number(simulator.address.split(':')[1]);
  await simulator.addFault({ fault: { kind: 'status', status: 401 }, node: 2 });
  const status = async (host: string): Promise<number> =>
    (await fetch(`http://${host}:${port}/api/system/info`)).status;
  expect(await status('127.31.0.1')).toBe(200);
  expect(await status('127.31.0.2')).toBe(401);
  await expect(simulator.addFault({ fault: { kind: 'noise' } })).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
  });
});

test('what makes no sense is refused', async () => {
  for (const wrong of [{}, { bitaxe: 1, firstAddress: '10.0.0.1' }, { bitaxe: 100_000 }]) {
    await expect(openMinersSimulator({ kind: 'miners', ...wrong })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
  }
});

function only({ miners }: MinersSimulator): { host: string; port: number } {
  const [miner] = miners;
  if (miner === undefined) throw new Error('there is none');
  return miner;
}
