import { describe, expect, it } from 'vitest';
import { WorkerDriver } from '../../../../src/instruments/index.ts';
import type { WorkerParameter } from '../../../../src/instruments/index.ts';
import { interpretReply } from '../../../../src/ports/transaction.ts';
import type { Transaction } from '../../../../src/ports/index.ts';

function driverOf(...parameters: readonly WorkerParameter[]): WorkerDriver {
  return new WorkerDriver({ parameters });
}

/** What a transaction calls, as a link would be asked. */
async function called(transaction: Transaction<unknown>): Promise<unknown> {
  const calls: unknown[] = [];
  const call = async (method: string, params: unknown): Promise<unknown> => {
    calls.push([method, params]);
    return await Promise.resolve(null);
  };
  await transaction.attempt().operate?.({ call }, new AbortController().signal);
  return calls[0];
}

function valueOf(parameter: Omit<WorkerParameter, 'name'>, result: unknown): unknown {
  const driver = driverOf({ name: 'x', read: 'get', ...parameter });
  const [declared] = driver.parameters;
  if (declared === undefined) throw new Error('no parameter');
  return interpretReply(driver.read(declared), result);
}

describe('a driver for workers', () => {
  it('gives the arguments with both, and the value under its name', async () => {
    const driver = driverOf({
      name: 'gain',
      read: 'get',
      write: 'set',
      arguments: { channel: 2 },
      valueArgument: 'db',
      type: 'integer',
    });
    const [gain] = driver.parameters;
    if (gain === undefined) throw new Error('no parameter');
    expect(gain.access).toBe('read-write');
    expect(await called(driver.read(gain))).toEqual(['get', { channel: 2 }]);
    expect(await called(driver.write(gain, 3))).toEqual(['set', { channel: 2, db: 3 }]);
    expect(driver.read(gain).repeat).toBe('safe');
    expect(driver.write(gain, 3).repeat).toBe('never');
    expect(driver.call('set', {}).repeat).toBe('never');
    expect([driver.isReading('get'), driver.isReading('set')]).toEqual([true, false]);
  });

  it('reads parameters that are members of one result by one call', () => {
    const driver = driverOf(
      { name: 'a', read: 'get', field: 'a', type: 'float' },
      { name: 'b', read: 'get', field: 'b', type: 'float' },
      { name: 'c', read: 'get', field: 'a', arguments: { channel: 2 }, type: 'float' },
    );
    const [a, b, c] = driver.parameters.map((each) => driver.read(each).merge?.key);
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it.each<[WorkerParameter['type'], string | undefined, unknown, unknown]>([
    ['float', undefined, 1.5, 1.5],
    ['float', 'volts', { volts: 2 }, 2],
    ['integer', undefined, 7, 7],
    ['boolean', undefined, 1, true],
    ['boolean', 'on', { on: false }, false],
    ['string', undefined, 'sine', 'sine'],
  ])('takes a value of type %s, member %s, out of %j', (type, field, result, value) => {
    expect(valueOf({ type, field }, result)).toBe(value);
  });

  it.each<[WorkerParameter['type'], string | undefined, unknown]>([
    ['float', undefined, '1.5'],
    ['float', undefined, null],
    ['float', 'volts', { amps: 2 }],
    ['float', 'volts', null],
    ['float', 'constructor', {}],
    ['integer', undefined, 1.5],
    ['boolean', undefined, 'on'],
    ['string', undefined, 3],
  ])('refuses what is no %s, member %s: %j', (type, field, result) => {
    expect(() => valueOf({ type, field }, result)).toThrow(/is of type/);
  });

  it.each(['', '$/drain', '$/ping', 'x'.repeat(201)])('never calls %j', (name) => {
    expect(() => driverOf().call(name, {})).toThrow(/no name of a function/);
  });

  it('says so when its link leads to no worker', async () => {
    const attempt = driverOf().call('get', {}).attempt();
    const operated = attempt.operate?.({}, new AbortController().signal);
    await expect(operated).rejects.toMatchObject({ code: 'INSTRUMENT_ERROR' });
  });
});
