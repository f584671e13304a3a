import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { SharedSerialPort } from '../../../src/instruments/index.ts';
import type { SharedSerialPortOptions } from '../../../src/instruments/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { Pty, serialLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';

let folder: string;
let path: string;
let pty: Pty;
let arrived: string;
const ports: SharedSerialPort[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-shared-'));
  path = join(folder, 'line');
  arrived = '';
  pty = await Pty.open({ stablePath: path });
  pty.onData((data) => {
    const text = Buffer.from(data).toString();
    arrived += text;
    if (text.endsWith('?\n')) void pty.write(Buffer.from(`answer to ${text}`));
  });
});

afterEach(async () => {
  await Promise.all(ports.splice(0).map(async (port) => port.close()));
  await pty.close();
  rmSync(folder, { recursive: true, force: true });
});

function shared(options: Omit<SharedSerialPortOptions, 'path'> = {}): SharedSerialPort {
  const port = new SharedSerialPort({ path, ...options });
  ports.push(port);
  return port;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('a guard writes and reads, and its end frees the port', async () => {
  const port = shared();
  expect(port.path).toBe(path);
  expect(port.baudRate).toBe(9_600);
  {
    await using guard = await port.acquire('actor_1', 2_000);
    expect(guard.actorId).toBe('actor_1');
    expect(port.isAvailable()).toBe(false);
    expect(port.currentOwner()).toBe('actor_1');
    await guard.writeAll(bytes('*IDN?\n'));
    const buffer = new Uint8Array(64);
    const length = await guard.read(buffer);
    expect(Buffer.from(buffer.subarray(0, length)).toString()).toBe('answer to *IDN?\n');
    expect(await guard.write(bytes('A?\n'))).toBe(3);
    expect(Buffer.from(await guard.read(6)).toString()).toBe('answer');
  }
  expect(port.isAvailable()).toBe(true);
  expect(port.currentOwner()).toBeUndefined();
});

test('an actor really waits until the port is free', async () => {
  const port = shared();
  const first = await port.acquire('first', 2_000);
  const order: string[] = [];
  const second = port.acquire('second', 5_000).then((guard) => {
    order.push('second holds');
    return guard;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  order.push('first releases');
  await first.release();
  await (await second).release();
  expect(order).toEqual(['first releases', 'second holds']);
});

test('actors take turns: who waits twice lets the others go in between', async () => {
  const port = shared();
  const first = await port.acquire('a', 2_000);
  const served: string[] = [];
  const waiting = ['b', 'b', 'a', 'c'].map(async (actor, index) => {
    await using guard = await port.acquire(actor, 5_000);
    served.push(`${guard.actorId}${index}`);
  });
  await first.release();
  await Promise.all(waiting);
  expect(served).toEqual(['b0', 'a2', 'c3', 'b1']);
});

test('an actor is one owner in the statistics, and waits for itself as for others', async () => {
  await using line = new Port({ name: 'line', link: serialLinkFactory({ path }) });
  line.open();
  const port = shared({ port: line });
  for (let turn = 0; turn < 3; turn += 1) {
    for (const actor of ['a', 'b']) await (await port.acquire(actor, 2_000)).release();
  }
  const counted = line
    .statistics()
    .owners.map(({ owner, operations }) => [owner.program, operations]);
  expect(counted).toEqual([
    ['a', 3],
    ['b', 3],
  ]);
  await using _held = await port.acquire('a', 2_000);
  await expect(port.acquire('a', 0)).rejects.toMatchObject({ code: 'LEASE_HELD' });
  await expect(port.acquire('a', 30)).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
});

test('a wait that is too long is told with the port, the actor and the time', async () => {
  const port = shared();
  await using _guard = await port.acquire('holder', 2_000);
  await expect(port.acquire('late', 30)).rejects.toMatchObject({
    code: 'WAIT_TIMEOUT',
    message: `Timeout acquiring serial port ${path} for actor late (timeout: 30ms)`,
    details: { holder: 'holder' },
  });
});

test('an actor that must not wait is told who holds the port', async () => {
  const port = shared();
  await using _guard = await port.acquire('holder', 2_000);
  await expect(port.acquire('hasty', 0)).rejects.toMatchObject({
    code: 'LEASE_HELD',
    message: `Serial port ${path} is already in use by actor 'holder', requested by 'hasty'`,
  });
});

test('a closed port, and one that is not there, are not available', async () => {
  const port = shared();
  await port.close();
  const text = `Serial port ${path} is not available (closed or error)`;
  await expect(port.acquire('actor', 1_000)).rejects.toThrow(text);
  const elsewhere = join(folder, 'absent');
  await using line = new Port({ name: 'absent', link: serialLinkFactory({ path: elsewhere }) });
  line.open();
  await expect.poll(() => line.status().state).toBe('absent');
  const absent = new SharedSerialPort({ path: elsewhere, port: line });
  await expect(absent.acquire('actor', 50)).rejects.toThrow(/is not available/);
  expect(absent.isAvailable()).toBe(true);
});

test('whoever waits is refused when the port is closed', async () => {
  const port = shared();
  const guard = await port.acquire('holder', 2_000);
  const waiting = port.acquire('waiting', 5_000);
  const refused = expect(waiting).rejects.toThrow(/is not available/);
  await port.close();
  await refused;
  await expect(guard.write(bytes('x'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
});

test('a guard that is neither used nor released ends by itself and moves no byte any more', async () => {
  const clock = new ManualClock();
  const port = shared({ holdMs: 50, clock });
  const forgotten = await port.acquire('forgetful', 2_000);
  const waiting = port.acquire('next', 2_000);
  await clock.advance(51);
  await using next = await waiting;
  await expect(forgotten.writeAll(bytes('late\n'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(forgotten.read(8)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await next.writeAll(bytes('B?\n'));
  await next.read(64);
  expect(arrived).toBe('B?\n');
});

test('what arrived for one actor is not read by the next', async () => {
  const port = shared({ timeoutMs: 60 });
  const first = await port.acquire('first', 2_000);
  await first.writeAll(bytes('A?\n'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  await first.release();
  await using second = await port.acquire('second', 2_000);
  await expect(second.read(64)).rejects.toMatchObject({ code: 'INSTRUMENT_TIMEOUT' });
});

test('a wait can be taken back', async () => {
  const port = shared();
  await using _guard = await port.acquire('holder', 2_000);
  const waiting = port.acquire('other', 5_000, AbortSignal.timeout(20));
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
});
