import { describe, expect, it } from 'vitest';
import { processWorkerFactory } from '../../../src/links/index.ts';
import { supervised } from './workers.ts';

const program = `${import.meta.dirname}/programs/python_worker.py`;
const packageFolder = new URL('../../../python', import.meta.url).pathname;
const factory = processWorkerFactory({
  command: ['/usr/bin/python3', program, packageFolder],
});

describe('a worker made with the Python package', () => {
  it('answers many at once, each its own', async () => {
    const worker = supervised(factory);
    const introduction = await worker.start();
    expect(introduction.functions).toContainEqual(
      expect.objectContaining({ name: 'echo', doc: 'Gives back what it is given.' }),
    );
    const calls = Array.from({ length: 500 }, (_, value) => worker.call('echo', { value }));
    expect(await Promise.all(calls)).toEqual(calls.map((_, value) => ({ value })));
    expect(await worker.call('$/ping')).toBe('pong');
  });

  it('is given arrays, and gives them back as they were', async () => {
    const worker = supervised(factory);
    await worker.start();
    expect(await worker.call('double', { values: Float32Array.of(0.5, 1, 1.5) })).toEqual([
      1, 2, 3,
    ]);
    const value = new Uint8Array([1, 2, 3]);
    const back = (await worker.call('echo', { value })) as { readonly value: Uint8Array };
    expect(Array.from(back.value)).toEqual([1, 2, 3]);
  });

  it('fails, is cancelled, tells of its progress and of events, and asks its host', async () => {
    const double = (params: { readonly value: number }): number => params.value * 2;
    const worker = supervised(factory, { functions: { double } });
    const lines: string[] = [];
    worker.on('log', ({ line }) => lines.push(line));
    await worker.start();
    await expect(worker.call('fail', { text: 'no laser' })).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      details: { type: 'ValueError', traceback: expect.stringContaining('no laser') as string },
    });
    await expect(worker.call('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(worker.call('echo', { wrong: 1 })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    const late = worker.call('until_cancelled', {}, { timeoutMs: 50 });
    await expect(late).rejects.toMatchObject({ code: 'WORKER_TIMEOUT' });
    const steps: unknown[] = [];
    const onProgress = (value: unknown): void => void steps.push(value);
    expect(await worker.call('steps', { to: 2 }, { onProgress })).toBe('done');
    expect(steps).toEqual([{ step: 1 }, { step: 2 }]);
    const heard: unknown[] = [];
    worker.on('event', (event) => heard.push(event));
    expect(await worker.call('emit', { count: 1 })).toBe(1);
    expect(heard).toEqual([{ name: 'tick', data: { index: 0 } }]);
    await expect.poll(() => lines).toContain('printed');
    const asked = worker.call('ask_host', { method: 'double', params: { value: 21 } });
    expect(await asked).toBe(42);
    await worker.drain();
    expect(worker.state).toBe('stopped');
    expect(worker.statistics.malformed).toBe(0);
  });
});
