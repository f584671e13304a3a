import { expect, test } from 'vitest';
import { MinersBench, watcher } from '../../../support/miners.ts';

test('a Bitaxe tells all that it has by one request, in the units of all miners', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1 });
  const miner = bench.instrument();
  await bench.all(miner);
  await bench.simulator.resetLog();
  const told = await bench.all(miner);
  expect(await bench.requests()).toEqual(['GET /api/system/info']);
  expect(told).toMatchObject({
    acceptedShares: expect.any(Number),
    rejectedShares: 0,
    asicCount: 1,
    bestDifficulty: 1_290_000,
    firmware: 'v2.11.0',
    frequency: 525,
    coreVoltage: 1_150,
    automaticFan: true,
    overclock: false,
    pool: 'public-pool.example:3333',
    worker: 'bc1qsimulated.bitaxe',
    poolDifficulty: 1_000,
    model: 'BM1370',
    mac: '02:01:00:00:00:01',
    hostname: 'bitaxe-1',
    isPaused: false,
    isOverheated: false,
    blocksFound: 0,
  });
  expect(told['hashRate']).toBeGreaterThan(1_000);
  expect(told['hashRate']).toBeLessThan(1_150);
  expect(told['expectedHashRate']).toBeCloseTo(1_071);
  expect(told['efficiency']).toBeCloseTo(
    (Number(told['power']) * 1_000) / Number(told['hashRate']),
  );
  expect(told['temperature']).toBeGreaterThan(50);
  // A sensor that is not there is no temperature.
  expect(told).not.toHaveProperty('temperature2');
});

test('firmware of before 2.10 is understood: texts for numbers, other names, no ASIC page', async () => {
  await using bench = await MinersBench.open({ bitaxeOld: 1 });
  const miner = bench.instrument();
  const told = await bench.all(miner);
  expect(told).toMatchObject({
    bestDifficulty: 1_290_000,
    sessionBestDifficulty: expect.any(Number),
    poolDifficulty: 1_000,
    asicCount: 1,
    expectedHashRate: expect.closeTo((485 * 894) / 1_000),
    firmware: 'v2.6.0',
  });
  expect(told).not.toHaveProperty('manualFanSpeed');
  await expect(miner.read('manualFanSpeed', watcher)).rejects.toMatchObject({
    code: 'INSTRUMENT_ERROR',
    message: expect.stringMatching(/does not tell its manualFanSpeed/),
  });
  // What it has not is not written either, though the firmware would say that all is well.
  await expect(miner.write('manualFanSpeed', 50, watcher)).rejects.toMatchObject({
    code: 'INSTRUMENT_ERROR',
  });
});

test('readers of one moment share one request', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1 });
  const miner = bench.instrument();
  await miner.read('hashRate', watcher);
  await bench.simulator.resetLog();
  const names = ['hashRate', 'temperature', 'power', 'uptime', 'pool'];
  await Promise.all([
    ...names.map(async (name) => await miner.read(name, watcher)),
    miner.readMany(names, watcher),
  ]);
  expect((await bench.requests()).length).toBeLessThanOrEqual(2);
});

test('settings are written within their limits and those of the device', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1 });
  const miner = bench.instrument();
  const value = async (name: string): Promise<unknown> => (await miner.read(name, watcher)).value;
  await miner.write('frequency', 600, watcher);
  await miner.write('automaticFan', false, watcher);
  await miner.write('manualFanSpeed', 80, watcher);
  await miner.write('targetTemperature', 66, watcher);
  await miner.write('hostname', 'rack-1', watcher);
  await miner.write('wifiPassword', 'not to be read', watcher);
  expect(await value('frequency')).toBe(600);
  expect(await value('automaticFan')).toBe(false);
  expect(await value('manualFanSpeed')).toBe(80);
  expect(await value('targetTemperature')).toBe(66);
  expect(await value('hostname')).toBe('rack-1');

  await bench.simulator.resetLog();
  const outside: readonly (readonly [string, number | string, string])[] = [
    ['targetTemperature', 67, 'VALUE_OUT_OF_RANGE'],
    ['targetTemperature', 34, 'VALUE_OUT_OF_RANGE'],
    ['manualFanSpeed', 101, 'VALUE_OUT_OF_RANGE'],
    ['leastFanSpeed', 100, 'VALUE_OUT_OF_RANGE'],
    ['frequency', 0, 'VALUE_OUT_OF_RANGE'],
    ['rotation', 45, 'VALUE_INVALID'],
    ['hostname', 'no spaces', 'VALUE_INVALID'],
    ['hostname', 'x'.repeat(33), 'VALUE_OUT_OF_RANGE'],
    ['wifiPassword', 'x'.repeat(64), 'VALUE_OUT_OF_RANGE'],
    ['hashRate', 1, 'READ_ONLY'],
  ];
  for (const [name, wrong, code] of outside) {
    await expect(miner.write(name, wrong, watcher)).rejects.toMatchObject({ code });
  }
  expect(await bench.requests()).toEqual([]);
});

