import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { expect, test } from 'vitest';

import { eventEncoding } from '../../../src/doors/http/event-encoding.ts';
import { aliveEveryMs, EventStream, lastWordsMs } from '../../../src/doors/http/event-stream.ts';
import { ManualClock, SignalboxError } from '../../../src/kernel/index.ts';
import { clientBytesMost, Hub, takesNothingLongestMs } from '../../../src/telemetry/index.ts';

/** A stream to a client that is paused until it is told to read. */
class StreamBench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly hub = new Hub({ epoch: 'epoch', clock: this.clock });
  readonly stream: EventStream;
  readonly client: Socket;
  readonly dropped: SignalboxError[] = [];
  readonly #response: ServerResponse;
  readonly #close: () => void;
  received = '';
  isAllowed = true;

  private constructor(response: ServerResponse, client: Socket, close: () => void) {
    this.client = client;
    this.#response = response;
    this.#close = close;
    client.on('error', () => {});
    client.on('data', (data: Buffer) => (this.received += data.toString('latin1')));
    client.pause();
    this.stream = new EventStream({
      response,
      clock: this.clock,
      hub: this.hub,
      encoding: eventEncoding('epoch'),
      label: 'test',
      headers: {},
      checkAllowed: () => {
        if (!this.isAllowed) throw new SignalboxError('AUTHENTICATION_REQUIRED', 'it has ended');
      },
      dropped: (reason) => this.dropped.push(reason),
    });
  }

  static async open(): Promise<StreamBench> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.0\r\n\r\n');
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    return new StreamBench(response, client, () => server.close());
  }

  /** What the gateway holds for the client outside of the stream's own line. */
  get unsent(): number {
    return this.#response.writableLength;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    this.#close();
    await expect.poll(() => this.stream.signal.aborted).toBe(true);
  }
}

/** Events until the client's connection takes no more; then the last of them waits in line. */
async function fill(bench: StreamBench): Promise<void> {
  const data = 'f'.repeat(200_000);
  let before = 0;
  await expect
    .poll(
      () => {
        const isStill = bench.unsent > 0 && bench.unsent === before;
        before = bench.unsent;
        if (!isStill) bench.stream.send({ event: 'filler', data, key: 'filler' });
        return isStill;
      },
      { interval: 30, timeout: 20_000 },
    )
    .toBe(true);
}

test('a client for which too much waits is told why its stream ends', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  const { unsent } = bench;
  const kilobytes = 'k'.repeat(100_000);
  for (let event = 0; event < 7; event += 1) {
    bench.stream.send({ event: 'big', data: { event, kilobytes } });
  }
  // Nothing of it went to where it cannot be taken back.
  expect(bench.unsent).toBe(unsent);
  expect(bench.stream.client.outbox.waitingBytes).toBeLessThanOrEqual(clientBytesMost);
  for (let event = 7; event < 14; event += 1) {
    bench.stream.send({ event: 'big', data: { event, kilobytes } });
  }
  expect(bench.stream.signal.aborted).toBe(true);
  expect(bench.dropped).toMatchObject([{ code: 'QUEUE_FULL' }]);
  bench.client.resume();
  await once(bench.client, 'end');
  expect(bench.received).toMatch(/event: dropped\ndata: \{"code":"QUEUE_FULL",.*\}\n\n/);
  expect(bench.received).not.toContain('event: big');
});

test('one event that is longer than all that may wait is sent all the same', async () => {
  await using bench = await StreamBench.open();
  bench.stream.send({ event: 'huge', data: 'h'.repeat(2 * clientBytesMost) });
  bench.client.resume();
  await expect.poll(() => bench.received.includes('event: huge\ndata: "h')).toBe(true);
  await expect.poll(() => bench.received.endsWith('h"\n\n')).toBe(true);
});

