import { expect, test } from 'vitest';

import { ManualClock } from '../../../src/kernel/index.ts';
import { clientBytesMost, Hub, takesNothingLongestMs } from '../../../src/telemetry/index.ts';
import { eventsKeptMost } from '../../../src/telemetry/hub/topic.ts';
import { TopicPattern } from '../../../src/telemetry/hub/topic-pattern.ts';
import { lines, MemoryClient } from './memory-client.ts';

/** A hub whose turns end when the test says so. */
function bench() {
  const clock = new ManualClock();
  const turns: (() => void)[] = [];
  const hub = new Hub({ epoch: 'one', clock, afterTurn: (run) => turns.push(run) });
  return { hub, clock, endTurn: () => turns.splice(0).forEach((run) => run()) };
}

test('a pattern means topics as in NATS', () => {
  const matches = (pattern: string, topic: string): boolean =>
    new TopicPattern(pattern).matches(topic.split('.'));
  for (const [pattern, topic] of [
    ['values.dmm', 'values.dmm'],
    ['values.*', 'values.dmm'],
    ['*.dmm', 'values.dmm'],
    ['>', 'alerts'],
    ['>', 'values.dmm'],
    ['values.>', 'values.a.b'],
  ] as const) {
    expect(matches(pattern, topic), `${pattern} ${topic}`).toBe(true);
  }
  for (const [pattern, topic] of [
    ['values', 'values.dmm'],
    ['values.dmm', 'values'],
    ['values.*', 'values'],
    ['values.*', 'values.a.b'],
    ['values.>', 'values'],
    ['*', 'values.dmm'],
    ['values.dm', 'values.dmm'],
  ] as const) {
    expect(matches(pattern, topic), `${pattern} ${topic}`).toBe(false);
  }
  for (const nonsense of ['', '.', 'a.', '.a', 'a..b', '>.a', 'a*', 'a b', 'ä', 'a'.repeat(201)]) {
    expect(() => new TopicPattern(nonsense), nonsense).toThrow(/no pattern/);
  }
});

test('who listens gets what comes, in order, and nothing of other topics', () => {
  const { hub, endTurn } = bench();
  const [alerts, bus] = [
    hub.topic('alerts', { kind: 'events' }),
    hub.topic('ports.bus', { kind: 'events' }),
  ];
  alerts.publish({ event: 'before' });
  const one = new MemoryClient(hub);
  one.client.subscribe(['ports.*']);
  const all = new MemoryClient(hub);
  all.client.subscribe(['>']);
  for (let each = 0; each < 3; each += 1) {
    bus.publish({ event: 'state', each });
    alerts.publish({ event: 'raised', each });
  }
  endTurn();
  expect(one.told).toEqual(['ports.bus 1', 'ports.bus 2', 'ports.bus 3']);
  expect(all.told).toEqual([
    'ports.bus 1',
    'alerts 2',
    'ports.bus 2',
    'alerts 3',
    'ports.bus 3',
    'alerts 4',
  ]);
  expect(JSON.parse(one.lines[2]?.data ?? '')).toEqual({ event: 'state', each: 2 });
});

test('a turn is one write for each client, of bytes that all of them share', () => {
  const { hub, endTurn } = bench();
  const topic = hub.topic('ports.bus', { kind: 'events' });
  let encoded = 0;
  const counting = {
    ...lines,
    update: (update: Parameters<typeof lines.update>[0]) => {
      encoded += 1;
      return lines.update(update);
    },
  };
  const clients = Array.from({ length: 10 }, () => new MemoryClient(hub, counting));
  for (const { client } of clients) client.subscribe(['ports.>']);
  for (let each = 0; each < 5; each += 1) topic.publish({ event: 'state', each });
  expect(clients[0]?.outlet.writes).toHaveLength(0);
  endTurn();
  expect(encoded).toBe(5);
  for (const { outlet } of clients) {
    expect(outlet.writes).toHaveLength(1);
    expect(outlet.writes[0]).toBe(clients[0]?.outlet.writes[0]);
  }
});

test('what nobody listens to is not made', () => {
  const { hub, endTurn } = bench();
  const topic = hub.topic('values.dmm', { kind: 'values' });
  let made = 0;
  const publish = (): void => topic.publish(() => ({ made: (made += 1) }));
  for (let each = 0; each < 10; each += 1) publish();
  expect(made).toBe(0);
  const client = new MemoryClient(hub);
  client.client.subscribe(['values.*']);
  expect(client.told).toEqual(['snapshot values.dmm 10']);
  publish();
  endTurn();
  expect(made).toBe(2);
});

test('a source runs while somebody listens', () => {
  const { hub } = bench();
  const calls: string[] = [];
  hub.topic('system', {
    kind: 'values',
    source: () => {
      calls.push('start');
      return { [Symbol.dispose]: () => void calls.push('stop') };
    },
  });
  const [one, two] = [new MemoryClient(hub), new MemoryClient(hub)];
  one.client.subscribe(['values.*']);
  expect(calls).toEqual([]);
  one.client.subscribe(['system']);
  two.client.subscribe(['>']);
  expect(calls).toEqual(['start']);
  one.client.subscribe(['alerts']);
  one.client.unsubscribe(['system']);
  expect(calls).toEqual(['start']);
  two.client[Symbol.dispose]();
  expect(calls).toEqual(['start', 'stop']);
});

