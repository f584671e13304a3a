import { expect, test } from 'vitest';
import * as telemetry from '../../../src/telemetry/index.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { checkHistory } from './check-histories.ts';
import type { TelemetryRoom } from './check-histories.ts';
import { plantedBugs } from './planted-bugs.ts';
import { AlertFolder } from './support.ts';

/** A bug has to show within so many histories. */
const triesMost = 400;

test('an alert is told once and never twice, whatever comes, goes, restarts and crashes', async () => {
  using folder = new AlertFolder();
  const histories = count(10_000, 0.01);
  for (let number = 0; number < histories; number += 1) {
    const wrong = await checkHistory(telemetry, randomFrom(number), folder.path);
    expect(wrong, `history ${number}`).toBeUndefined();
  }
  using plantation = new Plantation();
  const missed: string[] = [];
  for (const mutant of plantedBugs) {
    const room = await plantation.plant<TelemetryRoom>('telemetry', mutant);
    if (!(await shows(room, folder.path))) missed.push(mutant.bug);
  }
  expect(missed).toEqual([]);
  recordProof({
    promise: 'An alert is told once and never twice.',
    test: 'an alert is told once and never twice, whatever comes, goes, restarts and crashes',
    count: histories,
    planted: plantedBugs.length,
    caught: plantedBugs.length - missed.length,
  });
}, 900_000);

async function shows(room: TelemetryRoom, path: string): Promise<boolean> {
  for (let number = 0; number < triesMost; number += 1) {
    if ((await checkHistory(room, randomFrom(number), path)) !== undefined) return true;
  }
  return false;
}
