import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/kernel/index.ts';
import { WaitGraph } from '../../src/locks/index.ts';
import { Port } from '../../src/ports/index.ts';
import { count } from '../support/count.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { MemoryBench } from '../support/memory-link.ts';
import { recordProof } from '../support/proof.ts';
import { randomFrom } from '../support/random.ts';
import { seed } from '../support/seed.ts';

describe('requests that are taken back at random', () => {
  it('leave nothing behind, and keep nobody waiting', async () => {
    const random = randomFrom(3);
    const clock = new ManualClock();
    const graph = new WaitGraph();
    const bench = new MemoryBench((request, side) => {
      clock.schedule(random() * 3, () => side.reply(`re ${request}`));
    });
    const port = new Port({ name: 'bus', link: bench, clock, graph });
    port.open();
    await clock.advance(0);
    const owners = Array.from({ length: 8 }, () => owner());
    const cancels = count(100_000);
    let settled = 0;
    let answered = 0;
    for (let started = 0; started < cancels;) {
      const burst: Promise<unknown>[] = [];
      for (let index = 0; index < 50; index += 1) {
        started += 1;
        const cancel = new AbortController();
        const by = owners[Math.floor(random() * owners.length)] ?? owner();
        const { signal } = cancel;
        const isLease = random() < 0.1;
        const text = `q${started}`;
        const request = isLease
          ? port
              .lease({ by, waitMs: 1_000, holdMs: 50, signal })
              .then(async (lease) => await lease.release())
          : port.transact(ask(text), by, { signal, waitMs: 1_000 }).then((reply) => {
              expect(reply, `seed ${seed}`).toBe(`re ${text}`);
              answered += 1;
            });
        burst.push(
          request.then(
            () => (settled += 1),
            () => (settled += 1),
          ),
        );
        clock.schedule(random() * 100, () => cancel.abort());
      }
      await clock.advance(1_500);
      await Promise.all(burst);
    }
    expect(settled).toBeGreaterThanOrEqual(cancels);
    expect(answered).toBeGreaterThan(0);
    expect(port.status()).toMatchObject({ queue: [], leases: [] });
    expect(graph.size, `seed ${seed}`).toBe(0);
    await port.close();
    expect(clock.pendingCount, `seed ${seed}`).toBe(0);
    recordProof({
      promise: 'Every wait ends',
      test: 'requests and leases of a port taken back at random',
      count: cancels,
      planted: 0,
      caught: 0,
    });
  }, 600_000);
});
