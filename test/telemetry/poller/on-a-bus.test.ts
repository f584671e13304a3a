import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LatestValues, Poller } from '../../../src/telemetry/index.ts';
import { owner } from '../../support/line-transaction.ts';
import { ProparBench } from '../../instruments/propar-bench.ts';

let bench: ProparBench;
let latest: LatestValues;
let poller: Poller;

beforeEach(async () => {
  bench = await ProparBench.open([{ address: 3 }, { address: 5 }]);
  latest = new LatestValues();
  poller = new Poller({ latest });
});

afterEach(async () => {
  await poller[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

const quality = (name: string): string | undefined => latest.get(name)?.values['fMeasure']?.quality;

describe('polls of a bus', () => {
  it('read all parameters of an instrument in one message', async () => {
    const instrument = bench.instrument(3);
    const parameters = ['fMeasure', 'fSetpoint', 'temperature', 'valveOutput'];
    poller.set('flow-3', [{ instrument, parameters, everyMs: 20 }]);
    await expect.poll(() => poller.status()[0]?.polls).toBeGreaterThan(20);
    const { operations, wireTransactions } = bench.port.statistics();
    expect(Object.keys(latest.get('flow-3')?.values ?? {})).toEqual(parameters);
    // Units and factors are asked for once.
    expect(wireTransactions / operations).toBeLessThan(0.4);
  });

  it('go on while others hold the bus up, and never keep a program from its turn', async () => {
    const instruments = [bench.instrument(3), bench.instrument(5)];
    for (const instrument of instruments) {
      poller.set(instrument.name, [{ instrument, parameters: ['fMeasure'], everyMs: 10 }]);
    }
    const by = owner('program');
    for (let count = 0; count < 200; count += 1) await instruments[0]?.read('fSetpoint', by);
    const polls = poller.status().map((each) => each.polls);
    expect(Math.min(...polls)).toBeGreaterThan(1);
    const held = await bench.port.lease({ by, waitMs: 1_000, holdMs: 10_000 });
    await expect.poll(() => quality('flow-3'), { timeout: 5_000 }).toBe('stale');
    await held.release();
    await expect.poll(() => quality('flow-3')).toBe('good');
  });

  it('tell why an instrument that falls silent has no good values, and leave its neighbour alone', async () => {
    for (const node of [3, 5]) {
      const instrument = bench.instrument(node);
      poller.set(instrument.name, [{ instrument, parameters: ['fMeasure'], everyMs: 20 }]);
    }
    await expect.poll(() => [quality('flow-3'), quality('flow-5')]).toEqual(['good', 'good']);
    await bench.simulator.silence(5, true);
    await expect.poll(() => quality('flow-5'), { timeout: 10_000 }).toBe('bad');
    const [alive, silent] = poller.status();
    const before = alive?.polls ?? 0;
    expect(silent?.reason?.code).toMatch(/INSTRUMENT_(TIMEOUT|OFFLINE)/);
    expect(latest.get('flow-5')?.values['fMeasure']?.value).toBeTypeOf('number');
    await expect
      .poll(() => poller.status()[0]?.polls, { timeout: 10_000 })
      .toBeGreaterThan(before + 5);
    expect(quality('flow-3')).toBe('good');
    await bench.simulator.silence(5, false);
    await expect.poll(() => quality('flow-5'), { timeout: 40_000 }).toBe('good');
  }, 60_000);

  it('of a bus that was unplugged are done again as soon as it is back', async () => {
    const instrument = bench.instrument(3);
    poller.set('flow-3', [{ instrument, parameters: ['fMeasure'], everyMs: 20 }]);
    await expect.poll(() => quality('flow-3')).toBe('good');
    await bench.simulator.unplug(500);
    await expect.poll(() => quality('flow-3'), { timeout: 10_000 }).not.toBe('good');
    await expect.poll(() => quality('flow-3'), { timeout: 20_000 }).toBe('good');
  }, 40_000);
});
