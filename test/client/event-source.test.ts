import { expect, test } from 'vitest';
import { eventsOf, reopenLongestMs } from '../../src/client/event-source.ts';
import type { ServerSentEvent } from '../../src/client/server-sent-events.ts';
import { silenceLongestMs } from '../../src/client/transport.ts';
import type { Call, Transport } from '../../src/client/transport.ts';
import { ManualClock, SignalboxError } from '../../src/kernel/index.ts';

const call: Call = { method: 'GET', path: ['events'] };
const gone = new SignalboxError('GATEWAY_UNREACHABLE', 'nobody answers');

/** What comes of each opening of a stream: texts and then its end, an error, or one text and silence. */
type Opening = readonly string[] | Error | 'silent' | { readonly first: string };

/** A gateway whose streams go as written down; the last one goes on for ever. */
class Streams implements Pick<Transport, 'url' | 'stream'> {
  readonly url = 'http://lab';
  readonly calls: Call[] = [];
  readonly #openings: Opening[];

  constructor(openings: readonly Opening[]) {
    this.#openings = [...openings];
  }

  async stream(asked: Call, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    this.calls.push(asked);
    const [opening] = this.#openings;
    if (this.#openings.length > 1) this.#openings.shift();
    if (opening instanceof Error) throw opening;
    return new ReadableStream({
      start: (controller) => {
        signal.addEventListener('abort', () => controller.error(signal.reason));
        if (opening === undefined || opening === 'silent') return;
        if ('first' in opening) {
          controller.enqueue(new TextEncoder().encode(opening.first));
          return;
        }
        for (const text of opening) controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    });
  }
}

function setUp(...openings: readonly Opening[]) {
  const clock = new ManualClock(0, async () => await new Promise(setImmediate));
  const streams = new Streams(openings);
  const stop = new AbortController();
  const changes: string[] = [];
  const options = {
    signal: stop.signal,
    connection: ({ state }: { state: string }) => changes.push(state),
  };
  const seen: ServerSentEvent[] = [];
  const ended = (async () => {
    for await (const event of eventsOf(streams, call, options, clock)) seen.push(event);
  })();
  ended.catch(() => {});
  return { clock, streams, stop, changes, seen, ended };
}

test('a stream that breaks is opened again, from the last event on, and that is told', async () => {
  const { clock, streams, changes, seen, stop, ended } = setUp(
    ['id: 7\ndata: one\n\n', 'data: ha'],
    gone,
    gone,
    ['data: two\n\n'],
    'silent',
  );
  await clock.advance(5_000);
  expect(seen.map(({ data }) => data)).toEqual(['one', 'two']);
  expect(changes).toEqual(['lost', 'back', 'lost', 'back']);
  expect(streams.calls.map(({ headers }) => headers?.['last-event-id'])).toEqual([
    undefined,
    '7',
    '7',
    '7',
    '7',
  ]);
  stop.abort();
  await ended;
});

test('a stream that cannot be opened again is given up when its time is over', async () => {
  const { clock, streams, changes, ended } = setUp(['data: one\n\n'], gone);
  await clock.advance(reopenLongestMs - 5_000);
  expect(changes).toEqual(['lost']);
  await clock.advance(10_000);
  await expect(ended).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  // It is tried more and more seldom, but no more seldom than every two seconds or so.
  expect(streams.calls.length).toBeGreaterThan(25);
  expect(streams.calls.length).toBeLessThan(60);
  expect(clock.pendingCount).toBe(0);
});

test('what a gateway refuses is not asked for again', async () => {
  const refusal = new SignalboxError('NOT_FOUND', 'there is no such parameter');
  const first = setUp(refusal);
  await expect(first.ended).rejects.toBe(refusal);
  const later = setUp(['data: one\n\n'], refusal);
  await later.clock.advance(1_000);
  await expect(later.ended).rejects.toBe(refusal);
  const never = setUp(gone);
  await expect(never.ended).rejects.toBe(gone);
  expect(never.changes).toEqual([]);
});

test('a stream without a sign of life is taken to be broken', async () => {
  const { clock, streams, changes, stop, ended } = setUp('silent');
  await clock.advance(silenceLongestMs - 1);
  expect(streams.calls).toHaveLength(1);
  await clock.advance(2_000);
  expect(streams.calls).toHaveLength(2);
  expect(changes).toEqual(['lost', 'back']);
  stop.abort();
  await ended;
  expect(clock.pendingCount).toBe(0);
});

test('so is one that falls silent after an event, counted from that event on', async () => {
  const { clock, streams, changes, seen, stop, ended } = setUp(
    { first: 'data: one\n\n' },
    'silent',
  );
  await clock.advance(silenceLongestMs - 1);
  expect(seen).toHaveLength(1);
  expect(streams.calls).toHaveLength(1);
  await clock.advance(2_000);
  expect(changes).toEqual(['lost', 'back']);
  stop.abort();
  await ended;
});

test('a signal ends it, whatever it is doing, and leaves nothing behind', async () => {
  for (const openings of [['silent'], [['data: one\n\n'], gone]] as const) {
    const { clock, stop, ended } = setUp(...openings);
    await clock.advance(150);
    stop.abort();
    await clock.advance(0);
    await ended;
    expect(clock.pendingCount).toBe(0);
  }
});
