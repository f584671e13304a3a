import { expect, test } from 'vitest';
import { fieldsOf, isMagicMiner } from '../../../../src/instruments/index.ts';
import {
  celsiusOf,
  fanOf,
  gigahashesOf,
  secondsOf,
  sharesOf,
} from '../../../../src/instruments/drivers/magic-miner/read-text.ts';
import { MinersBench, watcher } from '../../../support/miners.ts';

test('a Magic Miner is read off its pages, and later only off those that have what is wanted', async () => {
  await using bench = await MinersBench.open({ magic: 1 });
  const miner = bench.instrument();
  expect(await bench.all(miner)).toMatchObject({
    hashRate: expect.any(Number),
    temperature: expect.any(Number),
    fanSpeed: expect.any(Number),
    fanRotation: expect.any(Number),
    acceptedShares: 0,
    rejectedShares: 0,
    uptime: 0,
    model: 'BG02',
    firmware: '1.0.4',
    mac: '02:01:00:00:00:01',
    hostname: 'bg02-1',
  });
  await bench.simulator.resetLog();
  await miner.readMany(['hashRate', 'temperature'], watcher);
  expect(await bench.requests()).toEqual(['GET /', 'GET /system']);
  await expect(miner.write('hashRate', 1, watcher)).rejects.toMatchObject({ code: 'READ_ONLY' });
});

test('pages that have nothing of a Magic Miner are not one, whatever else they have', async () => {
  await using bench = await MinersBench.open({ strangers: 1 });
  await expect(bench.instrument().read('hashRate', watcher)).rejects.toMatchObject({
    code: 'REPLY_MALFORMED',
    message: expect.stringMatching(/nothing that a Magic Miner has/),
  });
  expect(isMagicMiner(await fieldsOf('<h1 class="model">BG02</h1>'))).toBe(false);
  expect(isMagicMiner(await fieldsOf('<p class="hashrate">none</p>'))).toBe(false);
  expect(isMagicMiner(await fieldsOf('<p data-id="hashrate">7.01 TH/s</p>'))).toBe(true);
  expect(isMagicMiner(await fieldsOf('<<<&&&"\0'.repeat(1_000)))).toBe(false);
});

test('it restarts by its form', async () => {
  await using bench = await MinersBench.open({ magic: 1 });
  const miner = bench.instrument();
  await miner.run('restart', {}, watcher);
  expect(await bench.requests()).toContain('POST /restart');
});

test('what pages say in words is put into the units of all miners', () => {
  expect(gigahashesOf('7.01 TH/s')).toBe(7_010);
  expect(gigahashesOf('1,234.5 GH/s')).toBe(1_234.5);
  expect(gigahashesOf('950000 MH/s')).toBe(950);
  expect(gigahashesOf('500')).toBe(500);
  expect(gigahashesOf('—')).toBeUndefined();
  expect(celsiusOf('65.2 °C')).toBe(65.2);
  expect(celsiusOf('149 °F')).toBe(65);
  expect(fanOf('60 % (3,200 RPM)')).toEqual({ percent: 60, rotation: 3_200 });
  expect(sharesOf('123/4')).toEqual({ accepted: 123, rejected: 4 });
  expect(sharesOf('Accepted: 1,234 Rejected: 5')).toEqual({ accepted: 1_234, rejected: 5 });
  expect(secondsOf('1d 02:03:04')).toBe(93_784);
  expect(secondsOf('3h 12m')).toBe(11_520);
  expect(secondsOf('2 days, 3 hours')).toBe(183_600);
  expect(secondsOf('86400')).toBe(86_400);
});
