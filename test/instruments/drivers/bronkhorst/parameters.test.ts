import { assert, float, integer, property, string, uint8Array } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';

import '../../../support/seed.ts';
import { BronkhorstDriver, ProparWire } from '../../../../src/instruments/index.ts';
import type { ProparParameter, Value } from '../../../../src/instruments/index.ts';
import { decodeValue, encodeValue } from '../../../../src/protocols/index.ts';
import type { ProparValue } from '../../../../src/protocols/index.ts';

function driver(channel = 1): BronkhorstDriver {
  return new BronkhorstDriver({ wire: new ProparWire(), node: 3, channel });
}

function found(nameOrNumber: string | number, channel = 1): ProparParameter {
  const parameter = driver(channel).parameter(nameOrNumber);
  if (parameter === undefined) throw new Error(`no parameter ${nameOrNumber}`);
  return parameter;
}

/** Values that a parameter takes. */
function valuesOf(parameter: ProparParameter): Arbitrary<Value> {
  const { type, minimum, maximum, longest = 16 } = parameter;
  switch (type) {
    case 'integer':
      return integer({ min: minimum ?? 0, max: maximum ?? 0 });
    case 'float':
      return float({ noNaN: true, noDefaultInfinity: true }).filter(
        (value) => value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity),
      );
    case 'binary':
      return uint8Array({ minLength: 1, maxLength: longest });
    default:
      return string({ maxLength: longest }).filter(
        (text) => !text.includes('\0') && new TextEncoder().encode(text).length <= longest,
      );
  }
}

test('there are 432 parameters, each found by its name and by its number', () => {
  const { parameters } = driver();
  expect(parameters).toHaveLength(432);
  for (const parameter of parameters) {
    expect(parameter.name).toMatch(/^[a-z][A-Za-z0-9]*$/);
    expect(driver().parameter(parameter.name)).toMatchObject({ number: parameter.number });
    expect(driver().parameter(parameter.number)).toMatchObject({ name: parameter.name });
  }
  expect(new Set(parameters.map(({ name }) => name.toLowerCase())).size).toBe(432);
});

test.each([
  [8, 'measure', 1, 0],
  [9, 'setpoint', 1, 1],
  [21, 'capacity', 1, 13],
  [24, 'fluidNumber', 1, 16],
  [25, 'fluidName', 1, 17],
  [28, 'alarmInfo', 1, 20],
  [55, 'valveOutput', 114, 1],
  [90, 'deviceType', 113, 1],
  [92, 'serialNumber', 113, 3],
  [105, 'firmware', 113, 5],
  [115, 'userTag', 113, 6],
  [122, 'counterValue', 104, 1],
  [129, 'capacityUnit', 1, 31],
  [142, 'temperature', 33, 7],
  [205, 'fMeasure', 33, 0],
  [206, 'fSetpoint', 33, 3],
])('number %d is %s at %d/%d', (number, name, process, parameter) => {
  expect(found(number)).toMatchObject({ name, process, parameter });
});

test('the channel shifts the processes 1, 33, 65, 97 and 104, and no other', () => {
  const shifted = driver(2).parameters.filter(
    ({ number, process }) => process !== found(number).process,
  );
  expect(new Set(shifted.map(({ number }) => found(number).process))).toEqual(
    new Set([1, 33, 65, 97, 104]),
  );
  expect(found('fMeasure', 2)).toMatchObject({ process: 34, parameter: 0 });
  expect(shifted).toHaveLength(138);
});

test('every value that a parameter takes comes back as it was written', () => {
  for (const parameter of driver().parameters) {
    assert(
      property(valuesOf(parameter), (value) => {
        const bytes = encodeValue(parameter.wire, value as ProparValue);
        expect(decodeValue(parameter.wire, bytes)).toEqual(value);
      }),
      { numRuns: 20 },
    );
  }
});

test('limits are no wider than what the wire can hold', () => {
  for (const parameter of driver().parameters) {
    if (parameter.type !== 'integer') continue;
    for (const limit of [parameter.minimum, parameter.maximum]) {
      expect(limit, parameter.name).toBeDefined();
      expect(() => encodeValue(parameter.wire, limit ?? 0), parameter.name).not.toThrow();
    }
  }
});

test('measure, setpoint and alarm limits are shares of 32000; choices have names', () => {
  expect(['measure', 'setpoint', 'alarmMaximum'].map((name) => found(name).fullScale)).toEqual([
    32_000, 32_000, 32_000,
  ]);
  expect(found('fMeasure').fullScale).toBeUndefined();
  expect(found('controlMode').choices).toMatchObject({ 0: 'setpoint from the bus' });
  expect(found('sensorType').choices?.[130]).toBe('liquid or gas mass, sensor only');
});

test.each([0, 17, 1.5])('channel %d is refused', (channel) => {
  expect(() => driver(channel)).toThrow(/channel is/);
});

test.each([0, 129, -1, 2.5])('node %d is refused', (node) => {
  expect(() => new BronkhorstDriver({ wire: new ProparWire(), node })).toThrow(/node is/);
});
