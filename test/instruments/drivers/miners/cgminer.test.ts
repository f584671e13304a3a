import { expect, test } from 'vitest';
import { MinersBench, watcher } from '../../../support/miners.ts';

test('an Avalon tells all that it has by one request of joined reports', async () => {
  await using bench = await MinersBench.open({ avalon: 1 });
  const told = await bench.all(bench.instrument());
  expect(await bench.requests()).toEqual(['{"command":"devs+pools+stats+summary+version"}']);
  expect(told).toMatchObject({
    model: 'Avalon Nano3s',
    firmware: '24102401_25462b2_9ddf522',
    mac: '02:01:00:00:00:01',
    pool: 'stratum+tcp://public-pool.example:21496',
    worker: 'bc1qsimulated.rig',
    poolDifficulty: 8_192,
    bestDifficulty: 1_290_000,
    workLevel: 1,
    led: false,
    isAsleep: false,
    inletTemperature: 31,
  });
  expect(told['hashRate']).toBeGreaterThan(5_500);
  expect(told['hashRate']).toBeLessThan(6_500);
  // cgminer itself says -273 there.
  expect(told['temperature']).toBeGreaterThan(70);
  expect(told['fanSpeed']).toBeGreaterThan(40);
  expect(told['fanRotation']).toBeGreaterThan(1_000);
  expect(told['power']).toBeGreaterThan(100);
});

test('a plain cgminer tells what it has, and what it has not is missing by itself', async () => {
  await using bench = await MinersBench.open({ cgminer: 1 });
  const miner = bench.instrument();
  const told = await bench.all(miner);
  expect(told).toMatchObject({ deviceCount: 1, poolNumber: 0, firmware: '4.12.1' });
  expect(told['temperature']).toBeGreaterThan(60);
  for (const name of ['power', 'workLevel', 'led', 'mac']) expect(told).not.toHaveProperty(name);
  const { readings, failures } = await miner.readMany(['hashRate', 'power'], watcher);
  expect(readings).toHaveProperty('hashRate');
  expect(failures.get('power')?.code).toBe('INSTRUMENT_ERROR');
  expect((await miner.identify(watcher)).text).toBe('cgminer 4.11.1 4.12.1');
});

test('only those reports are asked for that the parameters are in', async () => {
  await using bench = await MinersBench.open({ avalon: 1 });
  const miner = bench.instrument();
  await miner.read('hashRate', watcher);
  await miner.readMany(['pool', 'worker'], watcher);
  expect(await bench.requests()).toEqual([
    '{"command":"summary+version"}',
    '{"command":"pools+version"}',
  ]);
});

test('an Avalon takes its work level, light and sleep', async () => {
  await using bench = await MinersBench.open({ avalon: 1 });
  const miner = bench.instrument();
  await miner.write('workLevel', 2, watcher);
  await miner.write('led', true, watcher);
  await miner.run('pause', {}, watcher);
  expect(await bench.all(miner)).toMatchObject({ workLevel: 2, led: true, isAsleep: true });
  await miner.run('resume', {}, watcher);
  expect((await miner.read('isAsleep', watcher)).value).toBe(false);
  await expect(miner.write('workLevel', 3, watcher)).rejects.toMatchObject({
    code: 'VALUE_OUT_OF_RANGE',
  });
});

test('pools are switched, disabled, added and removed, and a password is shown nowhere', async () => {
  await using bench = await MinersBench.open({ cgminer: 1 });
  const miner = bench.instrument();
  const pools = async (): Promise<unknown> => (await miner.read('pools', watcher)).value;
  await miner.run('switchPool', { number: 1 }, watcher);
  expect((await miner.read('poolNumber', watcher)).value).toBe(1);
  await miner.run('disablePool', { number: 0 }, watcher);
  expect(await pools()).toMatch(/0 .* Disabled; 1 .* Alive/);
  await miner.run('enablePool', { number: 0 }, watcher);
  const password = 'secret, of a pool';
  const pool = { url: 'pool.example:3333', user: 'me.rig', password };
  await miner.run('addPool', pool, watcher);
  expect(await pools()).toMatch(/2 stratum\+tcp:\/\/pool\.example:3333 Alive/);
  await miner.run('removePool', { number: 0 }, watcher);
  expect(await pools()).not.toMatch(/public-pool/);
  const traced = miner.port.trace().map(({ request }) => Buffer.from(request).toString());
  expect(traced.join()).toContain('addpool|stratum+tcp://pool.example:3333,me.rig,***');
  expect(traced.join()).not.toContain('secret');
  await miner.query(`addpool|pool.example:1,me,${password}`, watcher);
  expect(
    miner.port
      .trace()
      .map(({ request }) => Buffer.from(request).toString())
      .join(),
  ).not.toContain('secret');
});

test('what only a privileged machine may do is refused with what to do about it', async () => {
  await using bench = await MinersBench.open({ cgminer: 1, privileged: false });
  const miner = bench.instrument();
  expect((await miner.read('hashRate', watcher)).value).toBeGreaterThan(0);
  await expect(miner.run('switchPool', { number: 1 }, watcher)).rejects.toMatchObject({
    code: 'INSTRUMENT_ERROR',
    message: expect.stringMatching(/lets this machine read, but not do 'switchpool'/),
    nextStep: expect.stringMatching(/--api-allow W:/),
  });
});

test('a restart and a removal whose reply is lost are never done twice', async () => {
  await using bench = await MinersBench.open({ cgminer: 1 });
  const miner = bench.instrument();
  for (const [action, values] of [
    ['removePool', { number: 1 }],
    ['restart', {}],
  ] as const) {
    await bench.simulator.resetLog();
    await bench.simulator.addFault({ fault: { kind: 'garble' }, after: 1, times: 1 });
    await expect(miner.run(action, values, watcher)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
    const sent = (await bench.requests()).filter((each) => !each.includes('version'));
    expect(sent).toHaveLength(1);
  }
});

test('any command can be asked, and its reply is JSON whatever the miner made of it', async () => {
  await using bench = await MinersBench.open({ avalon: 1 });
  const miner = bench.instrument();
  const reply = JSON.parse(await miner.query('stats', watcher)) as {
    readonly stats: { readonly STATS: readonly { readonly ID: string }[] };
  };
  expect(reply.stats.STATS[0]?.ID).toBe('AVANANO0');
  expect(JSON.parse(await miner.query('nonsense', watcher))).toMatchObject({
    nonsense: { status: 'E', code: 14 },
  });
  await expect(miner.query('No Command', watcher)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
});
