import { expect, test } from 'vitest';

import { clientBytesMost } from '../../../src/telemetry/index.ts';
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
  expect(asked * message.length).toBeLessThan(clientBytesMost * 32);
  using other = await live(door.url);
  other.say({ id: 2, type: 'read', instrument: 'dmm', parameter: 'voltage' });
  expect(await other.next()).toMatchObject({ result: { value: 1.5 } });
});

test('topics are subscribed to: first the answer, then how they stand, then what comes', async () => {
  await using door = await openDoor();
  const lamps = door.hub.topic('lamps.one', { kind: 'events', snapshot: () => ({ on: true }) });
  lamps.publish({ event: 'on' });
  using connection = await live(door.url);
  connection.say({ id: 1, type: 'subscribe', topics: ['lamps.*'] });
  expect(await connection.next()).toEqual({
    id: 1,
    result: {
      epoch: door.hub.epoch,
      topics: [{ topic: 'lamps.one', kind: 'events', sequence: 1, snapshot: true }],
    },
  });
  expect(await connection.next()).toEqual({
    type: 'snapshot',
    topic: 'lamps.one',
    sequence: 1,
    data: { on: true },
  });
  lamps.publish({ event: 'off', text: 'ä€😀'.repeat(10_000) });
  expect(await connection.next()).toEqual({
    type: 'update',
    topic: 'lamps.one',
    sequence: 2,
    data: { event: 'off', text: 'ä€😀'.repeat(10_000) },
  });
  connection.say({ id: 2, type: 'unsubscribe', topics: ['lamps.*'] });
  expect(await connection.next()).toEqual({ id: 2, result: { topics: [] } });
  lamps.publish({ event: 'on' });
  connection.say({ id: 3, type: 'ping' });
  expect(await connection.next()).toEqual({ id: 3, result: {} });
});

test('who comes back with what it has gets what it missed, or is told that it cannot', async () => {
  await using door = await openDoor();
  const lamps = door.hub.topic('lamps', { kind: 'events', keep: 3, snapshot: () => ({ on: 1 }) });
  for (let each = 1; each <= 5; each += 1) lamps.publish({ event: 'blink', each });
  const { epoch } = door.hub;
  using connection = await live(door.url);
  const back = async (sequence: number, of = epoch): Promise<unknown[]> => {
    const resume = { epoch: of, sequences: { lamps: sequence } };
    connection.say({ id: 1, type: 'subscribe', topics: ['lamps'], resume });
    connection.say({ id: 2, type: 'ping' });
    const got: unknown[] = [];
    for (;;) {
      const message = await connection.next();
      if (message['id'] === 2) return got;
      got.push(message['result'] ?? [message['type'], message['sequence'], message['gap']]);
    }
  };
  const begun = (recovered: boolean) => ({
    epoch,
    topics: [{ topic: 'lamps', kind: 'events', sequence: 5, snapshot: !recovered, recovered }],
  });
  expect(await back(5)).toEqual([begun(true)]);
  expect(await back(3)).toEqual([begun(true), ['update', 4, undefined], ['update', 5, undefined]]);
  for (const lost of [await back(1), await back(6), await back(5, 'another')]) {
    expect(lost).toEqual([begun(false), ['snapshot', 5, true]]);
  }
});

test('the traffic of a port is followed only while somebody listens', async () => {
  await using door = await openDoor();
  const { events } = door.lab.port;
  using connection = await live(door.url);
  connection.say({ id: 1, type: 'read', instrument: 'dmm', parameter: 'voltage' });
  await connection.next();
  expect(events.has('exchange')).toBe(false);
  connection.say({ id: 2, type: 'subscribe', topics: ['traffic.bus'] });
  await connection.next();
  expect(events.has('exchange')).toBe(true);
  expect(await connection.next()).toMatchObject({
    type: 'snapshot',
    data: { port: 'bus', exchanges: [{ outcome: 'ok', reply: { text: '1.5.' } }] },
  });
  connection.say({ id: 3, type: 'read', instrument: 'dmm', parameter: 'level' });
  const both = [await connection.next(), await connection.next()];
  expect(both).toContainEqual(
    expect.objectContaining({
      topic: 'traffic.bus',
      data: {
        port: 'bus',
        exchange: expect.objectContaining({
          request: { hex: expect.any(String) as unknown, text: 'node-0 GET level.' },
        }) as unknown,
      },
    }),
  );
  connection.socket.close();
  await expect.poll(() => events.has('exchange')).toBe(false);
});

test('who listens to what is told', async () => {
  await using door = await openDoor();
  using one = await live(door.url, 'program=one');
  using two = await live(door.url, 'program=two');
  one.say({ id: 1, type: 'subscribe', topics: ['ports.*', 'config'] });
  two.say({ id: 1, type: 'subscribe', topics: ['>'] });
  await Promise.all([one.next(), two.next()]);
  const { body } = await door.ask('GET', '/api/v1/hub');
  expect(body).toMatchObject({ epoch: door.hub.epoch, connections: 2, cut: 0 });
  expect(body['topics']).toContainEqual(
    expect.objectContaining({ topic: 'ports.bus', kind: 'events', clients: 2 }),
  );
  expect(body['topics']).toContainEqual(
    expect.objectContaining({ topic: 'traffic.bus', kind: 'flow', clients: 1 }),
  );
  expect(body['clients']).toContainEqual(
    expect.objectContaining({
      client: 'live one by http',
      subscribed: ['ports.*', 'config'],
      topics: ['ports.bus'],
    }),
  );
  const ofTraffic = await door.ask('GET', '/api/v1/hub?topic=traffic.bus');
  expect(ofTraffic.body['clients']).toMatchObject([{ client: 'live two by http' }]);
  expect((await door.ask('GET', '/api/v1/hub?topic=nothing')).status).toBe(404);
  expect((await door.ask('GET', '/api/v1/hub?limit=1')).body['clients']).toHaveLength(1);
});