test('of events with the same key only the newest waits', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  for (let event = 0; event < 30_000; event += 1) {
    bench.stream.send({ event: 'reading', data: event, key: `parameter-${event % 3}` });
  }
  bench.client.resume();
  await expect.poll(() => bench.received).toContain('event: reading\ndata: 29999\n');
  const readings = [...bench.received.matchAll(/event: reading\ndata: (\d+)/g)];
  expect(readings.map(([, data]) => Number(data))).toEqual([29_997, 29_998, 29_999]);
});

test('a client that takes nothing is told why its stream ends, and disconnected', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  await bench.clock.advance(takesNothingLongestMs);
  expect(bench.stream.signal.aborted).toBe(true);
  expect(bench.dropped).toMatchObject([{ code: 'QUEUE_FULL' }]);
  bench.stream.send({ event: 'late', data: 1 });
  // It was only slow.
  bench.client.resume();
  await once(bench.client, 'end');
  expect(bench.received).toMatch(/event: dropped\ndata: \{"code":"QUEUE_FULL",.*\}\n\n/);
  expect(bench.received).not.toContain('event: late');
});

test('a client that does not read its last words either is cut off', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  await bench.clock.advance(takesNothingLongestMs + lastWordsMs);
  const closed = once(bench.client, 'close');
  bench.client.resume();
  await closed;
  expect(bench.received).not.toContain('event: dropped');
});

test('a client that reads again in time goes on', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  await bench.clock.advance(takesNothingLongestMs - 1);
  bench.client.resume();
  await expect.poll(() => bench.unsent).toBe(0);
  await bench.clock.advance(takesNothingLongestMs);
  bench.stream.send({ event: 'still', data: 'here' });
  await expect.poll(() => bench.received).toContain('event: still');
  expect(bench.dropped).toEqual([]);
});

test('a quiet stream shows that it is alive, and leaves no timer when it ends', async () => {
  const bench = await StreamBench.open();
  bench.client.resume();
  for (let signs = 1; signs <= 2; signs += 1) {
    await expect.poll(() => bench.unsent).toBe(0);
    await bench.clock.advance(aliveEveryMs);
    await expect.poll(() => bench.received.match(/^: alive$/gm)?.length).toBe(signs);
  }
  await bench[Symbol.asyncDispose]();
  expect(bench.clock.pendingCount).toBe(0);
  expect(bench.hub.clientCount).toBe(0);
});

test('a stream whose token has ended is ended with its next sign of life', async () => {
  await using bench = await StreamBench.open();
  bench.client.resume();
  bench.isAllowed = false;
  await expect.poll(() => bench.unsent).toBe(0);
  await bench.clock.advance(aliveEveryMs);
  await once(bench.client, 'end');
  expect(bench.received).toMatch(/event: dropped\ndata: \{"code":"AUTHENTICATION_REQUIRED"/);
});

test('topics have their own numbers, and events the position to come back with', async () => {
  await using bench = await StreamBench.open();
  const [values, alerts] = [
    bench.hub.topic('values.dmm', { kind: 'values' }),
    bench.hub.topic('alerts', { kind: 'events' }),
  ];
  values.publish({ level: 1 });
  bench.stream.subscribe(['>'], undefined);
  values.publish({ level: 2 });
  alerts.publish({ event: 'raised', alert: 'hot' });
  bench.client.resume();
  await expect.poll(() => bench.received).toContain('event: raised');
  expect(bench.received.slice(bench.received.indexOf('event: snapshot'))).toBe(
    'event: snapshot\ndata: {"topic":"values.dmm","sequence":1,"data":{"level":1}}\n\n' +
      'id: epoch.1\nevent: ready\ndata: {"epoch":"epoch","topics":[' +
      '{"topic":"values.dmm","kind":"values","sequence":1,"snapshot":true},' +
      '{"topic":"alerts","kind":"events","sequence":0,"snapshot":false}]}\n\n' +
      'event: values\ndata: {"topic":"values.dmm","sequence":2,"level":2}\n\n' +
      'id: epoch.3\nevent: raised\ndata: {"topic":"alerts","sequence":1,"event":"raised","alert":"hot"}\n\n',
  );
});
