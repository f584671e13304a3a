import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { SignalboxClient } from '../../src/client/index.ts';
import type { TopicSnapshot, TopicUpdate } from '../../src/client/index.ts';
import type { SignalboxError } from '../../src/kernel/index.ts';
import { openDoor } from '../doors/http/open-door.ts';
import { Relay } from '../support/relay.ts';

/** What a subscription was told. */
class Told {
  readonly updates: TopicUpdate[] = [];
  readonly snapshots: TopicSnapshot[] = [];
  readonly connection: string[] = [];
  readonly failures: SignalboxError[] = [];

  readonly handlers = {
    update: (update: TopicUpdate) => void this.updates.push(update),
    snapshot: (snapshot: TopicSnapshot) => void this.snapshots.push(snapshot),
    connection: ({ state }: { state: string }) => void this.connection.push(state),
    failed: (error: SignalboxError) => void this.failures.push(error),
  };
}

test('a subscription gets how a topic stands, and then what happens', async () => {
  await using door = await openDoor();
  const client = new SignalboxClient({ url: door.url });
  const told = new Told();
  using _subscription = client.subscribe(['ports.*'], told.handlers);
  await expect.poll(() => told.snapshots).toMatchObject([{ topic: 'ports.bus', gap: false }]);
  const [{ data, sequence: first } = { data: {}, sequence: 0 }] = told.snapshots;
  expect(data).toMatchObject({ name: 'bus', state: 'open' });
  {
    await using _lease = await client.lease({ port: 'bus' });
  }
  await expect
    .poll(() => told.updates.map((update) => update.data['event']))
    .toEqual(['leaseGranted', 'leaseEnded']);
  expect(told.updates.map(({ sequence }) => sequence)).toEqual([first + 1, first + 2]);
});

test('a subscription that broke comes back by itself, with what was missed', async () => {
  await using door = await openDoor();
  await using relay = await Relay.open(door.url);
  const topic = door.hub.topic('lamps', { kind: 'events' });
  const told = new Told();
  const client = new SignalboxClient({ url: relay.url });
  using subscription = client.subscribe(['lamps'], told.handlers);
  await expect.poll(() => topic.clientCount).toBe(1);
  topic.publish({ event: 'on' });
  await expect.poll(() => told.updates).toHaveLength(1);
  for (let breaks = 0; breaks < 3; breaks += 1) {
    relay.cut();
    for (let each = 0; each < 5; each += 1) topic.publish({ event: 'blink', each });
    await expect.poll(() => told.updates).toHaveLength(1 + 5 * (breaks + 1));
  }
  expect(told.updates.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 16 }, (_, at) => at + 1),
  );
  expect(told.connection).toEqual(['lost', 'back', 'lost', 'back', 'lost', 'back']);
  expect(told.snapshots).toEqual([]);
  expect(subscription.ended.aborted).toBe(false);
});

test('a subscription that missed more than is kept is told of the gap', async () => {
  await using door = await openDoor();
  await using relay = await Relay.open(door.url);
  const topic = door.hub.topic('lamps', { kind: 'events', keep: 2, snapshot: () => ({ on: 7 }) });
  const told = new Told();
  using _subscription = new SignalboxClient({ url: relay.url }).subscribe(['lamps'], told.handlers);
  await expect.poll(() => told.snapshots).toHaveLength(1);
  relay.cut();
  for (let each = 0; each < 5; each += 1) topic.publish({ event: 'blink', each });
  await expect.poll(() => told.snapshots).toHaveLength(2);
  expect(told.snapshots[1]).toEqual({ topic: 'lamps', sequence: 5, gap: true, data: { on: 7 } });
  topic.publish({ event: 'blink' });
  await expect.poll(() => told.updates).toMatchObject([{ sequence: 6 }]);
});

test('topics are added and removed while it goes on', async () => {
  await using door = await openDoor();
  const [one, two] = ['values.one', 'values.two'].map((name) =>
    door.hub.topic(name, { kind: 'values' }),
  );
  one?.publish({ level: 1 });
  two?.publish({ level: 2 });
  const told = new Told();
  const client = new SignalboxClient({ url: door.url });
  using subscription = client.subscribe(['values.one'], told.handlers);
  await expect.poll(() => told.snapshots).toMatchObject([{ topic: 'values.one' }]);
  subscription.add(['values.two']);
  await expect.poll(() => told.snapshots).toMatchObject([{}, { data: { level: 2 } }]);
  subscription.remove(['values.one']);
  await expect.poll(() => one?.clientCount).toBe(0);
  one?.publish({ level: 3 });
  two?.publish({ level: 4 });
  await expect.poll(() => told.updates).toMatchObject([{ topic: 'values.two' }]);
  expect(subscription.topics).toEqual(['values.two']);
});

test('a client whose token has ended does not get back in, and is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-subscription-'));
  const tokenFile = join(folder, 'token');
  const token = 'a'.repeat(43);
  await writeFile(tokenFile, token, { mode: 0o600 });
  await using door = await openDoor({ tokenFile, isTokenRequired: true });
  await using relay = await Relay.open(door.url);
  const told = new Told();
  const client = new SignalboxClient({ url: relay.url, token });
  using subscription = client.subscribe(['ports.*'], told.handlers);
  await expect.poll(() => told.snapshots).toHaveLength(1);
  await writeFile(tokenFile, 'b'.repeat(43));
  relay.cut();
  await expect.poll(() => told.failures).toMatchObject([{ code: 'AUTHENTICATION_REQUIRED' }]);
  expect(subscription.ended.aborted).toBe(true);
  expect(door.hub.clientCount).toBe(0);
  await rm(folder, { recursive: true });
});

test('a pattern that is none ends the subscription with what is wrong', async () => {
  await using door = await openDoor();
  const told = new Told();
  const client = new SignalboxClient({ url: door.url });
  using subscription = client.subscribe(['a..b'], told.handlers);
  await expect.poll(() => told.failures).toMatchObject([{ code: 'BAD_ARGUMENT' }]);
  expect(subscription.ended.aborted).toBe(true);
  await expect.poll(() => door.hub.clientCount).toBe(0);
});

test('a gateway that is not there is tried again until it is', async () => {
  const told = new Told();
  const first = await openDoor();
  const { port } = new URL(first.url);
  await first[Symbol.asyncDispose]();
  const client = new SignalboxClient({ url: first.url });
  using _subscription = client.subscribe(['ports.*'], told.handlers);
  await expect.poll(() => told.connection).toEqual(['lost']);
  await using _second = await openDoor({ port: Number(port) });
  await expect.poll(() => told.snapshots, { timeout: 15_000 }).toHaveLength(1);
  expect(told.connection).toEqual(['lost', 'back']);
});
