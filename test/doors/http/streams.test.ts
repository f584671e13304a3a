import { connect } from 'node:net';

import { expect, test } from 'vitest';

import { SignalboxClient } from '../../../src/client/index.ts';
import type { GatewayEvent, WatchEvent } from '../../../src/client/index.ts';
import { openDoor } from './open-door.ts';

async function take<Item>(stream: AsyncIterable<Item>, most: number): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) {
    items.push(item);
    if (items.length >= most) break;
  }
  return items;
}

test('a watch gives readings at its beat until it is left', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const events = await take(client.watch(['dmm.voltage', 'source.2'], { everyMs: 50 }), 20);
  const readings = events.map((event) => (event.kind === 'reading' ? event.reading : event));
  expect(readings).toContainEqual(
    expect.objectContaining({ instrument: 'dmm', parameter: 'voltage', value: 1.5, unit: 'V' }),
  );
  expect(readings).toContainEqual(expect.objectContaining({ parameter: 'level', value: 7 }));
  await expect.poll(() => door.door.status().clients).toEqual([]);
});

test('watches of the same beat share the wire', async () => {
  await using door = await openDoor();
  const watching = Array.from({ length: 10 }, async () => {
    const client = new SignalboxClient({ url: door.url });
    return await take(client.watch(['dmm.voltage'], { everyMs: 100 }), 11);
  });
  const all = await Promise.all(watching);
  const { operations, wireTransactions } = door.lab.port.statistics();
  expect(all.flat()).toHaveLength(110);
  expect(operations).toBeGreaterThanOrEqual(110);
  // The first reading of each comes at once, the others at the common beat.
  expect(wireTransactions).toBeLessThan(operations / 3);
});

test('a watch says why there is no value, and of what there is none it does not begin', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  await door.lab.port.release({ id: 'x', program: 'x', door: 'inline', sinceMs: 0 });
  const [event] = await take<WatchEvent>(client.watch(['dmm.voltage']), 1);
  expect(event).toMatchObject({ kind: 'failure', error: { code: 'PORT_RELEASED' } });
  await expect(take(client.watch(['dmm.nothing']), 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(take(client.watch(['dmm.reset']), 1)).rejects.toMatchObject({ code: 'WRITE_ONLY' });
});

test('events begin with how things stand, and tell of leases and states', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const taking = take<GatewayEvent>(client.events(), 6);
  await expect.poll(() => door.door.status().clients).toHaveLength(1);
  {
    await using _lease = await client.lease({ port: 'bus' });
  }
  await client.releasePort('bus');
  const events = await taking;
  expect(events.map(({ event }) => event)).toEqual([
    'snapshot',
    'snapshot',
    'ready',
    'leaseGranted',
    'leaseEnded',
    'audit',
  ]);
  expect(events[0]?.data).toMatchObject({ topic: 'ports.bus', data: { name: 'bus' } });
  expect(events[1]?.data).toMatchObject({ topic: 'instruments' });
  expect(events[4]?.data).toMatchObject({ port: 'bus', data: { end: 'released' } });
});

test('who comes back gets the events that it missed, and none twice', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const lastId = await readUntil(door.url, /^id: (.*)$/m);
  for (let lease = 0; lease < 3; lease += 1) {
    await using _lease = await client.lease({ port: 'bus' });
  }
  const [epoch, position] = lastId.split('.');
  const headers = { 'last-event-id': lastId };
  const text = await readUntil(door.url, /([\s\S]*event: ready\n)/, headers);
  const ids = [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id);
  const missed = [1, 2, 3, 4, 5, 6].map((step) => `${epoch}.${Number(position) + step}`);
  expect(ids).toEqual([...missed, missed.at(-1)]);
  expect(text).not.toContain('event: snapshot');
});

test('who comes back from before a restart is told that it missed something', async () => {
  await using door = await openDoor();
  for (const id of ['another.3', '17', 'nonsense']) {
    const headers = { 'last-event-id': id };
    const text = await readUntil(door.url, /([\s\S]*event: ready\n)/, headers);
    expect(text).toMatch(/event: snapshot\ndata: \{"topic":"ports.bus","sequence":\d+,"gap":true,/);
  }
});

test('any topics can be asked for, and what is no topic is refused', async () => {
  await using door = await openDoor();
  const values = door.hub.topic('values.dmm', { kind: 'values' });
  values.publish({ instrument: 'dmm' });
  const text = await readUntil(door.url, /([\s\S]*event: ready\n)/, {}, '?topics=values.*');
  expect(text).toContain('event: snapshot\ndata: {"topic":"values.dmm","sequence":1,');
  expect(text).not.toContain('ports.bus');
  expect((await door.ask('GET', '/api/v1/events?topics=a..b')).status).toBe(400);
});

/** Reads events until a pattern is in them; gives its first group. */
async function readUntil(
  url: string,
  pattern: RegExp,
  headers: Record<string, string> = {},
  query = '',
): Promise<string> {
  const response = await fetch(`${url}/api/v1/events${query}`, { headers });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!pattern.test(text)) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  return pattern.exec(text)?.[1] ?? '';
}

test('a client that does not read costs no memory and nobody’s time', async () => {
  await using door = await openDoor();
  const { hostname, port, host } = new URL(door.url);
  const asleep = connect(Number(port), hostname);
  asleep.write(`GET /api/v1/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  asleep.pause();
  await expect.poll(() => door.door.status().clients).toHaveLength(1);
  const before = process.memoryUsage().heapUsed;
  const owner = { id: 'x', program: 'x'.repeat(1_000), door: 'inline', sinceMs: 0 };
  for (let event = 0; event < 20_000; event += 1) {
    door.lab.port.events.emit('audit', { action: 'safety', owner, label: `label ${event}` });
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
  expect(door.hub.clientCount).toBe(0);
  let text = '';
  asleep.on('data', (piece) => (text += piece.toString()));
  asleep.resume();
  await expect.poll(() => text.includes('event: dropped')).toBe(true);
  asleep.destroy();
});

test('there is a most of streams at once', async () => {
  const streamsMost = 20;
  await using door = await openDoor({ streamsMost });
  const stop = new AbortController();
  const open = async (): Promise<number> =>
    (await fetch(`${door.url}/api/v1/events`, { signal: stop.signal })).status;
  const all = await Promise.all(Array.from({ length: streamsMost }, open));
  expect(new Set(all)).toEqual(new Set([200]));
  expect(await open()).toBe(429);
  stop.abort();
  await expect.poll(() => door.door.status().clients.length).toBe(0);
  expect(
    (await fetch(`${door.url}/api/v1/events`, { signal: AbortSignal.timeout(100) })).status,
  ).toBe(200);
});
