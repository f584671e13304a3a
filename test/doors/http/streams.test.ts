import { connect } from 'node:net';

import { expect, test } from 'vitest';

import { SignalboxClient } from '../../../src/client/index.ts';
import type { GatewayEvent, WatchEvent } from '../../../src/client/index.ts';
import { streamsMost } from '../../../src/doors/http/limits.ts';
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

test('events begin with a snapshot and tell of leases and states', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const taking = take<GatewayEvent>(client.events(), 4);
  await expect.poll(() => door.door.status().clients).toHaveLength(1);
  {
    await using _lease = await client.lease({ port: 'bus' });
  }
  await client.releasePort('bus');
  const events = await taking;
  expect(events.map(({ event }) => event)).toEqual([
    'snapshot',
    'leaseGranted',
    'leaseEnded',
    'audit',
  ]);
  expect(events[2]?.data).toMatchObject({ port: 'bus', data: { end: 'released' } });
});

test('who comes back gets the events that it missed, and none twice', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const lastId = 1 + (await stateEvents(door.url));
  for (let lease = 0; lease < 3; lease += 1) {
    await using _lease = await client.lease({ port: 'bus' });
  }
  const response = await fetch(`${door.url}/api/v1/events`, {
    headers: { 'last-event-id': String(lastId) },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(`id: ${lastId + 5}\n`)) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
  expect(ids).toEqual([1, 2, 3, 4, 5].map((step) => lastId + step));
});

/** The number of the newest event. */
async function stateEvents(url: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/events`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/^id: \d+$/m.test(text)) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  return Number(/^id: (\d+)$/m.exec(text)?.[1]);
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
  let text = '';
  asleep.on('data', (piece) => (text += piece.toString()));
  asleep.resume();
  await expect.poll(() => text.includes('event: gap')).toBe(true);
  expect(text.indexOf('event: snapshot', text.indexOf('event: gap'))).toBeGreaterThan(0);
  asleep.destroy();
});

test('there is a most of streams at once', async () => {
  await using door = await openDoor();
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
