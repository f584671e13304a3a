import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import {
  PP_TYPE,
  ProparInstrument,
  ProparManager,
  ProparMaster,
} from '../../../src/instruments/index.ts';
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

function request(dde: number, extra: Partial<ProparRequest> = {}): ProparRequest {
  return { ...new ProparMaster(bench).db.get_parameter(dde), ...extra };
}

describe('an instrument', () => {
  test('opens a line by its path and reads and writes parameters by DDE number', async () => {
    await bench.port.close();
    const instrument = new ProparInstrument(bench.simulator.address, 3);
    await using _master = instrument.master;
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
    expect(await instrument.readParameter(167)).toBeNull();
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
    expect(await instrument.read_parameters([request(9), request(167)])).toEqual([
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
});

describe('a master', () => {
  test('reads one value of any node, and tells an instrument that is silent by status 25', async () => {
    const master = new ProparMaster(bench);
    expect(await master.read(5, 113, 3, PP_TYPE.STRING)).toBe('SIM005');
    expect(await master.write(5, 1, 1, PP_TYPE.INT16, 4_112)).toBe(true);
    expect(await master.read(5, 1, 1, PP_TYPE.INT16)).toBe(4_112);
    master.response_timeout = 0.02;
    expect(await master.read_parameters([{ ...request(9), node: 77 }])).toEqual([
      { status: 25, data: null },
    ]);
    expect(await master.write_parameters([{ ...request(9), node: 77, data: 1 }])).toBe(25);
  });

  test('tells an error frame by its code and 128', async () => {
    await using bus = await ScriptedBus.open(() => ({ kind: 'error', code: 9 }));
    const master = new ProparMaster(bus);
    const asked = { ...request(9), node: 3 };
    expect(await master.read_parameters([asked])).toEqual([{ status: 137, data: null }]);
    expect(await master.write_parameters([{ ...asked, data: 1 }])).toBe(137);
  });

  test('refuses a list without a node, or without anything', async () => {
    const master = new ProparMaster(bench);
    await expect(master.read_parameters([request(9)])).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    await expect(master.write_parameters([])).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    await expect(master.read(3, 1, 1, 0x77)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  test('splits a list that is too long for one message', async () => {
    const master = new ProparMaster(bench);
    const asked = [92, 115, 90, 91, 105, 25, 129, 1, 9, 205].map((dde) => ({
      ...request(dde),
      node: 3,
    }));
    const results = await master.read_parameters(asked);
    expect(results).toHaveLength(10);
    expect(results[0]?.data).toBe('SIM003');
    expect(results[8]?.data).toBe(0);
  });

  test('finds the nodes of the line', async () => {
    const nodes = await new ProparMaster(bench).get_nodes();
    expect(nodes.map(({ address, type, channels }) => [address, type, channels])).toEqual([
      [3, 'DMFC', 1],
      [5, 'DMFC', 1],
    ]);
  });

  test('changes the baud rate of its own line, not of another’s', async () => {
    await expect(new ProparMaster(bench).set_baudrate(9_600)).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    await bench.port.close();
    await using own = new ProparMaster(bench.simulator.address);
    const instrument = new ProparInstrument(own, 3);
    expect(await instrument.readParameter(92)).toBe('SIM003');
    await own.set_baudrate(115_200);
    expect(await instrument.readParameter(92)).toBe('SIM003');
  });
});

describe('the database', () => {
  test('knows parameters by number, by name and by address', () => {
    const { db } = new ProparMaster(bench);
    expect(db.get_all_parameters()).toHaveLength(432);
    expect(db.get_parameter(205)).toMatchObject({ proc_nr: 33, parm_nr: 0, parm_type: 0x41 });
    expect(db.get_parameter(8).parm_type).toBe(0x22);
    expect(db.get_parameter(11).parm_type).toBe(0x21);
    expect(db.get_parameter(61)).toMatchObject({ parm_type: 0x60, parm_size: 8 });
    expect(db.get_parameters([8, 9]).map(({ parm_name }) => parm_name)).toEqual([
      'Measure',
      'Setpoint',
    ]);
    expect(db.get_parameters_like('USER tag').map(({ dde_nr }) => dde_nr)).toEqual([115]);
    expect(db.get_propar_parameter(1, 16)?.map(({ dde_nr }) => dde_nr)).toEqual([24, 146]);
    expect(db.get_propar_parameter(99, 99)).toBeNull();
    expect(db.get_propar_parameters(104).length).toBeGreaterThan(5);
    expect(db.get_parameter_values(118)[0]).toEqual({ value: 0, description: 'off' });
    expect(() => db.get_parameter(9_999)).toThrow(/9999/);
  });
});

describe('a manager', () => {
  test('gives the same instrument for the same port, address and channel', async () => {
    await bench.port.close();
    await using manager = new ProparManager();
    const path = bench.simulator.address;
    const instrument = manager.getSharedInstrument(path, 3);
    expect(manager.getSharedInstrument(path, 3, 1)).toBe(instrument);
    expect(manager.get_shared_instrument(path, 5).master).toBe(instrument.master);
    expect(manager.getSharedInstrument(path, 3, 2)).not.toBe(instrument);
    expect(() => manager.getSharedInstrument(path, 0)).toThrow(/node is 0/);
    expect(await instrument.readParameter(92)).toBe('SIM003');
  });

  test('counts what was done on each port, and says it to people', async () => {
    const manager = new ProparManager();
    manager.share('COM1', bench);
    const three = manager.getSharedInstrument('COM1', 3);
    const five = manager.getSharedInstrument('COM1', 5);
    await Promise.all([three.readParameter(9), five.readParameter(9), three.readParameter(205)]);
    await three.readParameter(167);
    const { COM1: figures } = manager.getUsbStatistics();
    expect(figures).toMatchObject({
      total_operations: 4,
      successful_operations: 3,
      failed_operations: 1,
    });
    expect(figures?.concurrent_attempts_blocked).toBeGreaterThan(0);
    expect(figures?.longest_operation_ms).toBeGreaterThan(0);
    let text = '';
    manager.print_usb_statistics((printed) => (text += printed));
    expect(text.split('\n').slice(0, 7)).toEqual([
      'SERIAL PORT STATISTICS',
      '='.repeat(50),
      '',
      'Port: COM1',
      '   Total operations: 4',
      '   Successful: 3',
      '   Failed: 1',
    ]);
    expect(text).toMatch(/Longest operation: \d+\.\dms/);
    expect(text).toMatch(/Last operation: \d+\.\ds ago/);
    expect(text).toContain('Success rate: 75.0%');
  });

  test('many callers at once get each their own value', async () => {
    const manager = new ProparManager();
    manager.share('bus', bench);
    const read = async (node: number): Promise<unknown> =>
      await manager.getSharedInstrument('bus', node).readParameter(92);
    const nodes = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? 3 : 5));
    expect(await Promise.all(nodes.map(async (node) => read(node)))).toEqual(
      nodes.map((node) => `SIM00${node}`),
    );
  });
});
