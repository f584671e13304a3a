import { setTimeout as sleep } from 'node:timers/promises';
import { readdirSync, readlinkSync } from 'node:fs';
import type { RuntimeManager } from '../../../src/gateway/index.ts';
import { isAlive } from '../../links/worker/workers.ts';
import type { EchoLine } from '../../support/echo-line.ts';
import { actor } from './runtime-bench.ts';

/** One shutdown, in the middle of whatever is under way. */
export interface ShutdownTurn {
  readonly line: EchoLine;
  /** All of the shutdown may take so long. */
  readonly longestMs: number;
  /** What it may take besides before it is taken for one without a deadline. */
  readonly spareMs: number;
  /** From the start to the shutdown. @default until all run */
  readonly runsMs?: number;
  /** How long actors take to stop, or to start. */
  readonly oldTakesMs: number;
  readonly newTakesMs: number;
  readonly startTakesMs?: number;
  readonly isolation?: 'process' | 'thread';
}

/** A killed process is gone for others after so long. */
const goneMs = 5_000;

/** Starts actors, lets them run, asks something of everybody, and shuts down meanwhile. @returns what is wrong */
export async function shutDownOnce(
  Manager: typeof RuntimeManager,
  turn: ShutdownTurn,
): Promise<readonly string[]> {
  const { line, longestMs, spareMs, runsMs, oldTakesMs, newTakesMs } = turn;
  const { startTakesMs = 0, isolation = 'process' } = turn;
  const settings = { path: line.path };
  // The simulated instrument keeps its terminal open itself.
  const openBefore = openDescriptors(line.path);
  const manager = new Manager({
    inline: {
      actors: [
        actor('old', 'asker', { settings }),
        actor('slow', 'wayward', { settings: { stopTakesMs: oldTakesMs } }),
      ],
    },
    isolated: {
      actors: [
        actor('thread', 'asker', { settings }),
        actor('apart', 'wayward', {
          isolation,
          settings: { stopTakesMs: newTakesMs, startTakesMs },
        }),
      ],
    },
  });
  const pids = new Set<number>();
  manager.events.on('actor', ({ state }) => {
    if (state !== 'running') return;
    void manager.call('apart', 'pid').then(
      (pid) => pids.add(pid as number),
      () => {},
    );
  });
  const starting = manager.start().catch(() => {});
  await (runsMs === undefined ? starting : sleep(runsMs));
  const asked = Promise.allSettled(
    Array.from({ length: 20 }, async () => await manager.call('apart', 'echo', 1)),
  );
  const { resources } = manager;
  const beganMs = performance.now();
  const steps = (await manager.shutdown(longestMs)).map(({ step }) => step).join(', ');
  const tookMs = performance.now() - beganMs;
  await starting;
  await asked;
  const running = manager.status().actors.filter(({ state }) => state !== 'stopped');
  pids.delete(process.pid);
  const left = await leftOf(pids);
  const open = openDescriptors(line.path) - openBefore;
  await resources.close();
  return [
    ...(steps === 'isolated, inline, resources' ? [] : [`the steps were ${steps}`]),
    // The deadline is the product's own, so it is held to it.
    ...(tookMs < longestMs + spareMs ? [] : [`it took ${tookMs.toFixed(0)} ms`]),
    ...running.map(({ id, state }) => `actor ${id} is ${state}`),
    ...left.map((pid) => `process ${pid} was left`),
    ...(open === 0 ? [] : [`the port is open ${open} times`]),
  ];
}

/** Those that are still there when they should be gone; they are ended. */
async function leftOf(pids: ReadonlySet<number>): Promise<readonly number[]> {
  const untilMs = performance.now() + goneMs;
  while (performance.now() < untilMs && [...pids].some(isAlive)) await sleep(10);
  const left = [...pids].filter(isAlive);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  return left;
}

/** How many descriptors of this process lead to a terminal. */
function openDescriptors(path: string): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target === path).length;
}
