import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { CallSlots } from '../../../src/links/visa-library/call-slots.ts';
import type { SlotWish } from '../../../src/links/visa-library/call-slots.ts';

let slots: CallSlots;
let running: string[];
let ends: Map<string, () => void>;
beforeEach(() => {
  slots = new CallSlots(2);
  running = [];
  ends = new Map();
});

/** A call that lasts until its name is ended. */
async function call(name: string, wish: SlotWish): Promise<number> {
  return await slots.run(wish, async ({ kept }) => {
    running.push(name);
    await new Promise<void>((resolve) => void ends.set(name, resolve));
    running = running.filter((each) => each !== name);
    return kept;
  });
}

async function end(name: string): Promise<void> {
  ends.get(name)?.();
  await turnOfLoop();
}

describe('the places for calls of a VISA library', () => {
  it('are given to who came first, and no more than there are', async () => {
    const calls = ['a', 'b', 'c', 'd'].map(async (name) => await call(name, { resource: name }));
    await turnOfLoop();
    expect(running).toEqual(['a', 'b']);
    await end('b');
    expect(running).toEqual(['a', 'c']);
    await end('a');
    expect(running).toEqual(['c', 'd']);
    await end('c');
    await end('d');
    // The last place keeps others from theirs, and says from how many.
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 1]);
  });

  it('are one for a resource at a time, whoever waits behind it', async () => {
    for (const name of ['a', 'b']) void call(name, { resource: 'dead' });
    void call('c', { resource: 'live' });
    await turnOfLoop();
    expect(running).toEqual(['a', 'c']);
    await end('a');
    expect(running).toEqual(['c', 'b']);
  });

  it('are not all taken by openings', async () => {
    for (const name of ['a', 'b']) void call(name, { resource: name, isOpening: true });
    void call('c', { resource: 'live' });
    await turnOfLoop();
    expect(running).toEqual(['a', 'c']);
    await end('c');
    expect(running).toEqual(['a']);
    await end('a');
    expect(running).toEqual(['b']);
    slots = new CallSlots(1);
    void call('only', { resource: 'only', isOpening: true });
    await turnOfLoop();
    expect(running).toEqual(['b', 'only']);
  });

  it('are not waited for by who has gone', async () => {
    const abort = new AbortController();
    for (const name of ['a', 'b']) void call(name, { resource: name });
    const left = call('c', { resource: 'c', signal: abort.signal });
    left.catch(() => {});
    abort.abort();
    await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
    await turnOfLoop();
    void call('d', { resource: 'd' });
    await end('a');
    expect(running).toEqual(['b', 'd']);
  });

  it('are refused to a resource whose call was abandoned, until that comes back', async () => {
    void call('a', { resource: 'dead' });
    await turnOfLoop();
    expect(slots.abandon('other')).toBe(false);
    expect(slots.abandon('dead')).toBe(true);
    await expect(call('b', { resource: 'dead' })).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
      message: expect.stringContaining('dead was abandoned'),
    });
    await end('a');
    void call('b', { resource: 'dead' });
    await turnOfLoop();
    expect(running).toEqual(['b']);
  });
});