test('a frequency that the device does not offer is refused until it may be overclocked', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1 });
  const miner = bench.instrument();
  await expect(miner.write('frequency', 610, watcher)).rejects.toMatchObject({
    code: 'VALUE_OUT_OF_RANGE',
    message: expect.stringMatching(/400, 490, 525, 550, 600, 625/),
  });
  await miner.write('overclock', true, watcher);
  await miner.write('frequency', 610, watcher);
  expect((await miner.read('frequency', watcher)).value).toBe(610);
});

test('a write whose answer is lost is read back and not sent again where it took effect', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1 });
  const miner = bench.instrument();
  await miner.read('frequency', watcher);
  await bench.simulator.resetLog();
  // The first answer is that of the look at the device, the second that of the write.
  await bench.simulator.addFault({ fault: { kind: 'wrong-length' }, after: 1, times: 1 });
  await miner.write('targetTemperature', 55, watcher);
  const writes = (await bench.requests()).filter((each) => each.startsWith('PATCH'));
  expect(writes).toHaveLength(1);
  expect((await miner.read('targetTemperature', watcher)).value).toBe(55);
});

test('it restarts, pauses, goes on, and takes the news of a block off its display', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1 });
  const miner = bench.instrument();
  await miner.run('identify', {}, watcher);
  await miner.run('pause', {}, watcher);
  expect((await miner.read('isPaused', watcher)).value).toBe(true);
  expect((await miner.read('hashRate', watcher)).value).toBe(0);
  await miner.run('resume', {}, watcher);
  expect((await miner.read('isPaused', watcher)).value).toBe(false);
  await bench.simulator.addFault({ fault: { kind: 'block-found' }, times: 1 });
  expect((await miner.read('blocksFound', watcher)).value).toBe(1);
  await miner.run('dismissBlock', {}, watcher);
  await bench.simulator.addFault({ fault: { kind: 'overheat' }, times: 1 });
  expect((await miner.read('isOverheated', watcher)).value).toBe(true);
  await miner.run('clearOverheat', {}, watcher);
  expect((await miner.read('isOverheated', watcher)).value).toBe(false);
  await miner.run('restart', {}, watcher);
  // It is gone for a while, and back by itself.
  await expect.poll(async () => (await miner.read('uptime', watcher)).value).toBe(0);
});

test('a restart whose answer is lost is never done twice', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1 });
  const miner = bench.instrument();
  await miner.read('uptime', watcher);
  await bench.simulator.addFault({ fault: { kind: 'wrong-length' }, after: 1, times: 1 });
  await expect(miner.run('restart', {}, watcher)).rejects.toMatchObject({
    code: 'OUTCOME_UNKNOWN',
  });
  expect((await bench.requests()).filter((each) => each.startsWith('POST'))).toHaveLength(1);
});

test('a pool is set as each firmware wants it, and its password is shown nowhere', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1, bitaxeOld: 1 });
  const password = 'a-password-of-a-pool';
  for (const number of [1, 2]) {
    const miner = bench.instrument(number);
    const pool = { url: 'stratum+tcp://pool.example:4444', user: 'me.desk', password };
    await miner.run('setPool', { number: 0, ...pool }, watcher);
    await miner.write('wifiPassword', password, watcher);
    const told = await bench.all(miner);
    expect(JSON.stringify(told)).not.toContain(password);
    const traced = miner.port.trace().map(({ request }) => Buffer.from(request).toString());
    expect(traced.join()).toContain('pool 0 = me.desk at pool.example:4444');
    expect(traced.join()).not.toContain(password);
    await expect(miner.read('wifiPassword', watcher)).rejects.toMatchObject({
      code: 'WRITE_ONLY',
    });
    await expect(miner.run('setPool', { ...pool, url: 'pool' }, watcher)).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      message: expect.not.stringContaining(password),
    });
    const wrong = miner.write('wifiPassword', 12_345, watcher);
    await expect(wrong).rejects.toMatchObject({ message: expect.not.stringContaining('12345') });
  }
  expect((await bench.requests(1)).at(-2)).toMatch(/info|asic|PATCH/);
});

test('401 says that the miner talks only to its own network', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1 });
  const miner = bench.instrument();
  await bench.simulator.addFault({ fault: { kind: 'status', status: 401 } });
  await expect(miner.read('hashRate', watcher)).rejects.toMatchObject({
    code: 'INSTRUMENT_ERROR',
    message: expect.stringMatching(/401.*private network/),
  });
});
