import { describe, expect, it } from 'vitest';
import { processWorkerFactory } from '../../../src/links/index.ts';
import { isAlive, misbehavingFactory, nodeWorkers, supervised } from './workers.ts';

const backOff = { firstMs: 1, longestMs: 10 };

describe.each(nodeWorkers)('a supervised worker ($kind)', ({ factory }) => {
  it('is started again when it crashes, and asked again', async () => {
    const worker = supervised(factory, { backOff });
    const states: string[] = [];
    worker.on('state', ({ state }) => states.push(state));
    await worker.start();
    const sent = worker.call('slowEcho', { ms: 20_000 }, { timeoutMs: 20_000 });
    const exit = worker.call('exit', { code: 5 });
    await expect(sent).rejects.toMatchObject({
      code: 'WORKER_LOST',
      details: { isSent: true },
      message: expect.stringContaining('exit code 5') as string,
    });
    await expect(exit).rejects.toMatchObject({ code: 'WORKER_LOST' });
    // While it starts, a call waits for it.
    expect(await worker.call('echo', 'again', { timeoutMs: 20_000 })).toBe('again');
    expect(states).toEqual(['starting', 'ready', 'waiting', 'starting', 'ready']);
    expect(worker.status).toMatchObject({ state: 'ready', restarts: 1 });
    expect(worker.statistics).toMatchObject({ lost: 2, results: 1 });
  });

  it('can be stopped and started, again and again', async () => {
    const worker = supervised(factory);
    for (let time = 0; time < 3; time += 1) {
      await expect(worker.call('echo', 1)).rejects.toMatchObject({ code: 'WORKER_UNAVAILABLE' });
      await Promise.all([worker.start(), worker.start()]);
      expect(await worker.call('echo', time)).toBe(time);
      await Promise.all([worker.stop(), worker.stop()]);
      expect(worker.state).toBe('stopped');
    }
    await worker.start();
    const stopped = worker.stop();
    await worker.start();
    await stopped;
    expect(await worker.call('echo', 'after all')).toBe('after all');
    await worker.restart();
    expect(await worker.call('echo', 'anew')).toBe('anew');
  });
});

describe('the state of a supervised worker', () => {
  it('is stopped after any number of stops, whenever they come', async () => {
    const worker = supervised(misbehavingFactory('silent'));
    for (let turns = 0; turns < 8; turns += 1) {
      const start = worker.start().catch(() => {});
      const stops: Promise<void>[] = [];
      const stopAgain = async (): Promise<void> => {
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        await worker.stop();
      };
      using _again = worker.on('state', ({ state }) => {
        if (state === 'stopped') stops.push(stopAgain());
      });
      await Promise.all([worker.stop(), worker.stop(), start]);
      await Promise.all(stops);
      expect(worker.state).toBe('stopped');
    }
  });

  it.each(['starting', 'waiting', 'error'] as const)(
    'is stopped when a listener stops it while it is %s',
    async (when) => {
      const worker = supervised(misbehavingFactory('crash'), { backOff });
      const states: string[] = [];
      worker.on('state', ({ state }) => {
        if (state === when) void worker.stop();
      });
      worker.on('state', ({ state }) => states.push(state));
      await expect(worker.start()).rejects.toMatchObject({ code: 'WORKER_UNAVAILABLE' });
      await expect.poll(() => worker.state).toBe('stopped');
      expect(worker.status.pid).toBeUndefined();
      // Each listener hears what happened in its order.
      expect(states.slice(-2)).toEqual([when === 'error' ? 'error' : 'stopping', 'stopped']);
    },
  );

  it('goes on from its end when a listener starts it again', async () => {
    const worker = supervised(misbehavingFactory('silent'));
    const states: string[] = [];
    worker.on('state', ({ state }) => {
      if (state === 'stopped' && states.length < 4) worker.start().catch(() => {});
    });
    worker.on('state', ({ state }) => states.push(state));
    worker.start().catch(() => {});
    await worker.stop();
    await expect.poll(() => worker.state).toBe('starting');
    await worker.stop();
    expect(states).toEqual(['starting', 'stopping', 'stopped', 'starting', 'stopping', 'stopped']);
    expect(worker.state).toBe('stopped');
  });
});

