import { describe, expect, it } from 'vitest';
import { count } from '../../support/count.ts';
import { misbehavingFactory, nodeWorkers, supervised } from './workers.ts';

const repeats = Array.from({ length: count(100) }, (_, index) => index);

/** Each on a worker that was stopped and started again before: what one leaves behind harms no other. */
describe.each(nodeWorkers)('commands to one worker ($kind)', ({ factory }) => {
  it('get their own answers, alone, at once, after a timeout, and in any order', async () => {
    const worker = supervised(factory);
    const tests = { single, concurrent, timedOut, cleanedUp };
    for (const repeat of repeats) {
      if (repeat % 5 === 0) {
        await worker.stop();
        await worker.start();
      }
      const names = Object.keys(tests) as (keyof typeof tests)[];
      // Every order comes: four tests have 24.
      const order = names.map((_, index) => names[(index * (1 + (repeat % 2) * 2) + repeat) % 4]);
      for (const name of order) if (name !== undefined) await tests[name](worker);
    }
  });

  async function single(worker: Asked): Promise<void> {
    expect(await worker.call('$/ping')).toBe('pong');
    expect(worker.pendingCount).toBe(0);
  }

  async function concurrent(worker: Asked): Promise<void> {
    const answers = Array.from({ length: 10 }, (_, value) =>
      worker.call('slowEcho', { ms: 10 - value, value }),
    );
    expect(worker.pendingCount).toBe(10);
    expect(await Promise.all(answers)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }

  async function timedOut(worker: Asked): Promise<void> {
    const late = worker.call('slowEcho', { ms: 40, value: 'late' }, { timeoutMs: 10 });
    await expect(late).rejects.toMatchObject({
      code: 'WORKER_TIMEOUT',
      details: { isSent: true, timeoutMs: 10 },
    });
    expect(await worker.call('echo', { value: 'next' })).toEqual({ value: 'next' });
  }

  async function cleanedUp(worker: Asked): Promise<void> {
    const calls = Array.from({ length: 20 }, (_, value) =>
      value % 2 === 0
        ? worker.call('echo', { value })
        : worker.call('fail', { text: `${value} failed` }),
    );
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(worker.pendingCount).toBe(0);
  }
});

interface Asked {
  readonly pendingCount: number;
  call(method: string, params?: unknown, options?: { timeoutMs: number }): Promise<unknown>;
}

describe('an older worker, whose replies carry no ids', () => {
  const isReplyNumbered = false;

  it('is understood, in the order of the calls', async () => {
    const worker = supervised(misbehavingFactory('old'));
    await worker.start();
    for (const repeat of repeats) {
      const values = [repeat, repeat + 1, repeat + 2];
      const answers = values.map((value) => worker.call('echo', { value }, { isReplyNumbered }));
      expect(await Promise.all(answers)).toEqual(values.map((value) => ({ value })));
    }
  });

  it('gives a late reply to nobody', async () => {
    const worker = supervised(misbehavingFactory('old-after-three'));
    const strays: unknown[] = [];
    worker.on('stray', (stray) => strays.push(stray));
    await worker.start();
    const late = worker.call('echo', { value: 3 }, { isReplyNumbered, timeoutMs: 50 });
    await expect(late).rejects.toMatchObject({ code: 'WORKER_TIMEOUT' });
    expect(await worker.call('echo', { value: 4 }, { isReplyNumbered })).toEqual({ value: 4 });
    expect(worker.statistics).toMatchObject({ late: 1, results: 1 });
    expect(strays).toEqual([{ kind: 'late', what: 'echo' }]);
  });

  it('answers nobody who expects an id', async () => {
    const worker = supervised(misbehavingFactory('old'));
    await worker.start();
    const strays: unknown[] = [];
    worker.on('stray', (stray) => strays.push(stray));
    const call = worker.call('echo', { value: 1 }, { timeoutMs: 300 });
    await expect(call).rejects.toMatchObject({ code: 'WORKER_TIMEOUT' });
    expect(worker.statistics).toMatchObject({ unknown: 1 });
    expect(strays).toEqual([{ kind: 'unknown', what: 'a call without an id' }]);
  });
});
