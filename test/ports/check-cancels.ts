import { ManualClock, hasCode } from '../../src/kernel/index.ts';
import { WaitGraph } from '../../src/locks/index.ts';
import type { Port } from '../../src/ports/index.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { MemoryBench } from '../support/memory-link.ts';

/** How many are in line at the same time. */
const burstSize = 50;
/** Long: whatever waits so long in vain shows as a failure. */
const waitMs = 20_000;
const holdMs = 60_000;

/**
 * Requests and leases at a port, taken back at random moments.
 * @returns what was not right about it
 */
export async function checkCancels(
  PortClass: typeof Port,
  cancels: number,
  random: () => number,
): Promise<string | undefined> {
  const clock = new ManualClock();
  const graph = new WaitGraph();
  const written = new Set<string>();
  const takenBack = new Set<string>();
  const wrong: string[] = [];
  const bench = new MemoryBench((request, side) => {
    written.add(request);
    if (takenBack.has(request)) wrong.push(`${request} went out though it was taken back before`);
    clock.schedule(random() * 3, () => side.reply(`re ${request}`));
  });
  const port = new PortClass({ name: 'bus', link: bench, clock, graph });
  port.open();
  await clock.advance(0);
  const owners = Array.from({ length: 8 }, () => owner());
  let answered = 0;
  for (let started = 0; started < cancels;) {
    let unsettled = burstSize;
    for (let index = 0; index < burstSize; index += 1) {
      started += 1;
      const cancel = new AbortController();
      const { signal } = cancel;
      const by = owners[Math.floor(random() * owners.length)] ?? owner();
      const text = `q${started}`;
      const request =
        random() < 0.1
          ? port.lease({ by, waitMs, holdMs, signal }).then(async (lease) => await lease.release())
          : port.transact(ask(text), by, { signal, waitMs }).then((reply) => {
              if (reply !== `re ${text}`) wrong.push(`${text} was answered '${reply}'`);
              answered += 1;
            });
      request
        .catch((error: unknown) => {
          if (!hasCode(error, 'CANCELLED')) wrong.push(String(error));
          if (!written.has(`${text}\n`)) takenBack.add(`${text}\n`);
        })
        .finally(() => (unsettled -= 1));
      if (random() < 0.6) clock.schedule(random() * 100, () => cancel.abort());
    }
    await clock.advance(500);
    if (unsettled > 0) return `${unsettled} wait for ever`;
    const { queue, leases } = port.status();
    if (queue.length + leases.length > 0) return 'something is left in line, or held';
    if (graph.size > 0) return 'a wait is left in the graph';
    if (clock.pendingCount > 0) return 'a timer is left';
    if (wrong.length > 0) return wrong[0];
  }
  await port.close();
  if (answered === 0) return 'nothing was answered';
  return clock.pendingCount > 0 ? 'a timer is left' : undefined;
}