describe('a worker that cannot run', () => {
  it('is given up after so many crashes in so much time, until somebody starts it', async () => {
    const lines: string[] = [];
    const worker = supervised(misbehavingFactory('crash'), { backOff });
    worker.on('log', ({ level, line }) => lines.push(`${level}: ${line}`));
    for (let time = 1; time <= 2; time += 1) {
      await expect(worker.start()).rejects.toMatchObject({
        code: 'WORKER_UNAVAILABLE',
        message: expect.stringContaining('it ended with exit code 3') as string,
      });
      expect(worker.status).toMatchObject({ state: 'error', restarts: 5 * time });
      const call = worker.call('echo');
      await expect(call).rejects.toMatchObject({ code: 'WORKER_UNAVAILABLE' });
    }
    expect(lines.filter((line) => line === 'info: cannot import pyrpl')).toHaveLength(12);
    expect(lines).toContain('error: ended: it ended with exit code 3');
    await worker.stop();
    expect(worker.state).toBe('stopped');
  });

  it('is waited for as long as the caller says, and no longer', async () => {
    const worker = supervised(misbehavingFactory('silent'));
    const start = worker.start({ timeoutMs: 50 });
    const call = worker.call('echo', 1, { timeoutMs: 20 });
    const abort = new AbortController();
    const other = worker.call('echo', 1, { signal: abort.signal });
    await expect(call).rejects.toMatchObject({
      code: 'WORKER_UNAVAILABLE',
      details: { isSent: false },
    });
    abort.abort();
    await expect(other).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(start).rejects.toMatchObject({ code: 'WORKER_UNAVAILABLE' });
    expect(worker.state).toBe('starting');
    expect(worker.pendingCount).toBe(0);
  });

  it('is ended when it is not ready in time', async () => {
    const restart = { restartsMost: 0 };
    const worker = supervised(misbehavingFactory('silent'), { readyMs: 100, restart });
    const start = worker.start();
    const { pid = 0 } = worker.status;
    await expect(start).rejects.toMatchObject({
      message: expect.stringContaining('it was not ready within 100 ms') as string,
    });
    expect(isAlive(pid)).toBe(false);
  });

  it('because it speaks another protocol says so', async () => {
    const restart = { restartsMost: 0 };
    const worker = supervised(misbehavingFactory('other-protocol'), { restart });
    await expect(worker.start()).rejects.toMatchObject({
      message: expect.stringContaining('speaks version 7 of the worker protocol') as string,
    });
  });

  it.each([
    ['its program is missing', { command: ['/no/such/program'] as [string] }, 'not found'],
    [
      'its folder is missing',
      { command: ['/bin/true'] as [string], workingFolder: '/no/such/folder' },
      'it did not start',
    ],
  ])('because %s says so', async (_, options, reason) => {
    const worker = supervised(processWorkerFactory(options), { restart: { restartsMost: 0 } });
    await expect(worker.start()).rejects.toMatchObject({
      code: 'WORKER_UNAVAILABLE',
      message: expect.stringContaining(reason) as string,
    });
  });

  it('is stopped in the middle of its start', async () => {
    const worker = supervised(misbehavingFactory('silent'));
    const start = worker.start();
    const { pid = 0 } = worker.status;
    const refused = expect(start).rejects.toMatchObject({ code: 'WORKER_UNAVAILABLE' });
    await worker.stop();
    await refused;
    expect(isAlive(pid)).toBe(false);
    expect(worker.state).toBe('stopped');
  });

  it('has a limit of memory that is one', () => {
    expect(() => processWorkerFactory({ command: ['x'], memoryMostMib: 0 })).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT' }),
    );
  });
});
