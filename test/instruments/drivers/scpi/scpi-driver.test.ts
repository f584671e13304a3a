import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { driverFamilies, Instrument, ScpiDriver } from '../../../../src/instruments/index.ts';
import type { ScpiDriverOptions, Value } from '../../../../src/instruments/index.ts';
import { Port } from '../../../../src/ports/index.ts';
import { ask, owner } from '../../../support/line-transaction.ts';
import { MemoryBench } from '../../../support/memory-link.ts';

const by = owner('tester');

/** A supply whose voltage can be set from 0 to 30 V. */
function supply(): MemoryBench {
  let volts = '0';
  let error = '0,"No error"';
  return new MemoryBench((request, side) => {
    for (const unit of request.trim().split(';')) {
      const set = /^VOLT (.*)$/.exec(unit);
      if (set?.[1] !== undefined) {
        if (Number(set[1]) > 25) error = '-222,"Data out of range"';
        else [, volts] = set as unknown as [string, string];
      } else if (unit === 'VOLT?') side.reply(`${volts}\n`);
      else if (unit === '*IDN?') side.reply('ACME,S30,SN1,2.0\n');
      else if (unit === 'OUTP?') side.reply('1\n');
      else if (unit === 'NAME?') side.reply('"left"\n');
      else if (unit === 'BAD?') side.reply('no number\n');
      else if (unit === ':SYST:ERR?') side.reply(`${error}\n`);
    }
  });
}

const parameters: ScpiDriverOptions['parameters'] = [
  {
    name: 'voltage',
    query: 'VOLT?',
    set: 'VOLT {value}',
    type: 'float',
    unit: 'V',
    minimum: 0,
    maximum: 30,
  },
  { name: 'output', query: 'OUTP?', set: 'OUTP {value}', type: 'boolean' },
  { name: 'label', query: 'NAME?', set: 'NAME "{value}"', type: 'string' },
  { name: 'range', set: 'RANG {value}', type: 'string', choices: ['LOW', 'HIGH'] },
  { name: 'bad', query: 'BAD?', type: 'float' },
];

let bench: MemoryBench;
let port: Port;

beforeEach(() => {
  bench = supply();
  port = new Port({ name: 'supply', link: bench, retry: { most: 0, delaysMs: [] } });
  port.open();
});

afterEach(async () => {
  await port.close();
});

function instrument(options: Partial<ScpiDriverOptions> = {}): Instrument {
  const driver = new ScpiDriver({ parameters, timeoutMs: 40, ...options });
  return new Instrument({ name: 'supply', driver, port });
}

test('reads declared parameters of each type', async () => {
  const flow = instrument();
  expect(await flow.read('voltage', by)).toMatchObject({ value: 0, unit: 'V' });
  expect((await flow.read('output', by)).value).toBe(true);
  expect((await flow.read('label', by)).value).toBe('left');
  await expect(flow.read('bad', by)).rejects.toMatchObject({ code: 'REPLY_MALFORMED' });
});

test.each(['\r', '\r\n', '\n'])('reads a response that ends with %j', async (terminator) => {
  const line = new MemoryBench((request, side) => side.reply(request));
  await using echo = new Port({ name: 'echo', link: line });
  echo.open();
  const driver = new ScpiDriver({ parameters, terminator, timeoutMs: 2_000 });
  const mirror = new Instrument({ name: 'mirror', driver, port: echo });
  expect(await mirror.query('ECHO?', by)).toBe('ECHO?');
  expect(await mirror.query('AGAIN?', by)).toBe('AGAIN?');
});

test('identifies itself', async () => {
  expect(await instrument().identify(by)).toEqual({
    maker: 'ACME',
    model: 'S30',
    serial: 'SN1',
    firmware: '2.0',
    text: 'ACME,S30,SN1,2.0',
  });
});

