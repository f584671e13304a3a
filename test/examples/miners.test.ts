import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import type { LatestRecordReport } from '../../src/client/index.ts';
import { GatewayProcess } from '../support/gateway-process.ts';

const example = fileURLToPath(new URL('../../examples/miners/', import.meta.url));
const waiting = { timeout: 60_000, interval: 200 };

/** The example with what goes wrong sooner, and a rule with less patience. */
async function laboratory(): Promise<string> {
  const text = await readFile(`${example}lab.toml`, 'utf8');
  return text
    .replace('after = 40', 'after = 4')
    .replace('after = 60', 'after = 8')
    .replace('probability = 0.01', 'after = 6, times = 1, backAfterMs = 3000')
    .replace('preset = "miner-overheating"', 'preset = "miner-overheating"\nforS = 1');
}

const value = (record: LatestRecordReport | undefined, name: string): unknown =>
  record?.values[name]?.value;

test('twenty miners are watched at once, and what goes wrong with one is told once and costs no other', async () => {
  await using gateway = await GatewayProcess.start(await laboratory());
  const client = new SignalboxClient({ url: gateway.url });

  const all = async (): Promise<readonly LatestRecordReport[]> => await client.values();
  const telling = async (): Promise<number> =>
    (await all()).filter((each) => Number(value(each, 'hashRate')) > 0).length;
  await expect.poll(telling, waiting).toBe(20);
  const records = new Map((await all()).map((each) => [each.instrument, each]));
  // The same things under the same names, in the same units, of all three families.
  for (const name of ['desk-1', 'old-1', 'avalon-1', 'rig', 'magic-1']) {
    expect(records.get(name)?.values, name).toMatchObject({
      hashRate: { unit: 'GH/s' },
      temperature: { unit: '°C' },
      acceptedShares: { quality: expect.stringMatching(/good|stale/) },
    });
  }

  // A block is found, and one is too hot: each is told, once.
  const raised = async (): Promise<readonly string[]> =>
    (await client.alerts.history()).map(({ alert, subject }) => `${alert} ${subject}`);
  await expect.poll(raised, waiting).toContain('block-found desk-7');
  await expect.poll(raised, waiting).toContain('overheating desk-3');
  const told = (await client.alerts.history()).filter(({ alert }) => alert === 'block-found');
  expect(told).toHaveLength(1);

  // One that restarts is missed for a while, and back by itself.
  const qualityOf = async (name: string): Promise<string | undefined> =>
    (await client.valuesOf(name)).values['hashRate']?.quality;
  await expect.poll(async () => await qualityOf('old-2'), waiting).toBe('bad');
  await expect.poll(async () => await qualityOf('old-2'), waiting).toBe('good');
  const polls = await client.polls();
  const alive = polls.filter(({ instrument }) => /^desk-[124568]$/.test(instrument));
  expect(alive.reduce((sum, each) => sum + each.failed, 0)).toBe(0);

  // What a miner cannot take never reaches it; what it can is there when it is read.
  await expect(client.write('desk-1', 'frequency', 999_999)).rejects.toMatchObject({
    code: 'VALUE_OUT_OF_RANGE',
  });
  await client.write('desk-1', 'frequency', 550);
  await expect
    .poll(async () => value(await client.valuesOf('desk-1'), 'frequency'), waiting)
    .toBe(550);

  // What was polled is recorded.
  const recorded = async (): Promise<number> => {
    const answer = await fetch(`${gateway.url}/api/v1/history?series=desk-1.hashRate`);
    const { series } = (await answer.json()) as { series: readonly { atMs: readonly number[] }[] };
    return series[0]?.atMs.length ?? 0;
  };
  await expect.poll(recorded, waiting).toBeGreaterThan(3);
}, 240_000);