test('who does not keep up gets the newest values, and every event', () => {
  const { hub, endTurn } = bench();
  const [values, events] = [
    hub.topic('values.dmm', { kind: 'values' }),
    hub.topic('alerts', { kind: 'events' }),
  ];
  const slow = new MemoryClient(hub);
  slow.client.subscribe(['>']);
  slow.outlet.isTaking = false;
  slow.client.outbox.send(new Uint8Array(70_000).fill(10));
  for (let turn = 0; turn < 5; turn += 1) {
    values.publish({ turn });
    events.publish({ event: 'raised', turn });
    endTurn();
  }
  expect(slow.told).toEqual([]);
  slow.takeAll();
  expect(slow.told).toEqual([
    ...[1, 2, 3, 4, 5].map((sequence) => `alerts ${sequence}`),
    'values.dmm 5',
  ]);
  expect(slow.cut).toEqual([]);
});

test('a flow is cut short for who does not keep up, and it is told of the gap', () => {
  const { hub, endTurn } = bench();
  const newest: number[] = [];
  const flow = hub.topic('traffic.bus', { kind: 'flow', snapshot: () => ({ newest }) });
  const slow = new MemoryClient(hub);
  slow.client.subscribe(['traffic.bus']);
  slow.outlet.isTaking = false;
  slow.client.outbox.send(new Uint8Array(70_000).fill(10));
  slow.forget();
  for (let each = 0; each < 4; each += 1) {
    newest.splice(0, 2, each);
    flow.publish({ each });
  }
  endTurn();
  slow.takeAll();
  flow.publish({ each: 4 });
  endTurn();
  expect(slow.told).toEqual(['gap traffic.bus 4', 'traffic.bus 5']);
  expect(slow.lines[0]?.data).toBe('{"newest":[3]}');
});

test('a client for which too many events wait is cut off, and costs no more than its budget', () => {
  const { hub, endTurn } = bench();
  const topic = hub.topic('alerts', { kind: 'events' });
  const [slow, other] = [new MemoryClient(hub), new MemoryClient(hub)];
  for (const { client } of [slow, other]) client.subscribe(['alerts']);
  slow.outlet.isTaking = false;
  let most = 0;
  for (let each = 0; each < 40 && slow.cut.length === 0; each += 1) {
    topic.publish({ event: 'raised', text: 'x'.repeat(50_000) });
    endTurn();
    most = Math.max(most, slow.client.outbox.waitingBytes);
  }
  expect(slow.cut).toMatchObject([{ code: 'QUEUE_FULL' }]);
  expect(most).toBeGreaterThan(clientBytesMost - 60_000);
  expect(most).toBeLessThanOrEqual(clientBytesMost);
  expect(other.cut).toEqual([]);
  expect(other.told).toHaveLength(topic.sequence);
  expect(hub.clientCount).toBe(1);
  expect(hub.cut).toBe(1);
});

test('a client that takes nothing is cut off after a while, and one that is slow is not', async () => {
  const { hub, clock, endTurn } = bench();
  const topic = hub.topic('values.dmm', { kind: 'values' });
  const [stalled, slow] = [new MemoryClient(hub), new MemoryClient(hub)];
  for (const { client, outlet } of [stalled, slow]) {
    client.subscribe(['values.*']);
    outlet.isTaking = false;
    client.outbox.send(new Uint8Array(100_000).fill(10));
  }
  for (let second = 1; second <= takesNothingLongestMs / 1_000; second += 1) {
    expect(stalled.cut).toEqual([]);
    topic.publish({ second });
    endTurn();
    await clock.advance(1_000);
    slow.outlet.unsentBytes -= 1_000;
  }
  expect(stalled.cut).toMatchObject([{ code: 'QUEUE_FULL' }]);
  await clock.advance(takesNothingLongestMs - 1_000);
  expect(slow.cut).toEqual([]);
  slow.takeAll();
  expect(slow.told).toEqual(['values.dmm 10']);
  await clock.advance(2 * takesNothingLongestMs);
  expect(slow.cut).toEqual([]);
  expect(clock.pendingCount).toBe(0);
});

test('one message that is longer than the budget is sent all the same when nothing waits', () => {
  const { hub } = bench();
  const { client, cut, outlet } = new MemoryClient(hub);
  client.outbox.send(new Uint8Array(2 * clientBytesMost).fill(10));
  expect(outlet.writes[0]).toHaveLength(2 * clientBytesMost);
  expect(cut).toEqual([]);
});

