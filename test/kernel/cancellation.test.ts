import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  cancellationError,
  lifeController,
  onAbort,
  raceAbort,
  SignalboxError,
  throwIfCancelled,
} from '../../src/kernel/index.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;
const never = new Promise<never>(() => {});

/** Failures that nobody took note of. */
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});

afterEach(() => void process.off('unhandledRejection', note));

/** Long enough for Node to notice a rejection that nobody handles. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('a cancelled wait', () => {
  it('ends with the reason of the signal when that is an error of ours', () => {
    const reason = new SignalboxError('CLOSED', 'the port was closed');
    expect(cancellationError(AbortSignal.abort(reason), 'a read')).toBe(reason);
  });

  it('ends as CANCELLED with any other reason as the cause', () => {
    const error = cancellationError(AbortSignal.abort('enough'), 'a read');
    expect(error).toMatchObject({
      code: 'CANCELLED',
      message: 'a read was cancelled',
      cause: 'enough',
    });
  });

  it('is refused before it begins', () => {
    expect(() => throwIfCancelled(AbortSignal.abort(), 'a read')).toThrow('a read was cancelled');
    expect(() => throwIfCancelled(new AbortController().signal, 'a read')).not.toThrow();
    expect(() => throwIfCancelled(undefined, 'a read')).not.toThrow();
  });
});

describe('what is to run on an abort', () => {
  it('runs once, at once when it is late, and not after it was taken away', () => {
    const stop = new AbortController();
    const ran: string[] = [];
    onAbort(stop.signal, () => ran.push('kept'));
    onAbort(stop.signal, () => ran.push('taken away'))[Symbol.dispose]();
    stop.abort();
    stop.abort();
    onAbort(stop.signal, () => ran.push('late'));
    expect(ran).toEqual(['kept', 'late']);
    expect(listeners(stop.signal)).toBe(0);
  });

  it('is told to all who listen to a long life, also where one of them fails', () => {
    const later: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (run: () => void) => later.push(run));
    const controller = lifeController();
    let told = 0;
    for (const text of ['first', 'second']) {
      onAbort(controller.signal, () => {
        throw new Error(text);
      });
      onAbort(controller.signal, () => (told += 1));
    }
    controller.abort();
    vi.unstubAllGlobals();
    expect(told).toBe(2);
    // Nobody swallows what failed.
    expect(later.map((run) => expect(run).toThrow())).toHaveLength(2);
  });

  it('never runs where there is no signal', () => {
    using _nothing = onAbort(undefined, () => expect.unreachable());
  });
});

describe('a promise raced against an abort', () => {
  it('settles as the promise does, and leaves no listener', async () => {
    const { signal } = new AbortController();
    expect(await raceAbort(Promise.resolve(7), signal, 'a read')).toBe(7);
    await expect(raceAbort(Promise.reject(new Error('no')), signal, 'a read')).rejects.toThrow(
      'no',
    );
    expect(await raceAbort(Promise.resolve(8), undefined, 'a read')).toBe(8);
    expect(listeners(signal)).toBe(0);
  });

  it('rejects when the signal aborts, and leaves no listener', async () => {
    const stop = new AbortController();
    const race = raceAbort(never, stop.signal, 'a read');
    expect(listeners(stop.signal)).toBe(1);
    stop.abort();
    await expect(race).rejects.toMatchObject({
      code: 'CANCELLED',
      message: 'a read was cancelled',
    });
    expect(listeners(stop.signal)).toBe(0);
  });

  it('rejects at once when the signal was aborted before', async () => {
    const race = raceAbort(never, AbortSignal.abort(), 'a read');
    await expect(race).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('leaves nothing behind of many waits under one signal', async () => {
    const { signal } = new AbortController();
    for (let wait = 0; wait < 1_000; wait += 1)
      await raceAbort(Promise.resolve(), signal, 'a read');
    expect(listeners(signal)).toBe(0);
  });

  it('lets no failure that comes after the abort go unhandled', async () => {
    const early = Promise.withResolvers<void>();
    await expect(raceAbort(early.promise, AbortSignal.abort(), 'a read')).rejects.toThrow();
    const stop = new AbortController();
    const late = Promise.withResolvers<void>();
    const race = raceAbort(late.promise, stop.signal, 'a read');
    stop.abort();
    await expect(race).rejects.toThrow();
    early.reject(new Error('too late'));
    late.reject(new Error('too late'));
    await nextTurn();
    expect(unhandled).toEqual([]);
  });
});
