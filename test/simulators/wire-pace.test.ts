import { describe, expect, it } from 'vitest';

import { WirePace } from '../../src/simulators/wire-pace.ts';
import { bytes, Client, pacedBus } from './support.ts';

const read = '10 02 07 03 05 04 01 21 01 21 10 03';
const replyBytes = 12;
const turns = 40;

/**
 * How long the quickest of many readings takes. Whatever else the machine does makes none of them
 * quicker.
 */
async function readingMs(options: Parameters<typeof pacedBus>[0]): Promise<number> {
  await using bus = await pacedBus(options);
  using client = await Client.open(bus.address);
  let quickestMs = Infinity;
  for (let turn = 0; turn < turns; turn += 1) {
    const beganMs = performance.now();
    client.send(bytes(read));
    await client.take(replyBytes);
    quickestMs = Math.min(quickestMs, performance.now() - beganMs);
  }
  const { busyShare, transactions } = await bus.report();
  expect(transactions).toBe(turns);
  expect(busyShare).toBeLessThanOrEqual(1);
  return quickestMs;
}

describe('the pace of a wire', () => {
  it('is that of its baud rate: ten bits a byte', () => {
    expect(new WirePace(9_600).durationMs(96)).toBe(100);
    expect(new WirePace(0).durationMs(1_000)).toBe(0);
  });

  it('gives messages places one after the other, never two at once', () => {
    const pace = new WirePace(10_000);
    expect(pace.take(100, 10)).toEqual({ startMs: 100, endMs: 110 });
    expect(pace.take(105, 10)).toEqual({ startMs: 110, endMs: 120 });
    expect(pace.take(200, 1)).toEqual({ startMs: 200, endMs: 201 });
  });

  it('never lets a wait end too early', async () => {
    const pace = new WirePace(38_400);
    for (let turn = 0; turn < 50; turn += 1) {
      const dueMs = performance.now() + (turn % 5) * 0.7;
      await pace.until(dueMs);
      expect(performance.now()).toBeGreaterThanOrEqual(dueMs);
    }
  });

  it('lets no reading be faster than the wire, and lasts as its baud rate says', async () => {
    const leastMs = (baudRate: number, answerTimeMs: number): number =>
      ((12 + replyBytes) * 10_000) / baudRate + answerTimeMs;
    const unpaced = await readingMs({ baudRate: 0, answerTimeMs: 0 });
    const slow = await readingMs({ baudRate: 9_600, answerTimeMs: 0 });
    const fast = await readingMs({ baudRate: 38_400, answerTimeMs: 0 });
    const thinking = await readingMs({ baudRate: 38_400, answerTimeMs: 4 });
    expect(slow).toBeGreaterThanOrEqual(leastMs(9_600, 0));
    expect(fast).toBeGreaterThanOrEqual(leastMs(38_400, 0));
    expect(thinking).toBeGreaterThanOrEqual(leastMs(38_400, 4));
    expect(unpaced).toBeLessThan(fast);
    expect(slow / fast).toBeGreaterThan(2);
    expect(slow / fast).toBeLessThan(4.5);
  });

  it('is kept for requests that come all at once', async () => {
    await using bus = await pacedBus({ answerTimeMs: 1 });
    using client = await Client.open(bus.address);
    const sent = 5;
    client.send(bytes(read.repeat(sent)));
    await client.take(sent * replyBytes);
    const transactions = await bus.transactions();
    const ends = transactions.map(({ endMs }) => endMs);
    const replyMs = (replyBytes * 10_000) / 38_400;
    for (const [index, endMs] of ends.entries()) {
      const before = ends[index - 1];
      if (before !== undefined) expect(endMs - before).toBeGreaterThanOrEqual(replyMs - 1e-6);
    }
    expect((await bus.report()).busyShare).toBeCloseTo(1, 6);
  });

  it('leaves the wire idle where nobody asks', async () => {
    await using bus = await pacedBus({ answerTimeMs: 0 });
    using client = await Client.open(bus.address);
    for (let turn = 0; turn < 5; turn += 1) {
      client.send(bytes(read));
      await client.take(replyBytes);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect((await bus.report()).busyShare).toBeLessThan(0.4);
  });
});
