import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { expect, test } from 'vitest';

import {
  aliveEveryMs,
  EventStream,
  lastWordsMs,
  stalledLongestMs,
  waitingBytesMost,
  waitingEventsMost,
} from '../../../src/doors/http/event-stream.ts';
import type { EventStreamOptions } from '../../../src/doors/http/event-stream.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import type { SignalboxError } from '../../../src/kernel/index.ts';

/** A stream to a client that is paused until it is told to read. */
class StreamBench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly stream: EventStream;
  readonly client: Socket;
  readonly dropped: SignalboxError[] = [];
  readonly #response: ServerResponse;
  readonly #close: () => void;
  received = '';

  private constructor(
    response: ServerResponse,
    client: Socket,
    close: () => void,
    options: Partial<EventStreamOptions>,
  ) {
    this.client = client;
    this.#response = response;
    this.#close = close;
    client.on('error', () => {});
    client.on('data', (data: Buffer) => (this.received += data.toString('latin1')));
    client.pause();
    this.stream = new EventStream({
      response,
      clock: this.clock,
      headers: {},
      dropped: (reason) => this.dropped.push(reason),
      ...options,
    });
  }

  static async open(options: Partial<EventStreamOptions> = {}): Promise<StreamBench> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.0\r\n\r\n');
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    return new StreamBench(response, client, () => server.close(), options);
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
  const data = 'f'.repeat(1_000_000);
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

test('only so many bytes wait for a client that does not read, the newest of them', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  const unsent = bench.unsent;
  const kilobyte = 'k'.repeat(100_000);
  for (let event = 0; event < 100; event += 1) {
    bench.stream.send({ event: 'big', data: { event, kilobyte } });
  }
  // Nothing of it went to where it cannot be taken back.
  expect(bench.unsent).toBe(unsent);
  bench.client.resume();
  await expect.poll(() => bench.received).toContain('"event":99');
  const kept = [...bench.received.matchAll(/"event":(\d+)/g)].map((match) => Number(match[1]));
  const most = Math.floor(waitingBytesMost / kilobyte.length);
  const dropped = 1 + 100 - most;
  expect(kept).toEqual(Array.from({ length: most }, (_, index) => 100 - most + index));
  expect(bench.received).toContain(`event: gap\ndata: {"dropped":${dropped}}\n\n`);
});

test('one event that is longer than all that may wait is sent all the same', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  bench.stream.send({ event: 'small', data: 1 });
  bench.stream.send({ event: 'huge', data: 'h'.repeat(2 * waitingBytesMost) });
  bench.client.resume();
  await expect.poll(() => bench.received.includes('event: huge\ndata: "h')).toBe(true);
  await expect.poll(() => bench.received.endsWith('h"\n\n')).toBe(true);
  expect(bench.received).toContain('event: gap\ndata: {"dropped":2}\n\n');
});

test('only so many events wait, of the same key only the newest', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  for (let event = 0; event < 3 * waitingEventsMost; event += 1) {
    bench.stream.send({ event: 'reading', data: event, key: `parameter-${event % 3}` });
  }
  for (let event = 0; event < waitingEventsMost + 7; event += 1) {
    bench.stream.send({ event: 'other', data: event });
  }
  bench.client.resume();
  await expect
    .poll(() => bench.received)
    .toContain(`event: other\ndata: ${waitingEventsMost + 6}\n`);
  expect(bench.received).toContain('event: gap\ndata: {"dropped":11}\n\n');
  expect(bench.received).not.toContain('event: reading');
  expect(bench.received).toContain('event: other\ndata: 7\n');
});

test('what comes after a gap stands for all that waited', async () => {
  await using bench = await StreamBench.open({
    afterGap: () => ({ event: 'snapshot', data: 'now', id: '77' }),
  });
  await fill(bench);
  for (let event = 0; event <= waitingEventsMost; event += 1) {
    bench.stream.send({ event: 'other', data: event });
  }
  bench.client.resume();
  await expect.poll(() => bench.received).toContain('id: 77\nevent: snapshot\ndata: "now"\n\n');
  expect(bench.received).toContain(`{"dropped":${waitingEventsMost + 2}}`);
  expect(bench.received).not.toContain('event: other');
});

test('a client that does not read is told why its stream ends, and disconnected', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  await bench.clock.advance(stalledLongestMs - 1);
  expect(bench.stream.signal.aborted).toBe(false);
  await bench.clock.advance(1);
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
  await bench.clock.advance(stalledLongestMs + lastWordsMs);
  const closed = once(bench.client, 'close');
  bench.client.resume();
  await closed;
  expect(bench.received).not.toContain('event: dropped');
});

test('a client that reads again in time loses nothing but what the gap says', async () => {
  await using bench = await StreamBench.open();
  await fill(bench);
  await bench.clock.advance(stalledLongestMs - 1);
  bench.client.resume();
  await expect.poll(() => bench.unsent).toBe(0);
  await bench.clock.advance(stalledLongestMs);
  bench.stream.send({ event: 'still', data: 'here' });
  await expect.poll(() => bench.received).toContain('event: still');
  expect(bench.dropped).toEqual([]);
});

test('a quiet stream shows that it is alive, and leaves no timer when it ends', async () => {
  const bench = await StreamBench.open();
  bench.client.resume();
  await bench.clock.advance(2 * aliveEveryMs);
  await expect.poll(() => bench.received.match(/^: alive$/gm)?.length).toBe(2);
  await bench[Symbol.asyncDispose]();
  expect(bench.clock.pendingCount).toBe(0);
});
