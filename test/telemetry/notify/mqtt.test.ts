import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import type { MqttConfig } from '../../../src/config/index.ts';
import { ManualClock, systemClock } from '../../../src/kernel/index.ts';
import type { Clock } from '../../../src/kernel/index.ts';
import { sensorsGoneAfterMs } from '../../../src/telemetry/index.ts';
import type { WatchedSubject } from '../../../src/telemetry/index.ts';
import { MqttWay } from '../../../src/telemetry/notify/mqtt-way.ts';
import { alertOf, noticeOf, wayOf } from './support.ts';

const message = { ...noticeOf(7), gateway: 'lab' };

/** A broker on 127.0.0.1, with what it keeps. */
class Broker implements AsyncDisposable {
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #seen: { readonly topic: string; readonly payload: string }[] = [];

  private constructor(aedes: Aedes, server: Server) {
    this.#aedes = aedes;
    this.#server = server;
    aedes.on('publish', ({ topic, payload }) => {
      if (!topic.startsWith('$SYS')) this.#seen.push({ topic, payload: String(payload) });
    });
  }

  static async open(port = 0, password?: string): Promise<Broker> {
    const aedes = await Aedes.createBroker(
      password === undefined
        ? {}
        : {
            authenticate: (_client, _user, given, done) => {
              if (String(given) === password) done(null, true);
              else done(Object.assign(new Error('no'), { returnCode: 5 }), false);
            },
          },
    );
    const server = createServer(aedes.handle);
    const broker = new Broker(aedes, server);
    await new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** What was published on a topic, in its order. */
  on(topic: string): string[] {
    return this.#seen.filter((each) => each.topic === topic).map(({ payload }) => payload);
  }

  /** What it tells somebody who comes now. */
  async retained(pattern: string): Promise<Map<string, string>> {
    const client = await connectAsync(this.url);
    const found = new Map<string, string>();
    client.on('message', (topic, payload) => void found.set(topic, String(payload)));
    await client.subscribeAsync([pattern, 'end/of/it'], { qos: 1 });
    const end = new Promise<void>((resolve) => {
      client.on('message', (topic) => {
        if (topic === 'end/of/it') resolve();
      });
    });
    await client.publishAsync('end/of/it', 'x', { qos: 1 });
    await end;
    found.delete('end/of/it');
    await client.endAsync();
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#aedes.close(() => {
        this.#server.close(() => resolve());
      });
    });
  }
}

function mqtt(
  toml: string,
  options: { shown?: () => WatchedSubject[]; clock?: Clock; ready?: () => void } = {},
): MqttWay {
  const { shown = () => [], clock = systemClock, ready = () => {} } = options;
  const config = wayOf(`kind = "mqtt"\n${toml}`) as MqttConfig;
  return new MqttWay({ config, gateway: 'lab', clock, shown, ready });
}

const hot: WatchedSubject = {
  alert: 'hot',
  title: 'Too hot',
  subject: 'oven',
  isOccurrence: false,
  open: undefined,
};

test('an alert is an event, and a retained state that Home Assistant finds by itself', async () => {
  await using broker = await Broker.open();
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = [hot, { ...hot, alert: 'block', isOccurrence: true }];
  await using way = mqtt(`url = "${broker.url}"`, { shown: () => all, ready: resolve });
  await promise;
  const kept = await broker.retained('#');
  expect(kept.get('signalbox/lab/status')).toBe('online');
  expect(kept.get('signalbox/lab/alerts/hot/oven/state')).toBe('OFF');
  const sensor = kept.get('homeassistant/binary_sensor/signalbox_lab/hot_oven/config') ?? '';
  expect(JSON.parse(sensor)).toMatchObject({
    name: 'oven: Too hot',
    unique_id: 'signalbox_lab_hot_oven',
    device_class: 'problem',
    state_topic: 'signalbox/lab/alerts/hot/oven/state',
    json_attributes_topic: 'signalbox/lab/alerts/hot/oven/attributes',
    availability_topic: 'signalbox/lab/status',
    device: { identifiers: ['signalbox_lab'] },
  });
  await way.send(message, AbortSignal.timeout(5_000));
  const now = await broker.retained('signalbox/#');
  expect(now.get('signalbox/lab/alerts/hot/oven/state')).toBe('ON');
  expect(JSON.parse(now.get('signalbox/lab/alerts/hot/oven/attributes') ?? '')).toMatchObject({
    message: 'oven: p is 80; alert: above 70',
    severity: 'critical',
  });
  const [event = ''] = broker.on('signalbox/lab/alerts/events');
  expect(JSON.parse(event)).toMatchObject({ key: 'life-7-raised', event: 'raised' });
  const over = alertOf({ end: 'cleared', clearedMs: 1 });
  await way.send({ ...message, event: 'cleared', alert: over }, AbortSignal.timeout(5_000));
  expect(broker.on('signalbox/lab/alerts/hot/oven/state')).toEqual(['OFF', 'ON', 'OFF']);
});