test('who comes back gets the events that it missed', () => {
  const { hub, endTurn } = bench();
  const topic = hub.topic('alerts', { kind: 'events', snapshot: () => ({ active: [] }) });
  const first = new MemoryClient(hub);
  expect(first.client.subscribe(['alerts'])).toMatchObject({
    epoch: 'one',
    topics: [{ topic: 'alerts', kind: 'events', sequence: 0, snapshot: true }],
  });
  topic.publish({ event: 'raised' });
  endTurn();
  first.client[Symbol.dispose]();
  for (let each = 0; each < 3; each += 1) topic.publish({ event: 'raised', each });
  const back = new MemoryClient(hub);
  const resume = { epoch: 'one', sequences: { alerts: 1 } };
  expect(back.client.subscribe(['alerts'], { resume }).topics).toEqual([
    { topic: 'alerts', kind: 'events', sequence: 4, snapshot: false, recovered: true },
  ]);
  topic.publish({ event: 'raised' });
  endTurn();
  expect(back.told).toEqual([2, 3, 4, 5].map((sequence) => `alerts ${sequence}`));
});

test('who missed more than is kept gets no part of it, but a snapshot', () => {
  const { hub } = bench();
  const topic = hub.topic('alerts', { kind: 'events', snapshot: () => ({ active: 1 }) });
  for (let each = 0; each <= eventsKeptMost + 1; each += 1)
    topic.publish({ event: 'raised', each });
  const back = (sequence: number, epoch = 'one'): MemoryClient => {
    const client = new MemoryClient(hub);
    client.client.subscribe(['alerts'], { resume: { epoch, sequences: { alerts: sequence } } });
    return client;
  };
  const { sequence } = topic;
  expect(back(sequence - eventsKeptMost).told).toHaveLength(eventsKeptMost);
  for (const lost of [
    back(sequence - eventsKeptMost - 1),
    back(0),
    back(sequence + 1),
    back(sequence, 'another'),
  ]) {
    expect(lost.told).toEqual([`gap alerts ${sequence}`]);
  }
  expect(back(sequence).told).toEqual([]);
});

test('events that are too many bytes to be sent at once are no reason to cut off who comes back', () => {
  const { hub } = bench();
  const topic = hub.topic('alerts', { kind: 'events' });
  for (let each = 0; each < 20; each += 1) {
    topic.publish({ event: 'raised', text: 'x'.repeat(100_000) });
  }
  const back = new MemoryClient(hub);
  back.outlet.isTaking = false;
  back.client.subscribe(['alerts'], { resume: { epoch: 'one', sequences: { alerts: 1 } } });
  expect(back.told).toEqual(['gap alerts 20']);
  expect(back.cut).toEqual([]);
});

test('a position of the hub stands for all topics of events', () => {
  const { hub } = bench();
  const [alerts, config] = [
    hub.topic('alerts', { kind: 'events', keep: 2 }),
    hub.topic('config', { kind: 'events' }),
  ];
  alerts.publish({ event: 'raised' });
  config.publish({ event: 'config' });
  const { position } = hub;
  alerts.publish({ event: 'cleared' });
  alerts.publish({ event: 'raised' });
  config.publish({ event: 'config' });
  const back = new MemoryClient(hub);
  back.client.subscribe(['>'], { resume: { epoch: 'one', position } });
  expect(back.told).toEqual(['alerts 2', 'alerts 3', 'config 2']);
  alerts.publish({ event: 'cleared' });
  const late = new MemoryClient(hub);
  late.client.subscribe(['>'], { resume: { epoch: 'one', position } });
  expect(late.told).toEqual(['gap alerts 4', 'config 2']);
});

test('a topic that is made later is heard too, and one that comes again goes on in its numbers', () => {
  const { hub, endTurn } = bench();
  const client = new MemoryClient(hub);
  client.client.subscribe(['ports.*']);
  const first = hub.topic('ports.bus', { kind: 'events' });
  first.publish({ event: 'state' });
  endTurn();
  hub.remove(first);
  first.publish({ event: 'state' });
  endTurn();
  expect(client.told).toEqual(['ports.bus 1']);
  const again = hub.topic('ports.bus', { kind: 'events' });
  again.publish({ event: 'state' });
  endTurn();
  expect(client.lines.at(-1)?.sequence).toBe(first.sequence);
  const back = new MemoryClient(hub);
  back.client.subscribe(['ports.*'], {
    resume: { epoch: 'one', sequences: { 'ports.bus': 0 } },
  });
  expect(back.told).toEqual([`gap ports.bus ${again.sequence}`]);
});

test('what cannot be written as JSON is refused, and takes no number', () => {
  const { hub, endTurn } = bench();
  const topic = hub.topic('alerts', { kind: 'events' });
  const client = new MemoryClient(hub);
  client.client.subscribe(['alerts']);
  expect(() => topic.publish({ event: 'raised', big: 1n })).toThrow(TypeError);
  topic.publish({ event: 'raised' });
  endTurn();
  expect(client.told).toEqual(['alerts 1']);
});

test('there is a most of patterns of one client', () => {
  const { hub } = bench();
  const { client } = new MemoryClient(hub);
  client.subscribe(Array.from({ length: 256 }, (_, each) => `values.i${each}`));
  expect(() => client.subscribe(['alerts'])).toThrow(/256 patterns/);
  client.unsubscribe(['values.i7']);
  client.subscribe(['alerts']);
  expect(client.patterns).toHaveLength(256);
});
