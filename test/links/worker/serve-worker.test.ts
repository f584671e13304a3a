import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../src/kernel/index.ts';
import { ShapedArray } from '../../../src/protocols/index.ts';
import { serveWorker } from '../../../src/links/worker/serve/worker-api.ts';
import { nodeWorkers, supervised } from './workers.ts';

describe.each(nodeWorkers)('a worker written for Node ($kind)', ({ factory }) => {
  it('says what it is and what it can', async () => {
    const worker = supervised(factory);
    const introduction = await worker.start();
    expect(introduction).toMatchObject({ name: 'test worker', version: '1.2.3' });
    expect(introduction.functions).toContainEqual({
      name: 'echo',
      doc: 'Gives back what it is given.',
    });
    expect(introduction.functions).toContainEqual({ name: 'scope2', group: 'scope' });
  });

  it('answers thousands of calls at once, each its own', async () => {
    const worker = supervised(factory);
    await worker.start();
    const text = 'x'.repeat(100);
    for (let round = 0; round < 3; round += 1) {
      const calls = Array.from({ length: 4_000 }, (_, value) =>
        worker.call('echo', { value, text }),
      );
      expect(await Promise.all(calls)).toEqual(calls.map((_, value) => ({ value, text })));
    }
    expect(worker.statistics.malformed).toBe(0);
  });

  it('gives arrays as arrays, both ways', async () => {
    const worker = supervised(factory);
    await worker.start();
    const params = {
      samples: Float64Array.from([1.5, -0, Infinity]),
      bytes: new Uint8Array([1, 2, 3]).subarray(1),
      image: new ShapedArray(new Int16Array(6), [3, 2]),
    };
    expect(await worker.call('echo', params)).toEqual(params);
    expect(params.samples).toHaveLength(3);
    const { volts, image } = (await worker.call('trace', { samples: 16_384 })) as {
      volts: Float32Array;
      image: ShapedArray;
    };
    expect(volts).toEqual(Float32Array.from({ length: 16_384 }, (_, index) => index));
    expect(image).toMatchObject({ shape: [2, 3], type: '<u2' });
    const long = new Float32Array(5_000_000).fill(0.5);
    const back = (await worker.call('echo', long, { timeoutMs: 20_000 })) as Float32Array;
    expect(back.length).toBe(long.length);
    expect(back.at(-1)).toBe(0.5);
  });

  it('answers errors with what they are', async () => {
    const worker = supervised(factory, {
      functions: {
        readPort: () => {
          throw new SignalboxError('PORT_ABSENT', 'no such port', { details: { port: 'bus' } });
        },
      },
    });
    await worker.start();
    await expect(worker.call('fail', { text: 'no laser' })).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: 'worker, fail: no laser',
      details: { type: 'TypeError', traceback: expect.stringContaining('worker.ts') as string },
    });
    await expect(worker.call('failLater', { text: 'later' })).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      details: { type: 'RangeError' },
    });
    await expect(worker.call('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(worker.call('unserializable')).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await expect(worker.call('echo', { big: 1n })).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    // From the host to the worker, and back.
    await expect(worker.call('askHost', { method: 'readPort' })).rejects.toMatchObject({
      code: 'PORT_ABSENT',
      fault: 'link',
      details: { port: 'bus' },
    });
    await expect(worker.call('askHost', { method: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('answers errors of any length, with what of them can travel', async () => {
    const worker = supervised(factory);
    await worker.start();
    const length = 2_000_000;
    const failed = worker.call('failAtLength', { length });
    await expect(failed).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringMatching(/^worker, failAtLength: "{2000}$/) as string,
      details: { type: 'TypeError' },
    });
    await expect(worker.call('failWithDetails', { length })).rejects.toMatchObject({
      code: 'PORT_ABSENT',
      message: '"'.repeat(2_000),
      nextStep: '"'.repeat(2_000),
      details: { port: 'bus', count: 2 },
    });
  });

  it('publishes no more than its host takes', async () => {
    const worker = supervised(factory);
    let heard = 0;
    worker.on('event', () => (heard += 1));
    await worker.start();
    for (let round = 1; round <= 3; round += 1) {
      const told = await worker.call('publish', { count: 200 }, { timeoutMs: 20_000 });
      expect(told).toMatchObject({ code: 'WORKER_BUSY' });
      const { published } = told as { published: number };
      expect(published).toBeGreaterThan(60);
      expect(published).toBeLessThanOrEqual(65);
      expect(heard).toBe(published);
      heard = 0;
      // What was taken by then is known to the worker.
      expect(await worker.call('echo', 1)).toBe(1);
    }
    const long = new Uint8Array(100_000_000);
    expect(await worker.call('echo', long, { timeoutMs: 20_000 })).toHaveLength(long.length);
  });

  it('may fill an array again as soon as it has published it', async () => {
    const worker = supervised(factory);
    const heard: number[] = [];
    worker.on('event', ({ data }) => heard.push((data as Float64Array)[0] ?? NaN));
    await worker.start();
    await worker.call('refill', { count: 20 });
    expect(heard).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('dies alone of what has no text', async () => {
    const worker = supervised(factory, { restart: { restartsMost: 0 } });
    await worker.start();
    await worker.call('throwOutside');
    await expect.poll(() => worker.state).toBe('error');
  });

  it('may ask its host, many times at once', async () => {
    const double = async (value: number): Promise<number> => await Promise.resolve(value * 2);
    const worker = supervised(factory, { functions: { double } });
    await worker.start();
    const calls = Array.from({ length: 100 }, (_, index) =>
      worker.call('askHost', { method: 'double', params: index }),
    );
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => index * 2));
    expect(worker.statistics.requests).toBe(100);
  });

  it('runs calls of one group one after the other, and groups side by side', async () => {
    const worker = supervised(factory);
    await worker.start();
    const order: string[] = [];
    const call = async (name: string, ms: number): Promise<void> => {
      expect(await worker.call(name, { ms })).toBe(0);
      order.push(`${name} ${ms}`);
    };
    await Promise.all([
      call('scope1', 60),
      call('scope2', 1),
      call('scope1', 2),
      call('asg1', 10),
      call('asg1', 1),
    ]);
    expect(order.filter((each) => each.startsWith('scope'))).toEqual([
      'scope1 60',
      'scope2 1',
      'scope1 2',
    ]);
    expect(order.indexOf('asg1 1')).toBeLessThan(order.indexOf('scope1 60'));
  });

  it('leaves the line of its group when its caller takes the call back', async () => {
    const worker = supervised(factory);
    await worker.start();
    const first = worker.call('scope1', { ms: 100 });
    const taken = new AbortController();
    const second = worker.call('scope2', { ms: 10_000 }, { signal: taken.signal });
    const third = worker.call('scope2', { ms: 1 });
    taken.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await Promise.all([first, third])).toEqual([0, 0]);
  });

  it('is told when a call is cancelled or its time is over', async () => {
    const worker = supervised(factory);
    await worker.start();
    const abort = new AbortController();
    const cancelled = worker.call('untilCancelled', {}, { signal: abort.signal });
    const late = worker.call('untilCancelled', {}, { timeoutMs: 20 });
    await expect(late).rejects.toMatchObject({ code: 'WORKER_TIMEOUT' });
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(() => worker.call('abortedCount')).toBe(2);
    await expect.poll(() => worker.statistics.late).toBe(2);
    await expect(worker.call('echo', 1, { signal: abort.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('tells of its progress and of events, in order', async () => {
    const worker = supervised(factory);
    await worker.start();
    const steps: unknown[] = [];
    const onProgress = (value: unknown): void => {
      steps.push(value);
      throw new Error('a listener that fails disturbs nobody');
    };
    expect(await worker.call('steps', { to: 3 }, { onProgress })).toBe('done');
    expect(steps).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
    const heard: unknown[] = [];
    using _listener = worker.on('event', (event) => heard.push(event));
    await worker.call('emit', { count: 2 });
    expect(heard).toEqual([
      { name: 'tick', data: { index: 0 } },
      { name: 'tick', data: { index: 1 } },
    ]);
  });

  it('holds nobody up with events that are not taken, and says how many are gone', async () => {
    const worker = supervised(factory);
    await worker.start();
    await using feed = worker.events();
    await worker.call('emit', { count: 3_000 });
    const first = await feed.next();
    expect(first.value).toEqual({ name: 'tick', data: { index: 1_976 }, dropped: 1_976 });
    const second = await feed.next();
    expect(second.value).toEqual({ name: 'tick', data: { index: 1_977 }, dropped: 0 });
  });

  it('may print', async () => {
    const lines: string[] = [];
    const worker = supervised(factory);
    worker.on('log', ({ level, line }) => lines.push(`${level}: ${line}`));
    await worker.start();
    expect(await worker.call('print', { text: 'hello' })).toBe(true);
    await expect
      .poll(() => lines)
      .toEqual(expect.arrayContaining(['info: hello', 'info: hello again', 'warn: told']));
    expect(worker.statistics.malformed).toBe(0);
  });

  it('ends what is under way before it ends, and takes nothing new', async () => {
    const worker = supervised(factory);
    await worker.start();
    const slow = worker.call('slowEcho', { ms: 100, value: 'finished' });
    const drained = worker.drain();
    await expect(worker.call('echo', 1)).rejects.toMatchObject({
      code: 'WORKER_UNAVAILABLE',
      details: { isSent: false },
    });
    expect(await slow).toBe('finished');
    await drained;
    expect(worker.state).toBe('stopped');
  });

  it('is ended by force when it does not drain in time', async () => {
    const worker = supervised(factory);
    await worker.start();
    const blocked = worker.call('block', {}, { timeoutMs: 20_000 });
    const [outcome] = await Promise.allSettled([blocked, worker.drain(50)]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'WORKER_LOST' } });
    expect(worker.state).toBe('stopped');
  });
});

describe('serveWorker', () => {
  it.each([
    [{ scope: ['missing'] }, 'names missing, which is no function'],
    [{ one: ['f'], two: ['f'] }, 'is in the groups one and two'],
  ])('refuses groups that cannot be: %j', (groups, message) => {
    expect(() => serveWorker({ name: 'x', functions: { f: () => 1 }, groups })).toThrow(
      expect.objectContaining({
        code: 'BAD_ARGUMENT',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});
