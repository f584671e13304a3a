import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  callsInFlightMost,
  logLineLengthMost,
  logLinesPerSecondMost,
  nodeProcessWorkerFactory,
  threadWorkerFactory,
} from '../../../src/links/index.ts';
import { membersOf, misbehavingFactory, supervised } from './workers.ts';

const module = new URL('programs/worker.ts', import.meta.url).pathname;
/** A worker that is ended is not started again: what happens once is what is looked at. */
const restart = { restartsMost: 0 };

describe('a worker that does wrong', () => {
  it.each([
    ['flood', 'bytes that are no message'],
    ['endless', 'bytes that are no message'],
    ['lengths', 'arrays that cannot be'],
    ['half-line-then-die', 'exit code 9'],
  ])('in the way of %s loses its calls, and is ended', async (mode, reason) => {
    const worker = supervised(misbehavingFactory(mode), { restart });
    await worker.start();
    const { pid = 0 } = worker.status;
    const call = worker.call('echo', {}, { timeoutMs: 25_000 });
    await expect(call).rejects.toMatchObject({
      code: 'WORKER_LOST',
      message: expect.stringContaining(reason) as string,
    });
    await expect.poll(() => worker.state).toBe('error');
    expect(worker.status.reason).toContain(reason);
    await expect.poll(() => membersOf(pid)).toEqual([]);
  });

  it.each(['half-line', 'half-array', 'deaf'])(
    'in the way of %s costs its callers their timeout',
    async (mode) => {
      const worker = supervised(misbehavingFactory(mode), { restart });
      await worker.start();
      const call = worker.call('echo', {}, { timeoutMs: 100 });
      await expect(call).rejects.toMatchObject({ code: 'WORKER_TIMEOUT' });
      expect(worker.pendingCount).toBe(0);
    },
  );

  it('and prints garbage between its answers is understood all the same', async () => {
    const lines: string[] = [];
    const worker = supervised(misbehavingFactory('garbage'), { restart });
    worker.on('log', ({ line }) => lines.push(line));
    await worker.start();
    for (let value = 0; value < 50; value += 1) {
      expect(await worker.call('echo', { value })).toEqual({ value });
    }
    await worker.drain(1);
    const { malformed, unknown, duplicate, results } = worker.statistics;
    expect({ results, unknown }).toEqual({ results: 50, unknown: 50 });
    expect(malformed).toBeGreaterThanOrEqual(100);
    expect(duplicate).toBeGreaterThanOrEqual(49);
    expect(lines).toContain('no message (encoding): ... .[31m not JSON {');
    expect(lines.length).toBeLessThan(40);
  });

  it.each([
    ['fills its standard error', 'loud'],
    ['says too much for the log', 'talkative'],
  ])('and %s fills no log', async (_, mode) => {
    const lines: string[] = [];
    const worker = supervised(misbehavingFactory(mode), { restart });
    worker.on('log', ({ line }) => lines.push(line));
    await worker.start();
    await worker.call('echo', {}, { timeoutMs: 20_000 });
    await worker.stop();
    expect(lines.length).toBeLessThan(logLinesPerSecondMost * 20);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(
      logLineLengthMost + 1,
    );
    expect(lines.some((line) => /^… \d+ more lines were left out$/.test(line))).toBe(true);
  });

  it('and says what is no text where there must be one breaks nothing', async () => {
    const said: unknown[] = [];
    const worker = supervised(misbehavingFactory('no-text'), { restart });
    worker.on('log', (line) => said.push(line));
    worker.on('event', (event) => said.push(event));
    await worker.start();
    expect(await worker.call('echo', { value: 1 })).toEqual({ value: 1 });
    expect(said).toEqual([
      { level: 'warn', line: 'an event that has no name' },
      { level: 'warn', line: 'a line for the log that is no text' },
      { level: 'info', line: 'x' },
      { level: 'error', line: 'y' },
    ]);
  });

  it('and nests what it says without end is understood all the same', async () => {
    const said: unknown[] = [];
    const worker = supervised(misbehavingFactory('deep'), { restart });
    worker.on('log', ({ line }) => said.push(line.slice(0, 28)));
    worker.on('event', (event) => said.push(event));
    await worker.start();
    expect(await worker.call('echo', { value: 1 })).toEqual({ value: 1 });
    expect(worker.statistics).toMatchObject({ malformed: 4, results: 1, failures: 0 });
    expect(new Set(said)).toHaveLength(4);
    expect(said[0]).toBe('no message (nesting): [[[[[[');
  });

  it('and allocates without end gets no more than its limit', async () => {
    const worker = supervised(misbehavingFactory('allocate', 200), { restart });
    worker.on('log', () => {});
    await worker.start();
    const { pid = 0 } = worker.status;
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, residentMib(pid))), 5);
    const call = worker.call('echo', {}, { timeoutMs: 25_000 });
    await expect(call).rejects.toMatchObject({ code: 'WORKER_LOST' });
    clearInterval(timer);
    expect(most).toBeLessThan(300);
  });

  it.each([
    ['process', nodeProcessWorkerFactory({ module, memoryMostMib: 60 })],
    ['thread', threadWorkerFactory({ module, memoryMostMib: 60 })],
  ])('and is a %s of Node that allocates without end dies alone', async (_, factory) => {
    const worker = supervised(factory, { restart });
    await worker.start();
    expect(await worker.call('echo', [1])).toEqual([1]);
    const call = worker.call('allocate', {}, { timeoutMs: 25_000 });
    await expect(call).rejects.toMatchObject({ code: 'WORKER_LOST' });
    await expect.poll(() => worker.state).toBe('error');
    expect(worker.status.reason).toMatch(/memory|exit code|SIGABRT/);
  });

  it('and does not read is asked no more than the bound', async () => {
    const worker = supervised(misbehavingFactory('deaf'), { restart, callsMost: 100 });
    await worker.start();
    const params = { text: 'x'.repeat(100_000) };
    const calls = Array.from({ length: 120 }, () =>
      worker.call('echo', params, { timeoutMs: 500 }),
    );
    const outcomes = (await Promise.allSettled(calls)).map((each) =>
      each.status === 'rejected' ? (each.reason as { code: string }).code : 'answered',
    );
    expect(outcomes.filter((code) => code === 'WORKER_BUSY')).toHaveLength(20);
    expect(outcomes.filter((code) => code === 'WORKER_TIMEOUT')).toHaveLength(100);
    expect(callsInFlightMost).toBe(4_096);
  });

  it('and is stopped while calls wait says which of them it had', async () => {
    const worker = supervised(misbehavingFactory('deaf'), { restart });
    await worker.start();
    const params = { text: 'x'.repeat(500_000) };
    const calls = Promise.allSettled(Array.from({ length: 20 }, () => worker.call('echo', params)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await worker.stop();
    const codes = (await calls).map((each) =>
      each.status === 'rejected' ? (each.reason as { code: string }).code : 'answered',
    );
    expect(new Set(codes)).toEqual(new Set(['WORKER_LOST', 'WORKER_UNAVAILABLE']));
  });
});

function residentMib(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return (pages * 4_096) / 1_048_576;
  } catch {
    return 0;
  }
}
