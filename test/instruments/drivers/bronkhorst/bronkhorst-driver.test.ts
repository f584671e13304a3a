import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Instrument, Value } from '../../../../src/instruments/index.ts';
import { owner } from '../../../support/line-transaction.ts';
import { ProparBench } from '../../propar-bench.ts';

const by = owner('tester');
let bench: ProparBench;
let flow: Instrument;

beforeEach(async () => {
  bench = await ProparBench.open([{ address: 3, capacity: 500 }, { address: 5 }]);
  flow = bench.instrument(3);
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

test('reads values of each type by name and by number, with their units', async () => {
  expect(await flow.read('capacity', by)).toMatchObject({ value: 500, unit: 'mln/min' });
  expect(await flow.read(92, by)).toMatchObject({ value: 'SIM003' });
  expect(await flow.read('deviceType', by)).not.toHaveProperty('unit');
  expect(await flow.read('temperature', by)).toMatchObject({ unit: '°C' });
  expect((await flow.read('fMeasure', by)).unit).toBe('mln/min');
});

test('values that are read one by one come in the order in which they were asked for', async () => {
  // The first needs its unit too, which takes longer.
  const names = ['fMeasure', 'setpoint', 'temperature'];
  const { readings, failures } = await flow.readMany(names, by);
  expect(Object.keys(readings)).toEqual(names);
  expect(failures.size).toBe(0);
});

test('identifies itself in one message', async () => {
  await bench.simulator.resetLog();
  expect(await flow.identify(by)).toMatchObject({
    maker: 'Bronkhorst',
    model: 'DMFC F-201CV-500',
    serial: 'SIM003',
    firmware: 'V9.99a',
  });
  expect((await bench.simulator.report()).transactions).toBe(1);
});

test('writes a setpoint, which reads back in both scales', async () => {
  await flow.write('setpoint', 16_000, by);
  expect((await flow.read('setpoint', by)).value).toBe(16_000);
  expect((await flow.read('fSetpoint', by)).value).toBeCloseTo(250, 3);
  await flow.write('fSetpoint', 125, by);
  expect((await flow.read('setpoint', by)).value).toBe(8_000);
});

test.each<[string, Value, string]>([
  ['setpoint', 32_768, 'VALUE_OUT_OF_RANGE'],
  ['setpoint', -1, 'VALUE_OUT_OF_RANGE'],
  ['setpoint', 1.5, 'VALUE_INVALID'],
  ['setpoint', 70_000, 'VALUE_OUT_OF_RANGE'],
  ['setpoint', 'abc', 'VALUE_INVALID'],
  ['setpoint', Number.NaN, 'VALUE_INVALID'],
  ['setpoint', true, 'VALUE_INVALID'],
  ['fSetpoint', Number.POSITIVE_INFINITY, 'VALUE_INVALID'],
  ['fSetpoint', 1e39, 'VALUE_OUT_OF_RANGE'],
  ['userTag', 'a\0b', 'VALUE_INVALID'],
  ['userTag', 'x'.repeat(248), 'VALUE_OUT_OF_RANGE'],
  ['fluidName', 'a longer name', 'VALUE_OUT_OF_RANGE'],
  ['fluidName', 'Stickstöff', 'VALUE_OUT_OF_RANGE'],
  ['alarmRegister1', 'text', 'VALUE_INVALID'],
  ['fMeasure', 1, 'READ_ONLY'],
  ['nothing', 1, 'NOT_FOUND'],
])('%s = %s is refused before anything is on the wire', async (name, value, code) => {
  await flow.read('userTag', by);
  await bench.simulator.resetLog();
  await expect(flow.write(name, value, by, { unlock: true })).rejects.toMatchObject({ code });
  expect((await bench.simulator.report()).transactions).toBe(0);
});

test('a parameter that can only be written is not read', async () => {
  await expect(flow.read('reset', by)).rejects.toMatchObject({ code: 'WRITE_ONLY' });
});

test('an unknown name is told with those that are alike', async () => {
  await expect(flow.read('setpoin', by)).rejects.toThrow(/setpoint/);
});

describe('a secured parameter', () => {
  test('is refused without unlock', async () => {
    await expect(flow.write('capacity', 600, by)).rejects.toMatchObject({ code: 'SECURED' });
    expect((await flow.read('capacity', by)).value).toBe(500);
  });

  test('is written with unlock, in one message, and secured again', async () => {
    await flow.read('initreset', by);
    await bench.simulator.resetLog();
    await flow.write('capacity', 600, by, { unlock: true });
    const { writes, transactions } = await bench.simulator.report();
    expect(writes).toMatchObject([{ value: 64 }, { value: 600 }, { value: 82 }]);
    expect(transactions).toBe(1);
    expect((await flow.read('initreset', by)).value).toBe(82);
  });

  test('that the instrument refuses all the same leaves it secured', async () => {
    const error = flow.write('controllerHysteresis', 1, by, { unlock: true });
    await expect(error).rejects.toMatchObject({ code: 'INSTRUMENT_ERROR' });
    expect((await flow.read('initreset', by)).value).toBe(82);
  });
});

test('what the instrument refuses is told with its status', async () => {
  await expect(flow.read('fMeasure', by)).resolves.toBeDefined();
  await expect(flow.read('frequency', by)).rejects.toMatchObject({
    code: 'INSTRUMENT_ERROR',
    details: { status: 4 },
  });
});

test('reads that wait together share messages, and each gets its own value', async () => {
  const names = ['fSetpoint', 'capacity', 'serialNumber', 'userTag', 'alarmMode', 'fluidNumber'];
  await flow.read('fMeasure', by);
  await bench.simulator.resetLog();
  const values = await Promise.all(names.map(async (name) => (await flow.read(name, by)).value));
  expect(values).toEqual([0, 500, 'SIM003', 'MFC-3', 0, 0]);
  expect((await bench.simulator.report()).transactions).toBeLessThan(names.length);
});

test('a value that the instrument refuses does not cost its neighbours theirs', async () => {
  const asked = ['fSetpoint', 'capacity', 'frequency', 'userTag'];
  const results = await Promise.allSettled(
    asked.map(async (name) => (await flow.read(name, by)).value),
  );
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

test('a write whose acknowledgement is lost is read back and not repeated', async () => {
  await bench.simulator.addFault({ fault: { kind: 'drop' }, times: 1 });
  await flow.write('setpoint', 12_345, by, { timeoutMs: 40 });
  const { writes } = await bench.simulator.report();
  expect(writes).toMatchObject([{ value: 12_345 }]);
});

test('a command whose acknowledgement is lost is never repeated', async () => {
  await bench.simulator.addFault({ fault: { kind: 'drop' }, times: 1 });
  await expect(flow.run('wink', { seconds: 3 }, by, { timeoutMs: 40 })).rejects.toMatchObject({
    code: 'OUTCOME_UNKNOWN',
  });
  expect((await bench.simulator.report()).winks).toMatchObject({ 3: 1 });
});

test('a late reply is given to nobody', async () => {
  await flow.write('setpoint', 1_000, by);
  await bench.simulator.addFault({ fault: { kind: 'delay', delayMs: 60 }, times: 1 });
  const late = flow.read('setpoint', by, { timeoutMs: 30 });
  await flow.write('setpoint', 2_000, by);
  expect((await late).value).toBeOneOf([1_000, 2_000]);
  for (let turn = 0; turn < 30; turn += 1) {
    expect((await flow.read('setpoint', by)).value).toBe(2_000);
  }
});

test('the unit follows the instrument when it is written', async () => {
  expect((await flow.read('fMeasure', by)).unit).toBe('mln/min');
  await flow.write('capacityUnit', 'ln/min', by, { unlock: true });
  expect((await flow.read('fMeasure', by)).unit).toBe('ln/min');
});

test('a gas factor of this serial number and fluid applies to flows, both ways', async () => {
  const corrected = bench.instrument(3, {
    gasFactors: () => ({ SIM003: { n2: 2 }, other: { n2: 9 } }),
  });
  await flow.write('fSetpoint', 100, by);
  expect((await corrected.read('fSetpoint', by)).value).toBeCloseTo(200, 3);
  await corrected.write('fSetpoint', 50, by);
  expect((await flow.read('fSetpoint', by)).value).toBeCloseTo(25, 3);
  expect((await corrected.read('capacity', by)).value).toBe(500);
});

test('each node of a bus answers for itself', async () => {
  const other = bench.instrument(5);
  const read = async (each: Instrument): Promise<Value> => (await each.read(92, by)).value;
  const serials = await Promise.all([flow, other, flow, other].map(async (each) => read(each)));
  expect(serials).toEqual(['SIM003', 'SIM005', 'SIM003', 'SIM005']);
});
