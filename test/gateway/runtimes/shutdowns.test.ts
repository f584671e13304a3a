import { setTimeout as sleep } from 'node:timers/promises';
import { readdirSync, readlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { RuntimeManager } from '../../../src/gateway/index.ts';
import { count } from '../../support/count.ts';
import { EchoLine } from '../../support/echo-line.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { actor, managerOf } from './runtime-bench.ts';

const shutdowns = 500;
const title = 'shutdowns under load end in order, in time, and leave no process and no open port';

it(
  title,
  async () => {
    await using line = await EchoLine.open();
    const random = randomFrom(44);
    const settings = { path: line.path };
    const pick = <T>(...values: readonly T[]): T =>
      values[Math.floor(random() * values.length)] as T;
    for (let turn = 0; turn < count(shutdowns); turn += 1) {
      const manager = managerOf({
        inline: [
          actor('old', 'asker', { settings }),
          actor('slow', 'wayward', { settings: { stopTakesMs: pick(0, 20, 60_000) } }),
        ],
        isolated: [
          actor('thread', 'asker', { settings }),
          actor('apart', 'wayward', {
            isolation: pick('process', 'thread'),
            settings: { stopTakesMs: pick(0, 20, 60_000), startTakesMs: pick(0, 50) },
          }),
        ],
      });
      await one(manager, pick(0, 30, 300, 800), `seed ${seed}, turn ${turn}`);
      expect(openDescriptors(line.path), `seed ${seed}, turn ${turn}`).toBe(0);
    }
    recordProof({
      promise: 'The gateway outlives its instruments, workers, clients and cables.',
      test: title,
      count: count(shutdowns),
      planted: 0,
      caught: 0,
    });
  },
  1_800_000,
);

/** Starts, lets it run for so long, asks something of everybody, and shuts down meanwhile. */
async function one(manager: RuntimeManager, runsMs: number, which: string): Promise<void> {
  const pids = new Set<number>();
  manager.events.on('actor', ({ state }) => {
    if (state !== 'running') return;
    void manager.call('apart', 'pid').then(
      (pid) => pids.add(pid as number),
      () => {},
    );
  });
  const starting = manager.start().catch(() => {});
  await sleep(runsMs);
  const asked = Promise.allSettled(
    Array.from({ length: 20 }, async () => await manager.call('apart', 'echo', 1)),
  );
  const longestMs = 700;
  const beganMs = performance.now();
  const steps = await manager.shutdown(longestMs);
  // The deadline is the product's own, so it is held to it, with room for a busy machine; the slowest
  // of the actors wants a minute.
  expect(performance.now() - beganMs, which).toBeLessThan(longestMs + 10_000);
  const names = steps.map(({ step }) => step);
  const wanted = ['isolated', 'inline', 'resources'].filter((step) =>
    names.includes(step as never),
  );
  expect(names, which).toEqual(wanted);
  expect(names.at(-1), which).toBe('resources');
  await starting;
  await asked;
  expect(
    manager.status().actors.map(({ state }) => state),
    which,
  ).toEqual(manager.status().actors.map(() => 'stopped'));
  for (const pid of pids) {
    if (pid !== process.pid) await expect.poll(() => isAlive(pid), { message: which }).toBe(false);
  }
}

/** How many descriptors of this process lead to a terminal, without the instrument's own side. */
function openDescriptors(path: string): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target === path).length - ownDescriptors;
}

/** The simulated instrument keeps its terminal open itself. */
const ownDescriptors = 1;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
