import { describe, expect, it } from 'vitest';
import { EventFeed } from '../../../src/links/worker/event-feed.ts';
import type { WorkerEvent } from '../../../src/links/worker/worker-status.ts';

describe('a feed of events', () => {
  it('serves all who wait, in their order, and lets all go at its end', async () => {
    let push: ((event: WorkerEvent) => void) | undefined;
    const feed = new EventFeed((listener) => {
      push = listener;
      return { [Symbol.dispose]: () => {} };
    });
    const waits = Array.from({ length: 4 }, () => feed.next());
    push?.({ name: 'first', data: 1 });
    push?.({ name: 'second', data: 2 });
    expect((await waits[0])?.value).toMatchObject({ name: 'first' });
    expect((await waits[1])?.value).toMatchObject({ name: 'second' });
    await feed.return();
    expect(await Promise.all(waits.slice(2))).toMatchObject([{ done: true }, { done: true }]);
  });
});
