import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { PP_TYPE, ProparDatabase, ProparInstrument } from '../../../src/instruments/index.ts';
import type { ProparRequest } from '../../../src/instruments/index.ts';
import { ProparBench } from '../propar-bench.ts';
import { memoryScript, ScriptedBus } from '../scripted-bus.ts';

let bench: ProparBench;

beforeEach(async () => {
  bench = await ProparBench.open([{ address: 3, capacity: 500 }, { address: 5 }]);
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const list = new ProparDatabase();

function request(dde: number, extra: Partial<ProparRequest> = {}): ProparRequest {
  return { ...list.get_parameter(dde), ...extra };
}

describe('an instrument', () => {
  test('opens a line by its path and reads and writes parameters by DDE number', async () => {
    await bench.port.close();
    await using instrument = new ProparInstrument(bench.simulator.address, 3);
    expect(await instrument.writeParameter(9, 16_000)).toBe(true);
    expect(await instrument.readParameter(9)).toBe(16_000);
    expect(await instrument.readParameter(206)).toBeCloseTo(250, 3);
    // Texts keep the blanks of the instrument, as with the maker's library.
    expect(await instrument.readParameter(129)).toBe('mln/min');
    expect(await instrument.readParameter(25)).toBe('N2        ');
    expect(instrument.comport).toBe(bench.simulator.address);
  });

  test('gives null and false for what is refused, and throws for a number that is not in the list', async () => {
    const instrument = new ProparInstrument(bench, 3);
    expect(await instrument.readParameter(149)).toBeNull();
    expect(await instrument.writeParameter(205, 1)).toBe(false);
    expect(await instrument.writeParameter(21, 600)).toBe(false);
    await expect(instrument.readParameter(9_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(instrument.writeParameter(9_999, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([1.5, 70_000, 'abc', -1, Number.NaN])(
    'does not write 0 for %s, which cannot be packed: nothing is sent',
    async (value) => {
      const instrument = new ProparInstrument(bench, 3);
      await instrument.writeParameter(9, 1_000);
      await bench.simulator.resetLog();
      expect(await instrument.writeParameter(9, value)).toBe(false);
      expect(await instrument.write_parameters([request(9, { data: value })])).toBe(6);
      expect(await instrument.write(1, 1, PP_TYPE.INT16, value)).toBe(false);
      expect((await bench.simulator.report()).transactions).toBe(0);
      expect(await instrument.setpoint).toBe(1_000);
    },
  );

  test('winks, and knows its setpoint, measure and id', async () => {
    const instrument = new ProparInstrument(bench, 3);
    expect(await instrument.wink(3)).toBe(true);
    expect((await bench.simulator.report()).winks).toMatchObject({ 3: 1 });
    await expect(instrument.wink(10)).rejects.toMatchObject({ code: 'VALUE_OUT_OF_RANGE' });
    expect(await instrument.writeSetpoint(500)).toBe(true);
    expect(await instrument.setpoint).toBe(500);
    expect(await instrument.measure).toBeTypeOf('number');
    expect(await instrument.id).toBe('7SIM003');
  });

  test('at address 128 is whoever is directly connected', async () => {
    const instrument = new ProparInstrument(bench);
    expect(instrument.address).toBe(128);
    expect(await instrument.readParameter(92)).toBe('SIM003');
  });

  test('reads a list in one message and leaves the list as it was', async () => {
    const instrument = new ProparInstrument(bench, 3);
    await instrument.writeParameter(9, 8_000);
    await bench.simulator.resetLog();
    const asked = [205, 25, 8, 9, 10, 206, 21, 175].map((dde) => request(dde));
    const results = await instrument.read_parameters(asked);
    expect(results.map(({ dde_nr }) => dde_nr)).toEqual([205, 25, 8, 9, 10, 206, 21, 175]);
    expect(results.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(results[3]).toMatchObject({
      node: 3,
      proc_nr: 1,
      parm_nr: 1,
      data: 8_000,
      proc_index: 1,
      parm_index: 1,
      parm_name: 'Setpoint',
    });
    expect((await bench.simulator.report()).transactions).toBe(1);
    expect(asked.every((each) => each.node === undefined)).toBe(true);
  });

  test('a list in which one is refused gives one status and nothing else', async () => {
    const instrument = new ProparInstrument(bench, 3);
    expect(await instrument.read_parameters([request(9), request(149)])).toEqual([
      { status: 4, data: null },
    ]);
  });

  test('hands the results to a function when it is given one', async () => {
    const instrument = new ProparInstrument(bench, 3);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    expect(await instrument.read_parameters([request(92)], resolve)).toBeNull();
    expect(await promise).toMatchObject([{ data: 'SIM003', status: 0 }]);
  });

  test('writes a list in one message', async () => {
    const instrument = new ProparInstrument(bench, 3);
    const list = [
      request(116, { data: 2_000 }),
      request(117, { data: 300 }),
      request(9, { data: 7 }),
    ];
    expect(await instrument.write_parameters(list)).toBe(0);
    expect(await instrument.readParameter(116)).toBe(2_000);
    expect(await instrument.readParameter(117)).toBe(300);
    expect(await instrument.readParameter(9)).toBe(7);
    expect(await instrument.write_parameters([request(9, { data: 9 })], 2)).toBe(0);
    expect(await instrument.readParameter(9)).toBe(9);
  });

  test('reads and writes the channel that it is told', async () => {
    await using bus = await ScriptedBus.open(memoryScript(new Map()));
    const second = new ProparInstrument(bus, 3, { channel: 2 });
    expect(await second.writeParameter(206, 1.5)).toBe(true);
    expect(await second.write_parameters([request(9, { data: 5 })])).toBe(0);
    expect(await second.writeParameter(9, 6, 4)).toBe(true);
    expect(bus.received.map(([, process]) => process)).toEqual([34, 2, 4]);
    expect(await second.readParameter(206)).toBe(1.5);
  });

  test('of one path shares its line with all others of it, and the last one closes it', async () => {
    await bench.port.close();
    const path = bench.simulator.address;
    const three = new ProparInstrument(path, 3);
    await using five = new ProparInstrument(path, 5);
    expect(five.master).toBe(three.master);
    const both = [three.readParameter(92), five.readParameter(92)];
    expect(await Promise.all(both)).toEqual(['SIM003', 'SIM005']);
    expect(() => new ProparInstrument(path, 3, { baudrate: 9_600 })).toThrow(
      `${path} is open at 38400 baud`,
    );
    await three.close();
    await three.close();
    expect(await five.readParameter(92)).toBe('SIM005');
    await five.close();
    expect(five.master.port.status().state).toBe('closed');
    await using again = new ProparInstrument(path, 3, { baudrate: 9_600 });
    expect(again.master).not.toBe(five.master);
    expect(await again.readParameter(92)).toBe('SIM003');
  });

  test('that cannot be leaves no line open', async () => {
    await bench.port.close();
    const path = bench.simulator.address;
    expect(() => new ProparInstrument(path, 0)).toThrow('node is 0');
    expect(() => new ProparInstrument(path, 3, { channel: 17 })).toThrow('channel is 17');
    bench.port.open();
    expect(await new ProparInstrument(bench, 3).readParameter(92)).toBe('SIM003');
  });

  test('takes a setpoint as a property, in its turn', async () => {
    const instrument = new ProparInstrument(bench, 3);
    instrument.setpoint = 16_000;
    expect(await instrument.setpoint).toBe(16_000);
    instrument.setpoint = 1.5;
    expect(await instrument.setpoint).toBe(16_000);
    await bench.port.close();
    instrument.setpoint = 5;
  });

  test('says where in the answer each value ends, as the library does', async () => {
    const instrument = new ProparInstrument(bench, 3);
    const results = await instrument.read_parameters([request(9), request(8), request(92)]);
    // 02, then 01 21 xx xx, 20 xx xx, and 71 63 00 S I M 0 0 3 00.
    expect(results.map(({ status_pos }) => status_pos)).toEqual([5, 8, 18]);
    expect(results.map(({ action }) => action)).toEqual(['write', 'write', 'write']);
  });

  test('hands the status of a write to a function when it is given one', async () => {
    const instrument = new ProparInstrument(bench, 3);
    const { promise, resolve } = Promise.withResolvers<number>();
    expect(await instrument.write_parameters([request(9, { data: 7 })], 1, resolve)).toBe(0);
    expect(await promise).toBe(0);
    const refused = Promise.withResolvers<number>();
    await instrument.write_parameters([request(9, { data: 1.5 })], 1, refused.resolve);
    expect(await refused.promise).toBe(6);
  });
});
