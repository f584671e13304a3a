import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const room = join(import.meta.dirname, '../../src/locks/index.ts');

/** Locks, and a class of which nothing is kept, used until V8 makes fast code, then collected. */
const program = `
  import { Agent, Mutex, ReadWriteLock, WaitGraph } from ${JSON.stringify(room)};
  class Fleeting {
    #value;
    constructor(value) { this.#value = value; }
    fleet() { return this.#value; }
  }
  const lock = { name: 'lock', graph: new WaitGraph() };
  const [mutex, table] = [new Mutex(lock), new ReadWriteLock(lock)];
  const by = new Agent();
  const others = { by: new Agent() };
  let sum = 0;
  for (let round = 0; round < 10; round += 1) {
    for (let turn = 0; turn < 20_000; turn += 1) {
      sum += new Fleeting(turn).fleet();
      table.tryAcquireRead(by).release();
      const held = mutex.tryAcquire(by);
      const wait = mutex.acquire(others);
      held.release();
      (await wait).release();
    }
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
`;

it('locks keep the fast code that was made for them when a full collection finds nobody at them', async () => {
  // Fast code is made at once, not beside the program, which on a busy machine comes too late.
  const compiling = '--no-concurrent-recompilation';
  const traced = ['--expose-gc', '--trace-deopt', compiling];
  const flags = [...traced, '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 25_000 });
  const thrownAway = stdout
    .split('\n')
    .filter((line) => line.includes('weak objects cleared'))
    .map((line) => /SharedFunctionInfo ([^>]*)>/.exec(line)?.[1] ?? 'the program');
  expect(new Set(thrownAway)).toContain('fleet');
  for (const name of [
    'tryAcquire',
    'tryAcquireRead',
    'release',
    '#release',
    '#begin',
    '#take',
    '#hold',
  ]) {
    expect(thrownAway).not.toContain(name);
  }
});