test('writes declared parameters', async () => {
  const flow = instrument();
  await flow.write('voltage', 12.5, by);
  expect((await flow.read('voltage', by)).value).toBe(12.5);
  await flow.write('output', false, by);
  await flow.write('label', '$& right', by);
  await flow.write('range', 'HIGH', by);
  expect(bench.written).toEqual([
    'VOLT 12.5\n',
    'VOLT?\n',
    'OUTP OFF\n',
    'NAME "$& right"\n',
    'RANG HIGH\n',
  ]);
});

test.each<[string, Value, string]>([
  ['voltage', 31, 'VALUE_OUT_OF_RANGE'],
  ['voltage', -1, 'VALUE_OUT_OF_RANGE'],
  ['voltage', Number.NaN, 'VALUE_INVALID'],
  ['voltage', '5;*RST', 'VALUE_INVALID'],
  ['output', 'ON', 'VALUE_INVALID'],
  ['label', 'a";*RST;"', 'VALUE_INVALID'],
  ['label', 'a\n*RST', 'VALUE_INVALID'],
  ['label', 'a;*RST', 'VALUE_INVALID'],
  ['label', '#15', 'VALUE_INVALID'],
  ['range', 'MIDDLE', 'VALUE_OUT_OF_RANGE'],
  ['bad', 1, 'READ_ONLY'],
])('%s = %s is refused before the wire', async (name, value, code) => {
  await expect(instrument().write(name, value, by)).rejects.toMatchObject({ code });
  expect(bench.written).toEqual([]);
});

describe('with an error query', () => {
  test('a write that the instrument does not take is told with its own words', async () => {
    const flow = instrument({ errorQuery: 'SYST:ERR?' });
    await flow.write('voltage', 20, by);
    await expect(flow.write('voltage', 28, by)).rejects.toMatchObject({
      code: 'INSTRUMENT_ERROR',
      message: expect.stringContaining('-222,"Data out of range"') as string,
    });
    expect(bench.written).toEqual(['VOLT 20;:SYST:ERR?\n', 'VOLT 28;:SYST:ERR?\n']);
    expect((await flow.read('voltage', by)).value).toBe(20);
  });
});

describe('a message', () => {
  test('is answered when it is a query', async () => {
    expect(await instrument().query('VOLT?', by)).toBe('0');
    await instrument().send('VOLT 3', by);
    expect(await instrument().query('VOLT?', by)).toBe('3');
  });

  test('that is no query is refused as one', async () => {
    await expect(instrument().query('VOLT 3', by)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    await expect(instrument().query('VOLT?\n*RST', by)).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    });
    expect(bench.written).toEqual([]);
  });

  test('that is not answered is told to its caller and never sent twice', async () => {
    await expect(instrument().query('LOST?', by)).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
    });
    expect(bench.written).toEqual(['LOST?\n']);
  });

  test.each([
    ['always', 'VOLT 3', true],
    ['never', 'VOLT?', false],
    ['scpi', 'VOLT?', true],
    ['scpi', 'NAME "who?"', false],
    [/^READ/, 'READ', true],
  ] as const)('with the policy %s, %s is answered: %s', (reply, message, answered) => {
    const driver = new ScpiDriver({ parameters: [], reply });
    expect(driver.expectsReply(message)).toBe(answered);
  });
});

test('messages end as the instrument wants it', async () => {
  await instrument({ terminator: '\r\n' }).query('VOLT?', by);
  expect(bench.written).toEqual(['VOLT?\r\n']);
});

test('a declared message that holds a line end is refused', () => {
  const evil = { name: 'x', query: 'A?\nB?', type: 'float' } as const;
  expect(() => new ScpiDriver({ parameters: [evil] })).toThrow(/line feed/);
});

test('drivers are made by the name of their family', async () => {
  const driver = await driverFamilies.scpi({ parameters });
  expect(driver.family).toBe('scpi');
  await port.transact(ask('VOLT?'), by);
  expect(Object.keys(driverFamilies)).toEqual([
    'bronkhorst',
    'scpi',
    'red-pitaya',
    'bitaxe',
    'cgminer',
    'magic-miner',
  ]);
});
