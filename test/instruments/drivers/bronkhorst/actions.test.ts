import { expect, test } from 'vitest';

import { BronkhorstDriver, Instrument } from '../../../../src/instruments/index.ts';
import { ManualClock } from '../../../../src/kernel/index.ts';
import { owner } from '../../../support/line-transaction.ts';
import { ProparBench } from '../../propar-bench.ts';
import { memoryScript, ScriptedBus } from '../../scripted-bus.ts';

const by = owner('operator');

/** A bus with one instrument whose control mode and calibration mode a test decides. */
async function calibrating(): Promise<{
  bus: ScriptedBus;
  values: Map<string, Uint8Array>;
  clock: ManualClock;
  flow: Instrument;
  written: () => string[];
}> {
  const values = new Map([
    ['0/10', Uint8Array.of(82)],
    ['1/4', Uint8Array.of(18)],
    ['115/1', Uint8Array.of(0)],
  ]);
  const bus = await ScriptedBus.open(memoryScript(values), { timeoutMs: 500 });
  const clock = new ManualClock();
  const driver = new BronkhorstDriver({ wire: bus.wire, node: 3 });
  const flow = new Instrument({ name: 'flow', driver, port: bus.port, clock });
  const written = (): string[] =>
    bus.received
      .filter(([command]) => command === 1)
      .map(([, process, parameter, value]) => `${process}/${parameter}=${value}`);
  return { bus, values, clock, flow, written };
}

/** Moves the clock on until the action has ended. */
async function whileTimePasses<Result>(
  clock: ManualClock,
  action: Promise<Result>,
): Promise<Result> {
  const timer = setInterval(() => void clock.advance(1_000), 2);
  try {
    return await action;
  } finally {
    clearInterval(timer);
  }
}

test('wink makes the instrument wink, once', async () => {
  await using bench = await ProparBench.open();
  await bench.instrument(3).run('wink', { seconds: 2 }, by);
  expect((await bench.simulator.report()).winks).toEqual({ 3: 1 });
});

test.each([
  [{ seconds: 0 }, 'VALUE_OUT_OF_RANGE'],
  [{ seconds: 10 }, 'VALUE_OUT_OF_RANGE'],
  [{ seconds: 'long' }, 'VALUE_INVALID'],
  [{ minutes: 1 }, 'BAD_ARGUMENT'],
])('wink with %o is refused', async (values, code) => {
  await using bench = await ProparBench.open();
  const run = bench.instrument(3).run('wink', values, by);
  await expect(run).rejects.toMatchObject({ code });
  expect((await bench.simulator.report()).winks).toEqual({ 3: 0 });
});

test('an action that the family has not is told with those that it has', async () => {
  await using bench = await ProparBench.open();
  await expect(bench.instrument(3).run('fly', {}, by)).rejects.toThrow(/wink, fluid, zero/);
});

test('a change of fluid ends when the instrument has settled on it', async () => {
  await using bench = await ProparBench.open();
  const flow = bench.instrument(3);
  const shares: number[] = [];
  const progress = (share: number): void => void shares.push(share);
  expect(await flow.run('fluid', { number: 3 }, by, { progress })).toBe('CO2');
  expect((await flow.read('fluidNumber', by)).value).toBe(3);
  expect(shares.at(-1)).toBe(1);
  expect(shares.length).toBeGreaterThan(3);
});

test('a change of fluid whose acknowledgement is lost is looked into, not repeated', async () => {
  await using bench = await ProparBench.open();
  const flow = bench.instrument(3);
  expect((await flow.read('fluidNumber', by)).value).toBe(0);
  await bench.simulator.addFault({ fault: { kind: 'drop' }, times: 2 });
  const fluid = await flow.run('fluid', { number: 1 }, by, { timeoutMs: 50 });
  expect(fluid).toBe('AIR');
  expect((await bench.simulator.report()).writes).toMatchObject([{ value: 1 }]);
});

test('zeroing unlocks, calibrates, waits for the end and secures again', async () => {
  const { bus, values, clock, flow, written } = await calibrating();
  await using _bus = bus;
  const zero = flow.run('zero', {}, by, {
    progress: (share) => {
      if (share > 0.05) values.set('1/4', Uint8Array.of(18));
    },
  });
  await whileTimePasses(clock, zero);
  expect(written()).toEqual(['0/10=64', '1/4=9', '115/1=0', '115/1=9', '0/10=82']);
});

test('zeroing that never ends is given up, with the mode as it was and secured', async () => {
  const { bus, clock, flow, written } = await calibrating();
  await using _bus = bus;
  await expect(whileTimePasses(clock, flow.run('zero', {}, by))).rejects.toThrow(/within 180 s/);
  expect(written().slice(-2)).toEqual(['1/4=18', '0/10=82']);
});

test('zeroing that is taken back leaves the mode as it was and the instrument secured', async () => {
  const { bus, clock, flow, written } = await calibrating();
  await using _bus = bus;
  const stop = new AbortController();
  const zero = flow.run('zero', {}, by, {
    signal: stop.signal,
    progress: (share) => {
      if (share > 0.02) stop.abort();
    },
  });
  await expect(whileTimePasses(clock, zero)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(written().slice(-2)).toEqual(['1/4=18', '0/10=82']);
  expect(bus.port.leases()).toEqual([]);
});

test('while an instrument is zeroed nobody else gets to it', async () => {
  const { bus, values, clock, flow } = await calibrating();
  await using _bus = bus;
  let intruder: Promise<unknown> | undefined;
  const zero = flow.run('zero', {}, by, {
    progress: () => {
      intruder ??= flow
        .read('controlMode', owner('other'), { waitMs: 20 })
        .finally(() => values.set('1/4', Uint8Array.of(18)));
      intruder.catch(() => {});
    },
  });
  await whileTimePasses(clock, zero);
  await expect(intruder).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
});
