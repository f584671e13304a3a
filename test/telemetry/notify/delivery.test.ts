import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ManualClock, SignalboxError } from '../../../src/kernel/index.ts';
import {
  AlertLedger,
  answeredTriesMost,
  noticeKeptMs,
  noticesMost,
} from '../../../src/telemetry/index.ts';
import type { Notice } from '../../../src/telemetry/index.ts';
import { Delivery } from '../../../src/telemetry/notify/delivery.ts';
import type { Way, WayMessage } from '../../../src/telemetry/notify/way.ts';
import { AlertFolder } from '../alerts/support.ts';
import { noticeOf } from './support.ts';

const failed = (details = {}): SignalboxError =>
  new SignalboxError('NOTICE_FAILED', 'nobody there', { details });

/** A way that does as a test says with each message. */
class ScriptedWay implements Way {
  readonly kind = 'webhook';
  readonly address = 'script';
  readonly taken: string[] = [];
  tries = 0;
  next: (message: WayMessage, signal: AbortSignal) => Promise<void> | void = () => {};

  async send(message: WayMessage, signal: AbortSignal): Promise<void> {
    this.tries += 1;
    await this.next(message, signal);
    this.taken.push(message.key);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

interface Bench extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly way: ScriptedWay;
  readonly delivery: Delivery;
  readonly ledger: AlertLedger;
  readonly told: string[];
  put(...notices: readonly Notice[]): void;
}

function open(path: string, way = new ScriptedWay(), clock = new ManualClock(1.7e12, turn)): Bench {
  const ledger = new AlertLedger(path);
  const told: string[] = [];
  const delivery = new Delivery({
    name: 'way',
    gateway: 'lab',
    way,
    timeoutMs: 10_000,
    store: ledger,
    clock,
    random: () => 0,
    listener: {
      failing: ({ message }) => void told.push(`failing: ${message}`),
      working: () => void told.push('working'),
      givenUp: ({ key }) => void told.push(`given up ${key}`),
      dropped: ({ key }) => void told.push(`dropped ${key}`),
    },
  });
  return {
    clock,
    way,
    delivery,
    ledger,
    told,
    put: (...notices) => {
      // As alerts do: on the disk before anybody is told.
      ledger.write({ ...nothing, notices });
      for (const notice of notices) delivery.add(notice);
    },
    [Symbol.asyncDispose]: async () => {
      await delivery[Symbol.asyncDispose]();
      ledger[Symbol.dispose]();
    },
  };
}

const nothing = {
  alerts: [],
  baselines: [],
  droppedBaselines: [],
  forgottenRules: [],
  identities: [],
  silences: [],
  endedSilences: [],
};

test('messages are sent in their order, one at a time, and wait no longer on the disk then', async () => {
  using folder = new AlertFolder();
  await using bench = open(folder.path);
  let underWay = 0;
  bench.way.next = async () => {
    underWay += 1;
    expect(underWay).toBe(1);
    await turn();
    underWay -= 1;
  };
  bench.put(noticeOf(1), noticeOf(2), noticeOf(3));
  await expect.poll(() => bench.way.taken).toHaveLength(3);
  expect(bench.way.taken).toEqual(['life-1-raised', 'life-2-raised', 'life-3-raised']);
  await expect.poll(() => bench.delivery.status()).toMatchObject({ state: 'idle', sent: 3 });
  expect(bench.ledger.notices('way')).toEqual([]);
});

test('a way that fails is told of once, tried again with growing pauses, and told of when it works', async () => {
  using folder = new AlertFolder();
  await using bench = open(folder.path);
  bench.way.next = () => {
    throw failed();
  };
  bench.put(noticeOf(1), noticeOf(2));
  await bench.clock.advance(3_600_000);
  expect(bench.told).toEqual(['failing: nobody there']);
  // 1, 2, 4 … 256 s, then every 300 s.
  expect(bench.way.tries).toBe(1 + 9 + Math.floor((3_600 - 511) / 300));
  expect(bench.delivery.status()).toMatchObject({
    state: 'failing',
    waiting: 2,
    error: { code: 'NOTICE_FAILED' },
  });
  bench.way.next = () => {};
  await bench.clock.advance(300_000);
  expect(bench.way.taken).toEqual(['life-1-raised', 'life-2-raised']);
  expect(bench.told).toEqual(['failing: nobody there', 'working']);
});

test('nobody waits for the end of a pause when the receiver is there again', async () => {
  using folder = new AlertFolder();
  await using bench = open(folder.path);
  bench.way.next = () => {
    throw failed();
  };
  bench.put(noticeOf(1));
  await bench.clock.advance(600_000);
  bench.way.next = () => {};
  bench.delivery.nudge();
  await expect.poll(() => bench.way.taken).toHaveLength(1);
});

test('a receiver that asks for a pause gets it', async () => {
  using folder = new AlertFolder();
  await using bench = open(folder.path);
  bench.way.next = () => {
    throw failed({ retryAfterMs: 60_000 });
  };
  bench.put(noticeOf(1));
  await bench.clock.advance(59_000);
  expect(bench.way.tries).toBe(1);
  await bench.clock.advance(1_000);
  expect(bench.way.tries).toBe(2);
});

test('what is refused is given up at once, what fails where it is answered after some tries, all after a day', async () => {
  using folder = new AlertFolder();
  await using bench = open(folder.path);
  bench.way.next = ({ key }) => {
    if (key.includes('-1-')) throw new SignalboxError('NOTICE_REFUSED', 'no');
    if (key.includes('-2-')) throw failed({ isAnswered: true });
    if (key.includes('-3-')) throw failed();
  };
  const now = { atMs: bench.clock.now() };
  bench.put(noticeOf(1, now), noticeOf(2, now), noticeOf(3, now), noticeOf(4, now));
  await bench.clock.advance(0);
  expect(bench.told).toEqual(['given up life-1-raised', 'failing: no']);
  await bench.clock.advance(3_600_000);
  expect(bench.told.at(-1)).toBe('given up life-2-raised');
  const triesOfSecond = answeredTriesMost;
  expect(bench.way.tries).toBeGreaterThan(1 + triesOfSecond);
  await bench.clock.advance(noticeKeptMs);
  expect(bench.told.slice(2)).toEqual([
    'given up life-2-raised',
    'given up life-3-raised',
    'working',
  ]);
  expect(bench.way.taken).toEqual(['life-4-raised']);
  expect(bench.delivery.status()).toMatchObject({ givenUp: 3, sent: 1 });
});

test('a try that takes too long is one that failed', async () => {
  using folder = new AlertFolder();
  await using bench = open(folder.path);
  let aborted = 0;
  bench.way.next = async (_message, signal) =>
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted += 1;
        reject(new Error('gone'));
      });
    });
  bench.put(noticeOf(1));
  await bench.clock.advance(10_000);
  expect(aborted).toBe(1);
  expect(bench.told).toEqual(['failing: script: no answer in time']);
});

