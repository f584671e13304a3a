import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive, membersOf, misbehavingFactory, nodeWorkers, supervised } from './workers.ts';

const hostProgram = new URL('programs/host.ts', import.meta.url).pathname;

describe('a worker that ignores SIGTERM and the end of its input', () => {
  it('is ended with its children when it is stopped', async () => {
    const worker = supervised(misbehavingFactory('stubborn'));
    await worker.start();
    const group = (await worker.call('group')) as number;
    // Itself, its child, and the guard.
    expect(membersOf(group)).toHaveLength(3);
    await worker.stop();
    await expect.poll(() => membersOf(group)).toEqual([]);
    expect(worker.state).toBe('stopped');
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'does not outlive a host that %s ends',
    async (signal) => {
      const host = spawn(process.execPath, [hostProgram, 'stubborn'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void host.kill('SIGKILL'));
      const [line] = (await once(createInterface({ input: host.stdout }), 'line')) as [string];
      const group = Number(line);
      expect(membersOf(group)).toHaveLength(3);
      const exit = once(host, 'exit');
      host.kill(signal);
      await exit;
      await expect.poll(() => membersOf(group)).toEqual([]);
    },
  );
});

describe('what a worker leaves behind', () => {
  const [{ factory } = { factory: misbehavingFactory('stubborn') }] = nodeWorkers;

  it('ends with it when it crashes', async () => {
    const worker = supervised(factory);
    await worker.start();
    const child = (await worker.call('grandchild')) as number;
    const { pid = 0 } = worker.status;
    expect(isAlive(child)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isAlive(child)).toBe(false);
    await expect.poll(() => membersOf(pid)).toEqual([]);
  });

  it('ends with it when it drains', async () => {
    const worker = supervised(factory);
    await worker.start();
    const child = (await worker.call('grandchild')) as number;
    await worker.drain();
    await expect.poll(() => isAlive(child)).toBe(false);
  });
});