test('what is there no more is taken from Home Assistant, also what an earlier life has left', async () => {
  await using broker = await Broker.open();
  const old = 'homeassistant/binary_sensor/signalbox_lab/old_oven/config';
  const others = 'homeassistant/binary_sensor/other_lab/old_oven/config';
  const writer = await connectAsync(broker.url);
  for (const topic of [old, others]) {
    await writer.publishAsync(topic, '{}', { qos: 1, retain: true });
  }
  await writer.endAsync();
  const clock = new ManualClock();
  let shown = [hot, { ...hot, subject: 'kiln' }];
  const { promise, resolve } = Promise.withResolvers<void>();
  await using way = mqtt(`url = "${broker.url}"`, { shown: () => shown, clock, ready: resolve });
  await promise;
  await clock.advance(sensorsGoneAfterMs);
  await expect.poll(async () => (await broker.retained('homeassistant/#')).has(old)).toBe(false);
  shown = [hot];
  way.show();
  await clock.advance(1_000);
  const kiln = 'homeassistant/binary_sensor/signalbox_lab/hot_kiln/config';
  await expect.poll(async () => (await broker.retained('homeassistant/#')).has(kiln)).toBe(false);
  expect([...(await broker.retained('homeassistant/#')).keys()].toSorted()).toEqual([
    others,
    'homeassistant/binary_sensor/signalbox_lab/hot_oven/config',
  ]);
});

test('a broker is told that the gateway has ended, in order or not', async () => {
  await using broker = await Broker.open();
  {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using _way = mqtt(`url = "${broker.url}"\nhomeAssistant = false`, { ready: resolve });
    await promise;
  }
  await expect.poll(() => broker.on('signalbox/lab/status')).toEqual(['online', 'offline']);
  expect((await broker.retained('homeassistant/#')).size).toBe(0);
});

test('a broker that goes and comes back is told all that is so then; until then nothing is taken', async () => {
  let readies = 0;
  let port: number;
  const toml = 'topic = "house/lab"\nhomeAssistant = false';
  const first = await Broker.open();
  port = first.port;
  await using way = mqtt(`url = "${first.url}"\n${toml}`, {
    shown: () => [{ ...hot, open: alertOf() }],
    ready: () => (readies += 1),
  });
  await expect.poll(() => readies).toBe(1);
  await first[Symbol.asyncDispose]();
  await expect
    .poll(async () => {
      try {
        await way.send(message, AbortSignal.timeout(500));
        return 'taken';
      } catch (error) {
        return (error as { code: string }).code;
      }
    })
    .toBe('NOTICE_FAILED');
  await using second = await Broker.open(port);
  await expect.poll(() => readies, { timeout: 25_000 }).toBe(2);
  const kept = async (topic: string): Promise<string | undefined> =>
    (await second.retained('house/#')).get(`house/lab/lab/${topic}`);
  await expect.poll(async () => await kept('alerts/hot/oven/state')).toBe('ON');
  await expect.poll(async () => await kept('status')).toBe('online');
});

test('a password that a broker refuses is told without itself, and read again later', async () => {
  await using broker = await Broker.open(0, 'right-horse');
  process.env['SIGNALBOX_TEST_MQTT'] = 'wrong-horse';
  const clock = new ManualClock();
  const { promise, resolve } = Promise.withResolvers<void>();
  await using way = mqtt(
    `url = "${broker.url}"\nusername = "lab"\npasswordEnvironment = "SIGNALBOX_TEST_MQTT"`,
    { clock, ready: resolve },
  );
  const why = async (): Promise<string> => {
    try {
      await way.send(message, AbortSignal.timeout(2_000));
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  await expect.poll(why).toContain('the sign-in is refused');
  expect(await why()).not.toContain('horse');
  process.env['SIGNALBOX_TEST_MQTT'] = 'right-horse';
  await clock.advance(60_000);
  await promise;
  expect(await why()).toBe('');
});
