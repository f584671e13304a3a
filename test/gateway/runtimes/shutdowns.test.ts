import { describe, expect, it } from 'vitest';
import { RuntimeManager } from '../../../src/gateway/index.ts';
import { count } from '../../support/count.ts';
import { EchoLine } from '../../support/echo-line.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { shutDownOnce } from './shut-down-once.ts';

const shutdowns = 500;
const title = 'end in order, in time, and leave no process and no open port';
const manager = 'runtimes/runtime-manager.ts';

const bugs: readonly Mutant[] = [
  {
    bug: 'inline actors end before isolated ones',
    file: manager,
    find: `      ['isolated', 0.4],
      ['inline', 0.6],`,
    replace: `      ['inline', 0.4],
      ['isolated', 0.6],`,
  },
  {
    bug: 'ports are left open',
    file: manager,
    find: 'async () => await resources.close()',
    replace: 'async () => await Promise.resolve()',
  },
  {
    bug: 'who does not stop has all the time that it wants',
    file: manager,
    find: '* share);',
    replace: '* share * 20);',
  },
  {
    bug: 'a process that does not stop is left behind',
    file: 'runtimes/isolated-actor.ts',
    find: `    await this.#worker.stop();
    return stopped`,
    replace: `    if (stopped.kind !== 'late' && !isLate(stopped)) await this.#worker.stop();
    return stopped`,
  },
];

describe('shutdowns under load', () => {
  let caught = 0;

  it.each(bugs)('show when $bug', { timeout: 60_000 }, async (bug) => {
    using plantation = new Plantation();
    const room = await plantation.plant<{ RuntimeManager: typeof RuntimeManager }>('gateway', bug);
    await using line = await EchoLine.open();
    const turn = { line, longestMs: 600, spareMs: 1_200, oldTakesMs: 0, newTakesMs: 60_000 };
    expect(await shutDownOnce(room.RuntimeManager, turn)).not.toEqual([]);
    caught += 1;
  });

  it(title, { timeout: 1_800_000 }, async () => {
    await using line = await EchoLine.open();
    const random = randomFrom(44);
    const pick = <T>(...values: readonly T[]): T =>
      values[Math.floor(random() * values.length)] as T;
    for (let turn = 0; turn < count(shutdowns); turn += 1) {
      const faults = await shutDownOnce(RuntimeManager, {
        line,
        longestMs: 700,
        // What a busy machine takes besides; the slowest of the actors wants a minute.
        spareMs: 10_000,
        runsMs: pick(0, 30, 300, 800),
        oldTakesMs: pick(0, 20, 60_000),
        newTakesMs: pick(0, 20, 60_000),
        startTakesMs: pick(0, 50),
        isolation: pick('process', 'thread'),
      });
      expect(faults, `seed ${seed}, turn ${turn}`).toEqual([]);
    }
    recordProof({
      promise: 'The gateway outlives its instruments, workers, clients and cables.',
      test: `shutdowns under load ${title}`,
      count: count(shutdowns),
      planted: bugs.length,
      caught,
    });
  });
});
