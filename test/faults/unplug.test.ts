import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BronkhorstDriver, Instrument, ProparWire } from '../../src/instruments/index.ts';
import { hasCode } from '../../src/kernel/index.ts';
import { serialLinkFactory } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import { startSimulator } from '../../src/simulators/index.ts';
import type { Simulator } from '../../src/simulators/index.ts';
import { count } from '../support/count.ts';
import { owner } from '../support/line-transaction.ts';
import { recordProof } from '../support/proof.ts';
import { randomFrom } from '../support/random.ts';
import { seed } from '../support/seed.ts';

async function busAndPort(): Promise<{
  simulator: Simulator;
  port: Port;
  instruments: readonly Instrument[];
}> {
  const simulator = await startSimulator({
    kind: 'propar',
    path: join(tmpdir(), `signalbox-unplug-${process.pid}-${Math.random().toString(36).slice(2)}`),
    nodes: [{ address: 3 }, { address: 5 }],
    baudRate: 0,
    answerTimeMs: 0,
    seed,
  });
  const port = new Port({
    name: 'bus',
    link: serialLinkFactory({ path: simulator.address }),
    resynchronization: { kind: 'none' },
  });
  port.open();
  const wire = new ProparWire();
  const instruments = [3, 5].map(
    (node) =>
      new Instrument({ name: `node-${node}`, port, driver: new BronkhorstDriver({ wire, node }) }),
  );
  return { simulator, port, instruments };
}

describe('a cable that is pulled in the middle of a transaction', () => {
  it('comes back within 3 s, repeats no write, and costs no client its place', async () => {
    const cycles = count(200);
    const random = randomFrom(200);
    const { simulator, port, instruments } = await busAndPort();
    const [three, five] = instruments;
    if (three === undefined || five === undefined) throw new TypeError('no instruments');
    const [writer, reader] = [owner('writer'), owner('reader')];
    let longestMs = 0;
    let unknown = 0;
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const backAfterMs = Math.floor(random() * 60);
      await simulator.addFault({ fault: { kind: 'unplug', backAfterMs }, times: 1 });
      const beganMs = performance.now();
      // Each value is written once in the whole test, so a write that came twice shows.
      const results = await Promise.allSettled([
        three.write('setpoint', cycle + 1, writer),
        five.write('setpoint', cycle + 1, writer),
        three.read('setpoint', reader),
        five.read('setpoint', reader),
      ]);
      longestMs = Math.max(longestMs, performance.now() - beganMs);
      for (const result of results) {
        if (result.status === 'fulfilled') continue;
        expect(hasCode(result.reason, 'OUTCOME_UNKNOWN'), String(result.reason)).toBe(true);
        unknown += 1;
      }
    }
    const { writes } = await simulator.report();
    const seen = new Set<string>();
    for (const { node, parameter, value } of writes) {
      if (parameter !== 1) continue;
      const key = `${node}/${String(value)}`;
      expect(seen.has(key), `${key} was written twice (seed ${seed})`).toBe(false);
      seen.add(key);
    }
    expect(seen.size + unknown).toBeGreaterThanOrEqual(cycles * 2);
    expect(port.statistics().reconnects).toBeGreaterThanOrEqual(cycles);
    expect(longestMs).toBeLessThan(3_000);
    await port.close();
    await simulator[Symbol.asyncDispose]();
    recordProof({
      promise: 'A write is never repeated unless that is harmless; links recover',
      test: 'unplugged and replugged mid-transaction',
      count: cycles,
      planted: 0,
      caught: 0,
    });
  }, 600_000);
});
