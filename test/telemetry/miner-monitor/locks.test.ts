// What the miner monitor's AsyncRWLock promises, and what it does not keep: its writers starve.
import { describe, expect, it } from 'vitest';
import { ReadWriteLock } from '../../../src/locks/index.ts';

const lock = (): ReadWriteLock => new ReadWriteLock({ name: 'miners' });
const pause = async (ms: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, ms));

describe('a read-write lock of the miner monitor', () => {
  it('lets many readers in at once', async () => {
    const shared = lock();
    let inside = 0;
    let most = 0;
    const read = async (): Promise<void> =>
      await shared.read(async () => {
        inside += 1;
        most = Math.max(most, inside);
        await pause(5);
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 5 }, async () => await read()));
    expect(most).toBe(5);
  });

  it('lets one writer in at a time, and no reader with it', async () => {
    const shared = lock();
    let writers = 0;
    let readers = 0;
    const seen: string[] = [];
    const write = async (): Promise<void> =>
      await shared.write(async () => {
        writers += 1;
        await pause(2);
        if (writers > 1 || readers > 0) seen.push(`${writers} writers, ${readers} readers`);
        writers -= 1;
      });
    const read = async (): Promise<void> =>
      await shared.read(async () => {
        readers += 1;
        await pause(2);
        if (writers > 0) seen.push(`${readers} readers with a writer`);
        readers -= 1;
      });
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) =>
        index % 3 === 0 ? await write() : await read(),
      ),
    );
    expect(seen).toEqual([]);
  });

  it('is free again when who holds it fails', async () => {
    const shared = lock();
    const failing = shared.write(() => {
      throw new TypeError('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    await expect(shared.read(() => 'in')).resolves.toBe('in');
  });

  it('wakes the writer that the last reader leaves behind', async () => {
    const shared = lock();
    const held = Promise.withResolvers<void>();
    const reading = shared.read(async () => await held.promise);
    const writing = shared.write(() => 'written');
    held.resolve();
    await reading;
    await expect(writing).resolves.toBe('written');
  });

  it('starves no writer, however many readers come one after the other', async () => {
    const shared = lock();
    const over = new AbortController();
    const reader = async (): Promise<void> => {
      while (!over.signal.aborted) await shared.read(async () => await pause(1));
    };
    const readers = Array.from({ length: 10 }, async () => await reader());
    let written = 0;
    for (let turn = 0; turn < 20; turn += 1) {
      await shared.write(() => void (written += 1));
    }
    over.abort();
    await Promise.all(readers);
    expect(written).toBe(20);
  });
});
