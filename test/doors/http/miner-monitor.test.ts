import { expect, test } from 'vitest';

import {
  heartbeatEveryMs,
  staleAfterMs,
} from '../../../src/doors/http/miner-monitor/monitor-connection.ts';
import { minerRecord } from '../../../src/doors/http/miner-monitor/miner-record.ts';
import { monitorEveryMs } from '../../../src/doors/http/miner-monitor/monitor-sources.ts';
import type { Instrument } from '../../../src/instruments/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { LatestValues } from '../../../src/telemetry/index.ts';
import { openDoor } from './open-door.ts';
import type { OpenDoor } from './open-door.ts';

type Message = Readonly<Record<string, unknown>>;

/** A page of the monitor, with the messages that it got. */
class Page implements Disposable {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  closedWith: number | undefined;

  private constructor(url: string) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    this.socket.addEventListener('message', ({ data }) =>
      this.messages.push(JSON.parse(String(data)) as Message),
    );
    this.socket.addEventListener('close', ({ code }) => (this.closedWith = code));
  }

  static async open({ url }: OpenDoor): Promise<Page> {
    const page = new Page(url);
    await new Promise((resolve) => page.socket.addEventListener('open', resolve));
    await expect.poll(() => page.of('miners_update')).toHaveLength(1);
    return page;
  }

  of(type: string): readonly Message[] {
    return this.messages.filter((message) => message['type'] === type);
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Says something, and waits for the next message of a type. */
  async ask(message: unknown, type: string): Promise<Message> {
    const before = this.of(type).length;
    this.say(message);
    await expect.poll(() => this.of(type).length).toBe(before + 1);
    return this.of(type)[before] ?? {};
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

test('a page is greeted, and listens to the miners', async () => {
  await using door = await openDoor();
  using page = await Page.open(door);
  expect(page.messages.map(({ type }) => type)).toEqual([
    'connection_established',
    'subscription_update',
    'miners_update',
  ]);
  expect(page.messages[0]).toMatchObject({
    client_id: 'client_1',
    available_topics: ['miners', 'alerts', 'system', 'metrics'],
    heartbeat_interval: 30,
  });
  expect(page.messages[1]).toMatchObject({ subscribed_topics: ['miners'] });
  expect(page.messages[2]).toMatchObject({
    topic: 'miners',
    data: [],
    timestamp: expect.stringMatching(/^\d{4}-/) as unknown,
    broadcast_id: expect.any(Number) as unknown,
  });
});

test('several topics are subscribed to at once, and taken back', async () => {
  await using door = await openDoor();
  using page = await Page.open(door);
  const all = await page.ask(
    { type: 'subscribe', topics: ['alerts', 'system', 'metrics'] },
    'subscription_update',
  );
  expect(all).toMatchObject({ subscribed_topics: ['miners', 'alerts', 'system', 'metrics'] });
  await expect.poll(() => page.of('system_update')).toHaveLength(1);
  await expect.poll(() => page.of('alerts_update')).toHaveLength(1);
  expect(page.of('system_update')[0]).toMatchObject({ data: { connections: 1 } });
  const left = await page.ask(
    { type: 'unsubscribe', data: { topics: ['miners', 'metrics'] } },
    'subscription_update',
  );
  expect(left).toMatchObject({ subscribed_topics: ['alerts', 'system'] });
  await expect.poll(() => door.hub.find('monitor.miners')?.clientCount).toBe(0);
});

test('what a page asks of itself is answered', async () => {
  await using door = await openDoor();
  using page = await Page.open(door);
  expect(await page.ask({ type: 'get_topics' }, 'topics_response')).toMatchObject({
    data: {
      available_topics: ['miners', 'alerts', 'system', 'metrics'],
      subscribed_topics: ['miners'],
    },
  });
  const status = {
    client_id: 'client_1',
    subscribed_topics: ['miners'],
    connection_count: 1,
    topics: { miners: 1, alerts: 0, system: 0, metrics: 0 },
  };
  expect(await page.ask({ type: 'get_status' }, 'status_response')).toMatchObject({ data: status });
  expect(await page.ask({ type: 'ping' }, 'pong')).not.toHaveProperty('stats');
  expect(await page.ask({ type: 'ping', include_stats: true }, 'pong')).toMatchObject({
    stats: status,
  });
});

test('nonsense is answered with what is understood, and the connection goes on', async () => {
  await using door = await openDoor();
  using page = await Page.open(door);
  for (const nonsense of [
    '{',
    '[]',
    'null',
    { type: 7 },
    { type: 'fly' },
    { type: 'subscribe' },
    { type: 'subscribe', topics: ['miners', 'nothing'] },
    { type: 'unsubscribe', topics: 'miners' },
  ]) {
    expect(await page.ask(nonsense, 'error'), JSON.stringify(nonsense)).toMatchObject({
      data: {
        message: expect.any(String) as unknown,
        supported_types: expect.arrayContaining(['subscribe', 'get_status']) as unknown,
      },
    });
  }
  expect(await page.ask({ type: 'get_topics' }, 'topics_response')).toMatchObject({
    data: { subscribed_topics: ['miners'] },
  });
});

test('each topic is told at its beat, and one that nobody listens to not at all', async () => {
  const clock = new ManualClock();
  await using door = await openDoor({ clock });
  using page = await Page.open(door);
  await page.ask({ type: 'subscribe', topics: ['alerts', 'system'] }, 'subscription_update');
  await expect.poll(() => page.of('system_update')).toHaveLength(1);
  const metrics = door.hub.find('monitor.metrics');
  for (let second = 1; second <= 10; second += 1) {
    await clock.advance(monitorEveryMs.miners);
    await expect.poll(() => page.of('miners_update')).toHaveLength(1 + second);
  }
  expect(page.of('alerts_update')).toHaveLength(3);
  expect(page.of('system_update')).toHaveLength(2);
  expect(metrics?.sequence).toBe(0);
  page.socket.close();
  await expect.poll(() => door.hub.clientCount).toBe(0);
  const { sequence } = door.hub.find('monitor.miners') ?? {};
  await clock.advance(10_000);
  expect(door.hub.find('monitor.miners')?.sequence).toBe(sequence);
});

test('a page that says nothing is asked for a sign of life, and then disconnected', async () => {
  const clock = new ManualClock();
  await using door = await openDoor({ clock });
  using quiet = await Page.open(door);
  using talking = await Page.open(door);
  const seconds = staleAfterMs / 1_000;
  for (let second = 1; second <= seconds; second += 1) {
    expect(quiet.closedWith).toBeUndefined();
    if (second % 30 === 0) await talking.ask({ type: 'ping' }, 'pong');
    await clock.advance(1_000);
    // Both have answered the ping of the WebSocket itself by then.
    await expect.poll(() => talking.of('miners_update').length).toBe(1 + second);
    await expect.poll(() => quiet.of('miners_update').length).toBeGreaterThanOrEqual(second);
  }
  await expect.poll(() => quiet.closedWith).toBe(1008);
  expect(quiet.of('ping')).toHaveLength(Math.floor(staleAfterMs / heartbeatEveryMs));
  expect(talking.closedWith).toBeUndefined();
});

test('topics of the monitor are not told to who listens to everything', async () => {
  await using door = await openDoor();
  const told: string[] = [];
  const client = door.hub.connect({
    outlet: { isFull: false, unsentBytes: 0, write: (bytes) => told.push(String(bytes)) },
    encoding: {
      update: ({ topic }) => Buffer.from(topic),
      snapshot: ({ topic }) => Buffer.from(topic),
    },
    label: 'test',
    cut: () => {},
  });
  client.subscribe(['>']);
  expect(client.topics().map(({ name }) => name)).not.toContain('monitor.miners');
  expect(told.join()).not.toContain('monitor');
});

test('a miner is told of with what was read of it last', () => {
  const latest = new LatestValues(new ManualClock());
  const miner = (family: string, address: string, state = 'open'): Instrument =>
    ({
      name: 'shelf',
      driver: { family },
      port: { status: () => ({ address, state }) },
    }) as unknown as Instrument;
  const bitaxe = miner('bitaxe', 'http://192.168.1.40');
  expect(minerRecord(bitaxe, undefined)).toEqual({
    id: 'bitaxe_192_168_1_40',
    name: 'shelf',
    type: 'bitaxe',
    ip_address: '192.168.1.40',
    status: 'connected',
    last_updated: null,
    metrics: {},
  });
  const record = latest.update('shelf', {
    hashRate: { value: 1_071.5, unit: 'GH/s' },
    serial: { value: new Uint8Array(4) },
    broken: { value: Number.NaN },
  });
  expect(minerRecord(bitaxe, record)).toMatchObject({
    status: 'online',
    metrics: { hashRate: 1_071.5, broken: null },
    last_updated: expect.stringMatching(/^\d{4}-/) as unknown,
  });
  const why = { code: 'LINK_TIMEOUT', message: 'no answer' };
  const failed = latest.update('shelf', {}, { hashRate: why, serial: why, broken: why });
  expect(minerRecord(miner('cgminer', '10.0.0.7:4028'), failed)).toMatchObject({
    id: 'avalon_nano_10_0_0_7',
    status: 'error',
  });
  expect(minerRecord(miner('magic-miner', 'http://lab-7', 'absent'), failed)).toMatchObject({
    id: 'shelf',
    type: 'magic_miner',
    status: 'offline',
  });
  expect(minerRecord(miner('scpi', '10.0.0.7:5025'), record)).toBeUndefined();
});
