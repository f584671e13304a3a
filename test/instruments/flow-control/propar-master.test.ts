import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import {
  PP_COMMAND,
  PP_TYPE,
  ProparDatabase,
  ProparInstrument,
  ProparMaster,
} from '../../../src/instruments/index.ts';
import type { ProparRequest } from '../../../src/instruments/index.ts';
import { ProparBench } from '../propar-bench.ts';
import { ScriptedBus } from '../scripted-bus.ts';

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

  test('sends nothing for a command that writes nothing, and a broadcast as one', async () => {
    await using bus = await ScriptedBus.open(() => undefined);
    const master = new ProparMaster(bus);
    const write = { ...request(9), node: 3, data: 1_000 };
    for (const command of [0, 4, 5]) {
      await expect(master.write_parameters([write], command)).rejects.toMatchObject({
        code: 'BAD_ARGUMENT',
      });
    }
    expect(await master.write_parameters([write], PP_COMMAND.SEND_PARM_BROADCAST)).toBe(0);
    expect(await master.write_parameters([write], PP_COMMAND.SEND_PARM)).toBe(0);
    await expect.poll(() => bus.received.length).toBe(2);
    expect(bus.received.map(([command]) => command)).toEqual([3, 2]);
  });

  test('hands a failure to a function too, and goes on when that throws', async () => {
    const printed: string[] = [];
    const master = new ProparMaster(bench, { print: (text) => void printed.push(text) });
    const asked = [{ ...request(9), node: 3 }];
    expect(
      await master.read_parameters(asked, () => {
        throw new Error('a bug of the program');
      }),
    ).toBeNull();
    await expect.poll(() => printed).toEqual(['a callback failed: Error: a bug of the program\n']);
    await bench.port.close();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    await master.read_parameters(asked, resolve);
    expect(await promise).toEqual([{ status: 23, data: null }]);
    const status = Promise.withResolvers<number>();
    const write = [{ ...request(9), node: 3, data: 1 }];
    expect(await master.write_parameters(write, 1, status.resolve)).toBe(0);
    expect(await status.promise).toBe(23);
  });

  test('reads the same value in two forms at once as what each asked for', async () => {
    const one = new ProparMaster(bench);
    const other = new ProparMaster(bench);
    const text = { ...request(92), node: 3 };
    const [zeroEnded, fixed] = await Promise.all([
      one.read_parameters([text, { ...text }]),
      other.read_parameters([
        { ...text, parm_size: 8 },
        { ...text, parm_size: 8 },
      ]),
    ]);
    expect(zeroEnded.map(({ data }) => data)).toEqual(['SIM003', 'SIM003']);
    expect(fixed.map(({ data }) => (data as Uint8Array).length)).toEqual([8, 8]);
  });

  test('says what it does when it is asked to', async () => {
    const printed: string[] = [];
    const master = new ProparMaster(bench, { print: (text) => void printed.push(text) });
    master.debug = true;
    await master.read(3, 113, 3, PP_TYPE.STRING);
    master.response_timeout = 0.02;
    await master.read(77, 113, 3, PP_TYPE.STRING);
    expect(printed).toEqual([
      'read node 3: ok\n',
      expect.stringContaining('read node 77: SignalboxError: '),
    ]);
  });

  test('has every method and field of the library', () => {
    const master = new ProparMaster(bench);
    const instrument = new ProparInstrument(master, 3);
    const fieldsOf = (thing: object): string[] => {
      const prototype = Object.getPrototypeOf(thing) as object;
      return [...Object.getOwnPropertyNames(prototype), ...Object.getOwnPropertyNames(thing)];
    };
    expect(fieldsOf(master)).toEqual(
      expect.arrayContaining([
        'broadcast_callback',
        'comport',
        'db',
        'debug',
        'dump',
        'get_nodes',
        'propar',
        'read',
        'read_parameters',
        'response_timeout',
        'set_baudrate',
        'start',
        'stop',
        'write',
        'write_parameters',
      ]),
    );
    expect(fieldsOf(instrument)).toEqual(
      expect.arrayContaining([
        'address',
        'channel',
        'comport',
        'db',
        'id',
        'master',
        'measure',
        'read',
        'readParameter',
        'read_parameters',
        'setpoint',
        'wink',
        'write',
        'writeParameter',
        'write_parameters',
      ]),
    );
  });
});
