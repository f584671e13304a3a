import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import type { SignalboxError } from '../../../src/kernel/index.ts';
import {
  givenUpMs,
  lingerMs,
  nodeProcessWorkerFactory,
  SharedWorker,
  workerLinkFactory,
} from '../../../src/links/index.ts';
import type { SupervisedWorker, SupervisedWorkerOptions } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { WorkerDriver } from '../../../src/instruments/index.ts';
import { misbehavingFactory, nodeWorkers, supervised } from './workers.ts';

const signal = AbortSignal.timeout(60_000);
const backOff = { firstMs: 1, longestMs: 10 };
const by = { id: 'test', program: 'test', door: 'test', sinceMs: 0 };
const [{ factory } = { factory: nodeProcessWorkerFactory({ module: '' }) }] = nodeWorkers;

function shared(options: Partial<SupervisedWorkerOptions> = {}): {
  readonly clock: ManualClock;
  readonly worker: SupervisedWorker;
  readonly shared: SharedWorker;
} {
  const clock = new ManualClock();
  const worker = supervised(options.factory ?? factory, { backOff, ...options });
  return { clock, worker, shared: new SharedWorker(worker, clock) };
}

describe('a worker that links share', () => {
  it('is started by the first that opens, and stopped with the last', async () => {
    const { worker, shared: one } = shared();
    const links = workerLinkFactory(one);
    const [first, second] = [links.create(), links.create()];
    expect(worker.state).toBe('stopped');
    await Promise.all([first.open(signal), second.open(signal)]);
    expect(await second.call?.('echo', 1, signal)).toBe(1);
    expect((await first.introduction?.())?.name).toBe('test worker');
    await first.close();
    expect(worker.state).toBe('ready');
    await Promise.all([second.close(), second.close(), first.close()]);
    expect(worker.state).toBe('stopped');
    await expect(second.call?.('echo', 1, signal)).rejects.toMatchObject({
      code: 'WORKER_UNAVAILABLE',
    });
    expect(worker.statistics.calls).toBe(1);
  });

  it('breaks all its links when it ends, and is kept until they come back', async () => {
    const { clock, worker, shared: one } = shared();
    const links = workerLinkFactory(one);
    const [first, second] = [links.create(), links.create()];
    await Promise.all([first.open(signal), second.open(signal)]);
    const broken = Promise.allSettled([first.read(signal), second.read(signal)]);
    const lost = first.call?.('exit', { code: 4 }, signal);
    await expect(lost).rejects.toMatchObject({ code: 'WORKER_LOST' });
    for (const result of await broken) {
      expect(result).toMatchObject({ reason: { code: 'WORKER_LOST' } });
    }
    await Promise.all([first.close(), second.close()]);
    expect(worker.state).not.toBe('stopped');
    const third = links.create();
    await third.open(signal);
    await clock.advance(lingerMs);
    expect(worker.status).toMatchObject({ state: 'ready', restarts: 1 });
    expect(await third.call?.('echo', 2, signal)).toBe(2);
  });

  it('is stopped when none of those comes back', async () => {
    const { clock, worker, shared: one } = shared();
    const link = workerLinkFactory(one).create();
    await link.open(signal);
    await expect(link.call?.('exit', { code: 4 }, signal)).rejects.toThrow();
    await expect(link.read(signal)).rejects.toThrow();
    await link.close();
    await worker.start();
    await clock.advance(lingerMs - 1);
    expect(worker.state).toBe('ready');
    await clock.advance(1);
    await expect.poll(() => worker.state).toBe('stopped');
  });

  it('is left alone for a while once it was given up', async () => {
    const { clock, worker, shared: one } = shared({ factory: misbehavingFactory('crash') });
    const links = workerLinkFactory(one);
    const open = async (): Promise<unknown> =>
      await links
        .create()
        .open(signal)
        .catch((error: unknown) => error);
    expect(await open()).toMatchObject({ code: 'WORKER_UNAVAILABLE' });
    expect(worker.status).toMatchObject({ state: 'error', restarts: 5 });
    const refusal = await open();
    expect(refusal).toMatchObject({ code: 'WORKER_UNAVAILABLE' });
    expect((refusal as SignalboxError).message).toContain('given up');
    await clock.advance(givenUpMs - 1);
    await open();
    expect(worker.status.restarts).toBe(5);
    await clock.advance(1);
    await open();
    expect(worker.status.restarts).toBe(10);
  });

  it('carries no bytes, and survives who tries', async () => {
    const { shared: one } = shared();
    const link = workerLinkFactory(one).create();
    await link.open(signal);
    const written = link.write(new Uint8Array([1]), { end: true, signal });
    await expect(written).rejects.toMatchObject({ code: 'INSTRUMENT_ERROR' });
    expect(await link.call?.('echo', 3, signal)).toBe(3);
    await link.close();
  });
});

describe('a port to a worker', () => {
  it('keeps its link when calls are late, and their answers go to nobody', async () => {
    const { worker, shared: one } = shared();
    await using port = new Port({
      name: 'port',
      link: workerLinkFactory(one),
      resynchronization: { kind: 'none' },
    });
    port.open();
    const driver = new WorkerDriver({ parameters: [], timeoutMs: 20 });
    for (let time = 0; time < 8; time += 1) {
      const late = port.transact(driver.call('slowEcho', { ms: 3_000, value: time }), by);
      await expect(late).rejects.toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        details: { cause: 'INSTRUMENT_TIMEOUT' },
      });
    }
    const whole = new WorkerDriver({ parameters: [] });
    expect(await port.transact(whole.call('echo', 'mine'), by)).toBe('mine');
    expect(port.statistics().reconnects).toBe(0);
    expect(worker.status).toMatchObject({ state: 'ready', restarts: 0 });
  });

  it('repeats a read whose worker died, and no call', async () => {
    const { worker, shared: one } = shared();
    await using port = new Port({
      name: 'port',
      link: workerLinkFactory(one),
      resynchronization: { kind: 'none' },
    });
    port.open();
    const driver = new WorkerDriver({
      parameters: [
        { name: 'fatal', read: 'exit', arguments: { code: 1 }, type: 'float' },
        { name: 'aborted', read: 'abortedCount', type: 'integer' },
      ],
    });
    const parameter = (name: string) => driver.parameters.find((each) => each.name === name);
    const [fatal, aborted] = [parameter('fatal'), parameter('aborted')];
    if (fatal === undefined || aborted === undefined) throw new Error('no parameters');
    await expect(port.transact(driver.call('exit', { code: 1 }), by)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      details: { cause: 'WORKER_LOST' },
    });
    expect(await port.transact(driver.read(aborted), by)).toBe(0);
    expect(worker.status.restarts).toBe(1);
    await expect(port.transact(driver.read(fatal), by)).rejects.toMatchObject({
      code: 'WORKER_LOST',
    });
    // Once, and repeated twice.
    await expect.poll(() => worker.status.restarts).toBe(4);
  });
});
