import { expect, test } from 'vitest';

import { unreadBytesMost } from '../../../src/doors/http/live-socket.ts';
import { connectionEnds, otherConnections, vanished } from './lease-checks.ts';
import { live, RawWebSocket } from './live-client.ts';
import { openDoor } from './open-door.ts';

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

test('a lease lasts as long as its connection, however long that is', async () =>
  await connectionEnds(openDoor));

test('a lease is used and ended on the connection that has it, and on no other', async () =>
  await otherConnections(openDoor));

test('a client that vanished without a word is noticed, and its lease ends', async () =>
  await vanished(openDoor));

test('a client that leaves too much unread is disconnected, and its lease with it', async () => {
  await using door = await openDoor();
  await using deaf = await RawWebSocket.open(door.url);
  deaf.say({ id: 0, type: 'lease', instrument: 'dmm' });
  await expect.poll(() => door.lab.port.leases()).toHaveLength(1);
  deaf.socket.pause();
  // Each answer says again what it was asked.
  const message = 'x'.repeat(60_000);
  const query = { id: 1, type: 'query', instrument: 'dmm', message };
  let asked = 0;
  await expect
    .poll(
      () => {
        for (let more = 0; more < 4 && deaf.socket.writable; more += 1) deaf.say(query);
        asked += 4;
        return door.lab.port.leases();
      },
      { interval: 2, timeout: 25_000 },
    )
    .toEqual([]);
  // The bound, what the operating system holds for both sides, and what was under way.
  expect(asked * message.length).toBeLessThan(unreadBytesMost * 16);
  using other = await live(door.url);
  other.say({ id: 2, type: 'read', instrument: 'dmm', parameter: 'voltage' });
  expect(await other.next()).toMatchObject({ result: { value: 1.5 } });
});
