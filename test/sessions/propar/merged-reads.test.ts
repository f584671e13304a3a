import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ProparWire } from '../../../src/instruments/index.ts';
import { systemClock } from '../../../src/kernel/index.ts';
import { serialLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { proparProtocol, Session } from '../../../src/sessions/index.ts';
import { ScriptedPeer } from '../../instruments/scripted-peer.ts';
import { count } from '../../support/count.ts';
import { owner } from '../../support/line-transaction.ts';
import { seed } from '../../support/seed.ts';
import { drawnRead, heldValue } from './client-frames.ts';
import type { DrawnRead } from './client-frames.ts';

/** Answers like instruments that hold a value at every address, a moment later. */
async function openPeer(): Promise<ScriptedPeer> {
  return await ScriptedPeer.open((message, { node }) => {
    if (message.kind !== 'request') return { kind: 'status', status: 2, position: 0 };
    const items = message.items.map((item) => ({
      process: item.returnProcess ?? item.process,
      parameter: item.returnParameter ?? item.parameter,
      type: item.type,
      value: heldValue(node, item, item.stringLength ?? 0),
      ...((item.stringLength ?? 0) > 0 ? { isFixed: true } : {}),
    }));
    return { kind: 'send', command: 2, items };
  });
}

/** Lets each client ask for its reads, all at once, and gives what each received. */
async function askAll(
  port: Port,
  wire: ProparWire,
  clients: readonly (readonly DrawnRead[])[],
): Promise<string[]> {
  return await Promise.all(
    clients.map(async (reads) => {
      const received: Uint8Array[] = [];
      const failures: unknown[] = [];
      await using session = new Session({
        port,
        protocol: proparProtocol(wire),
        by: owner(),
        clock: systemClock,
        client: {
          send: (data) => received.push(data) > 0,
          failed: (label, error) => failures.push([label, error]),
        },
      });
      session.push(Buffer.concat(reads.map(({ request }) => request)));
      await session.drain();
      expect(failures).toEqual([]);
      return Buffer.concat(received).toString('hex');
    }),
  );
}

describe('reads that were merged', () => {
  it('are answered to each client in its own layout and order, under its own number', async () => {
    await using peer = await openPeer();
    const wire = new ProparWire({ timeoutMs: 5_000 });
    const port = new Port({
      name: 'bus',
      link: serialLinkFactory({ path: peer.path }),
      resynchronization: wire.resynchronization,
    });
    port.open();
    const reads = fc.array(drawnRead, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(reads, { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        async (different, copies) => {
          // Some ask for the same as others, so that there is much to merge.
          const clients = [...different, ...different.slice(0, copies)];
          const given = await askAll(port, wire, clients);
          const wanted = clients.map((all) =>
            Buffer.concat(all.map(({ answer }) => answer)).toString('hex'),
          );
          expect(given, `seed ${seed}`).toEqual(wanted);
        },
      ),
      { numRuns: count(500) },
    );
    const { mergedOperations, wireTransactions, operations, failures } = port.statistics();
    expect(failures).toBe(0);
    expect(mergedOperations).toBeGreaterThan(operations / 4);
    expect(wireTransactions).toBeLessThan(operations);
    await port.close();
  });
});
