import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../../src/telemetry/index.ts';
import type { SqliteHistory } from '../../../src/telemetry/index.ts';
import { append, HistoryFolder, named, samplesOf } from '../history/history-folder.ts';

const day = Date.parse('2026-11-30T00:00:00Z');

async function all(store: SqliteHistory): Promise<number> {
  const query = { series: [named('a.x')], fromMs: 0, toMs: day * 2, points: 20_000 };
  const [found] = await store.query(query);
  return found?.count.reduce((sum, each) => sum + each, 0) ?? 0;
}

/** What a program said, line by line, until its end. */
async function saidBy(words: readonly string[]): Promise<string[]> {
  const [command = '', ...args] = words;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  await once(child, 'close');
  return said.trim().split('\n');
}

describe('a disk', { timeout: 300_000 }, () => {
  const program = fileURLToPath(new URL('programs/full-disk.ts', import.meta.url));
  /** All that was acknowledged is there, and all that had room to wait. */
  const check = (said: readonly string[], code: string): void => {
    const last = JSON.parse(said.at(-1) ?? '{}') as Record<string, number>;
    expect(said.slice(0, -1)).toEqual([`stopped ${code}`, 'beside it all goes on', 'resumed']);
    const { given = 0, acknowledged = 0, stored = 0, duplicates = 0, dropped = 0 } = last;
    // What a commit wrote before it failed may be there, and is found when it is written again.
    expect(last['found']).toBe(stored + duplicates);
    expect(stored + duplicates).toBe(given - dropped);
    expect(acknowledged).toBeGreaterThan(0);
  };

  // A file system of 2 MiB in a name space of its own, which root alone may have.
  it.runIf(process.getuid?.() === 0)(
    'that is full, and has room again, stops the record and lets it go on by itself',
    async () => {
      await using folder = new HistoryFolder();
      const mount = `mount -t tmpfs -o size=2m tmpfs '${folder.folder}' && exec "$@"`;
      const prefix = ['unshare', '--mount', 'sh', '-c', mount, 'sh'];
      const said = await saidBy([...prefix, process.execPath, program, folder.path, 'full']);
      check(said, 'DATABASE_FULL');
    },
  );

  it('that fails stops the record and lets it go on by itself', async () => {
    await using folder = new HistoryFolder();
    const fault = ['--seccomp-bpf', '--trace=fsync', '--inject=fsync:error=EIO:when=30'];
    const strace = ['strace', '-f', '-qq', '-o', '/dev/null', ...fault];
    const words = [...strace, process.execPath, program, folder.path, 'failing'];
    check(await saidBy(words), 'DATABASE_FAILED');
  });
});

describe('a damaged file', () => {
  it('is set aside, and a new one begun', async () => {
    await using folder = new HistoryFolder();
    const file = openSync(folder.path, 'w');
    writeSync(file, 'this is no database, and was none before'.repeat(200));
    closeSync(file);
    const told: string[] = [];
    const store = folder.open({ setAside: (error, movedTo) => told.push(error.code, movedTo) });
    await append(store, samplesOf('a.x', [[day, 1]]));
    expect(await all(store)).toBe(1);
    expect(told[0]).toBe('STATE_UNREADABLE');
    expect(existsSync(told[1] ?? '')).toBe(true);
    expect(readdirSync(folder.folder).filter((name) => name.includes('.damaged-'))).toHaveLength(1);
  });

  it('that is met while it is written is set aside, and nothing is lost of what comes then', async () => {
    await using folder = new HistoryFolder();
    const first = folder.open();
    const values = Array.from({ length: 20_000 }, (_, at): [number, number] => [day + at * 2, at]);
    await append(first, samplesOf('a.x', values));
    await first[Symbol.asyncDispose]();
    // All but how it begins.
    const { size } = statSync(folder.path);
    const file = openSync(folder.path, 'r+');
    writeSync(file, Buffer.alloc(size - 4_096, 0x55), 0, size - 4_096, 4_096);
    closeSync(file);
    const told: string[] = [];
    const store = folder.open({ setAside: (_error, movedTo) => told.push(movedTo) });
    const recorder = new Recorder({ store });
    await recorder.append(
      samplesOf('a.x', [
        [day + 1, 1],
        [day + 3, 2],
      ]),
    );
    expect(told).toHaveLength(1);
    expect(await all(store)).toBe(2);
    await recorder.close();
  });
});

describe('a thread that dies', { timeout: 120_000 }, () => {
  it('is started again, and what it had is written by the next', async () => {
    await using folder = new HistoryFolder();
    const store = folder.open();
    const recorder = new Recorder({ store, random: () => 0 });
    await recorder.append(samplesOf('a.x', [[day, 1]]));
    const stopped: string[] = [];
    recorder.events.on('stopped', ({ error }) => stopped.push(error.code));
    const writes = Array.from({ length: 20 }, async (_, at) => {
      await recorder.append(samplesOf('a.x', [[day + 1 + at, at]]));
    });
    await store.endThread();
    await Promise.all(writes);
    expect(stopped).toEqual(['DATABASE_FAILED']);
    expect(await all(store)).toBe(21);
    await recorder.close();
  });
});