test('so many wait at the most; then the oldest is dropped, and that is told', async () => {
  using folder = new AlertFolder();
  await using bench = open(folder.path);
  bench.way.next = () => {
    throw failed();
  };
  const all = Array.from({ length: noticesMost + 3 }, (_, number) => noticeOf(number));
  bench.put(...all);
  await bench.clock.advance(0);
  expect(bench.told.filter((line) => line.startsWith('dropped'))).toEqual([
    'dropped life-0-raised',
    'dropped life-1-raised',
    'dropped life-2-raised',
  ]);
  expect(bench.delivery.status()).toMatchObject({ waiting: noticesMost, dropped: 3 });
  expect(bench.ledger.notices('way')).toHaveLength(noticesMost);
});

test('what was not sent when the gateway ended is sent by the next life, under the same key', async () => {
  using folder = new AlertFolder();
  {
    await using bench = open(folder.path);
    bench.way.next = ({ key }) => {
      if (key.includes('-2-')) throw failed();
    };
    bench.put(noticeOf(1), noticeOf(2), noticeOf(3));
    await bench.clock.advance(1);
    expect(bench.way.taken).toEqual(['life-1-raised']);
  }
  await using bench = open(folder.path);
  await expect.poll(() => bench.way.taken).toEqual(['life-2-raised', 'life-3-raised']);
  bench.ledger.keepWays(['other']);
  expect(bench.ledger.notices('way')).toEqual([]);
});

test('a way that is ended while it sends gives it up at once, and keeps it', async () => {
  using folder = new AlertFolder();
  {
    await using bench = open(folder.path);
    bench.way.next = async (_message, signal) =>
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('gone')));
      });
    bench.put(noticeOf(1));
    await bench.clock.advance(1);
  }
  await using bench = open(folder.path);
  await expect.poll(() => bench.way.taken).toEqual(['life-1-raised']);
});
