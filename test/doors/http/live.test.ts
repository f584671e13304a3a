import { once } from 'node:events';
import { connect } from 'node:net';

import { expect, test } from 'vitest';

import { unreadBytesMost } from '../../../src/doors/http/live-socket.ts';
import { openDoor } from './open-door.ts';

/** A live connection as any program may have it. */
async function live(url: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live?program=raw`);
  const waiting: ((message: Record<string, unknown>) => void)[] = [];
  const received: Record<string, unknown>[] = [];
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Record<string, unknown>;
    const next = waiting.shift();
    if (next === undefined) received.push(message);
    else next(message);
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  return {
    socket,
    say: (message: unknown) =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: async () =>
      received.shift() ??
      (await new Promise<Record<string, unknown>>((resolve) => waiting.push(resolve))),
    [Symbol.dispose]: () => socket.close(),
  };
}

test('nonsense is answered with what is wrong, and the connection goes on', async () => {
  await using door = await openDoor();
  using connection = await live(door.url);
  const nonsense: [unknown, unknown][] = [
    ['{', null],
    ['null', null],
    ['[1]', null],
    [{ id: 1, type: 'fly' }, 1],
    [{ id: 'a', type: 'read', instrument: 'dmm' }, 'a'],
    [{ id: 2, type: 'lease', port: 'bus', instrument: 'dmm' }, 2],
    [{ id: 3, type: 'read', instrument: 'dmm', parameter: 'voltage', nonsense: 1 }, 3],
    [{ id: { a: 1 }, type: 'read' }, null],
    [{ id: 4, type: 'write', instrument: 'dmm', parameter: 'level', value: null }, 4],
  ];
  for (const [message, id] of nonsense) {
    connection.say(message);
    const error = expect.objectContaining({ code: 'BAD_ARGUMENT' }) as unknown;
    expect(await connection.next(), JSON.stringify(message)).toEqual({ id, error });
  }
  connection.say({ id: 9, type: 'read', instrument: 'dmm', parameter: 'voltage' });
  expect(await connection.next()).toMatchObject({ id: 9, result: { value: 1.5, unit: 'V' } });
  expect(door.lab.bench.written).toHaveLength(1);
});

test('a connection may have so many requests under way, and no more', async () => {
  await using door = await openDoor();
  using holder = await live(door.url);
  holder.say({ id: 1, type: 'lease', port: 'bus' });
  await holder.next();
  using connection = await live(door.url);
  for (let id = 0; id <= 64; id += 1) {
    connection.say({ id, type: 'query', instrument: 'dmm', message: 'X' });
  }
  expect(await connection.next()).toMatchObject({ id: 64, error: { code: 'QUEUE_FULL' } });
  connection.say({ id: 99, type: 'cancel', request: 7 });
  const both = [await connection.next(), await connection.next()];
  expect(both).toContainEqual({ id: 99, result: {} });
  const cancelled = expect.objectContaining({ code: 'CANCELLED' }) as unknown;
  expect(both).toContainEqual({ id: 7, error: cancelled });
});

test('a watch goes on until it is ended', async () => {
  await using door = await openDoor();
  using connection = await live(door.url);
  connection.say({ id: 'w', type: 'watch', parameters: ['dmm.voltage'], everyMs: 20 });
  expect(await connection.next()).toEqual({ id: 'w', result: { watch: 'w' } });
  for (let reading = 0; reading < 3; reading += 1) {
    expect(await connection.next()).toMatchObject({ type: 'reading', watch: 'w', value: 1.5 });
  }
  connection.say({ id: 2, type: 'unwatch', watch: 'w' });
  while ((await connection.next())['id'] !== 2);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { operations } = door.lab.port.statistics();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(door.lab.port.statistics().operations).toBe(operations);
});

test('a lease lasts as long as its connection, however long that is', async () => {
  await using door = await openDoor();
  using connection = await live(door.url);
  connection.say({ id: 1, type: 'lease', instrument: 'dmm' });
  expect(await connection.next()).toMatchObject({ result: { lease: 'bus-1', scope: 'node-0' } });
  connection.say({ id: 2, type: 'renew', lease: 'bus-1' });
  expect(await connection.next()).toMatchObject({ result: { expiresInMs: 15_000 } });
  connection.socket.close();
  await expect.poll(() => door.lab.port.leases()).toEqual([]);
});

test('a lease is used and ended on the connection that has it, and on no other', async () => {
  await using door = await openDoor();
  using holder = await live(door.url);
  holder.say({ id: 1, type: 'lease', instrument: 'dmm' });
  expect(await holder.next()).toMatchObject({ result: { lease: 'bus-1' } });
  // The other one gives itself the same name, and knows the lease from the status.
  using other = await live(door.url);
  const read = { type: 'read', instrument: 'dmm', parameter: 'voltage', waitMs: 30 };
  const attempts = [
    { ...read, lease: 'bus-1' },
    { type: 'renew', lease: 'bus-1' },
    { type: 'release', lease: 'bus-1' },
  ];
  for (const [id, attempt] of attempts.entries()) {
    other.say({ id, ...attempt });
    expect(await other.next()).toMatchObject({ id, error: { code: 'LEASE_LOST' } });
  }
  other.say({ id: 9, ...read });
  expect(await other.next()).toMatchObject({ id: 9, error: { code: 'WAIT_TIMEOUT' } });
  expect(door.lab.bench.written).toEqual([]);
  for (const [id, attempt] of [read, { ...read, lease: 'bus-1' }].entries()) {
    holder.say({ id: 10 + id, ...attempt });
    expect(await holder.next()).toMatchObject({ id: 10 + id, result: { value: 1.5 } });
  }
});

test('a client that leaves too much unread is disconnected, and its lease with it', async () => {
  await using door = await openDoor();
  const { hostname, port, host } = new URL(door.url);
  const deaf = connect(Number(port), hostname);
  deaf.on('error', () => {});
  deaf.write(
    `GET /api/v1/live HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(deaf, 'data');
  deaf.write(textFrame(JSON.stringify({ id: 0, type: 'lease', instrument: 'dmm' })));
  await expect.poll(() => door.lab.port.leases()).toHaveLength(1);
  deaf.pause();
  // Each answer says again what it was asked.
  const message = 'x'.repeat(60_000);
  const query = textFrame(JSON.stringify({ id: 1, type: 'query', instrument: 'dmm', message }));
  let asked = 0;
  await expect
    .poll(
      () => {
        for (let more = 0; more < 4 && deaf.writable; more += 1) deaf.write(query);
        asked += 4;
        return door.lab.port.leases();
      },
      { interval: 2, timeout: 25_000 },
    )
    .toEqual([]);
  // The bound, what the operating system holds for both sides, and what was under way.
  expect(asked * message.length).toBeLessThan(unreadBytesMost * 16);
  deaf.destroy();
  using other = await live(door.url);
  other.say({ id: 2, type: 'read', instrument: 'dmm', parameter: 'voltage' });
  expect(await other.next()).toMatchObject({ result: { value: 1.5 } });
});

/** A text of a client in one frame (RFC 6455, section 5.2), masked with zeros. */
function textFrame(text: string): Uint8Array {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from([...head, 0, 0, 0, 0]), payload]);
}
