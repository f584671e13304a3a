import { describe, expect, test } from 'vitest';
import { MinersBench, watcher } from '../../../support/miners.ts';

const families = ['bitaxe', 'bitaxeOld', 'avalon', 'cgminer', 'magic'] as const;
const noRepetition = { retry: { most: 0, delaysMs: [] } };

describe.each(families)('%s', (family) => {
  test('an answer that is garbage, half or 10 MB long is refused, and the next is good', async () => {
    await using bench = await MinersBench.open({ [family]: 1 });
    const miner = bench.instrument(1, noRepetition);
    expect((await miner.read('hashRate', watcher)).value).toBeGreaterThan(0);
    for (const fault of [
      { kind: 'garble' },
      { kind: 'wrong-length' },
      { kind: 'oversize', bytes: 10_000_000 },
    ] as const) {
      await bench.simulator.addFault({ fault, times: 20 });
      const came: unknown = await miner.read('hashRate', watcher).catch((thrown) => thrown);
      // Of half an answer of cgminer what is whole counts.
      const isHalf = fault.kind === 'wrong-length' && (came as { value?: number }).value;
      if (isHalf && (family === 'avalon' || family === 'cgminer')) {
        expect(isHalf).toBeGreaterThan(5_000);
        await bench.simulator.clearFaults();
        continue;
      }
      expect(came).toMatchObject({
        code: expect.stringMatching(/^(?:REPLY_MALFORMED|LINK_COMMUNICATION|INSTRUMENT_ERROR)$/),
      });
      await bench.simulator.clearFaults();
      expect((await miner.read('hashRate', watcher)).value).toBeGreaterThan(0);
    }
  });

  test('one that never comes, or has no end, costs its timeout and nothing more', async () => {
    await using bench = await MinersBench.open({ [family]: 1 });
    const miner = bench.instrument(1, { timeoutMs: 150, ...noRepetition });
    for (const fault of [{ kind: 'drop' }, { kind: 'oversize', bytes: Infinity }] as const) {
      await bench.simulator.addFault({ fault, times: 1 });
      await expect(miner.read('hashRate', watcher)).rejects.toMatchObject({
        code: 'INSTRUMENT_TIMEOUT',
      });
      await expect
        .poll(async () => (await miner.read('hashRate', watcher)).value)
        .toBeGreaterThan(0);
    }
  });

  test('it is gone while it restarts, and back by itself', async () => {
    await using bench = await MinersBench.open({ [family]: 1 });
    const miner = bench.instrument(1, noRepetition);
    await miner.read('hashRate', watcher);
    await bench.simulator.addFault({ fault: { kind: 'reboot', backAfterMs: 300 }, times: 1 });
    await expect(miner.read('hashRate', watcher)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:LINK_COMMUNICATION|INSTRUMENT_OFFLINE)$/),
    });
    await expect(miner.read('hashRate', watcher)).rejects.toMatchObject({
      code: 'INSTRUMENT_OFFLINE',
    });
    await expect
      .poll(async () => Object.keys((await miner.readMany(['hashRate'], watcher)).readings).length)
      .toBe(1);
  });
});

describe.each(['bitaxe', 'avalon', 'magic'] as const)(
  'another device in the place of a %s',
  (family) => {
    test('is noticed by its hardware address, also before anything is changed', async () => {
      await using bench = await MinersBench.open({ [family]: 1 });
      const miner = bench.instrument(1, noRepetition);
      await miner.readMany(['hashRate', 'model'], watcher);
      await bench.simulator.addFault({ fault: { kind: 'impostor' } });
      await expect(miner.read('hashRate', watcher)).rejects.toMatchObject({
        code: 'INSTRUMENT_REPLACED',
        message: expect.stringMatching(/06:01:00:00:00:01, and not 02:01:00:00:00:01/),
      });
      await bench.simulator.resetLog();
      await expect(miner.run('restart', {}, watcher)).rejects.toMatchObject({
        code: 'INSTRUMENT_REPLACED',
      });
      expect((await bench.requests()).some((each) => /restart/.test(each))).toBe(false);
      await bench.simulator.clearFaults();
      expect((await miner.read('hashRate', watcher)).value).toBeGreaterThan(0);
    });

    test('is noticed from the first answer on where the configuration says which is meant', async () => {
      await using bench = await MinersBench.open({ [family]: 1 });
      const right = bench.instrument(1, { mac: '02-01-00-00-00-01' });
      expect((await right.read('hashRate', watcher)).value).toBeGreaterThan(0);
      const wrong = bench.instrument(1, { mac: '02:01:00:00:00:02' });
      await expect(wrong.read('hashRate', watcher)).rejects.toMatchObject({
        code: 'INSTRUMENT_REPLACED',
      });
    });
  },
);

test('a connection that the device closed while it was idle is opened again without a word', async () => {
  await using bench = await MinersBench.open({ bitaxe: 1, idleMs: 50 });
  const miner = bench.instrument();
  for (let round = 0; round < 5; round += 1) {
    expect((await miner.read('hashRate', watcher)).value).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 45 + round * 5));
  }
});
