import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VirtualPortDoor } from '../../../src/doors/index.ts';
import { ScpiDriver } from '../../../src/instruments/index.ts';
import { gapProtocol, linesProtocol } from '../../../src/sessions/index.ts';
import { encodeBinaryFrame } from '../../../src/protocols/index.ts';
import { ClientBench } from '../../sessions/client-bench.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { runPython, startPython } from '../python.ts';
import { VirtualBus } from './virtual-bus.ts';

/** Opens a terminal as a program that is not ready to wait does. */
function openTerminal(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
}

function readAll(fd: number): Buffer {
  const buffer = Buffer.alloc(262_144);
  try {
    return buffer.subarray(0, readSync(fd, buffer));
  } catch {
    // Nothing there yet.
    return Buffer.alloc(0);
  }
}

const readMeasure = (sequence: number, node: number): Uint8Array =>
  encodeBinaryFrame({ sequence, node, data: Uint8Array.of(0x04, 1, 0x20, 1, 0x20) });

interface PollResult {
  readonly right: number;
  readonly wrong: number;
  readonly silent: number;
}

/** Lets a foreign program poll one node for a while. @param how node, seconds, patience */
async function poll(path: string, ...how: readonly number[]): Promise<PollResult> {
  const printed = await runPython('propar_poller.py', path, ...how.map(String));
  return JSON.parse(printed) as PollResult;
}

function isFaultless({ wrong, silent }: PollResult): boolean {
  return wrong === 0 && silent === 0;
}

describe('virtual serial ports', () => {
  it(
    'let three programs that know nothing of each other use one bus, each value right',
    { timeout: 120_000 },
    async () => {
      const seconds = count(60);
      await using bus = await VirtualBus.open(['bus-1', 'bus-2', 'bus-3']);
      const results = await Promise.all(
        [3, 4, 5].map(async (node, n) => await poll(bus.path(`bus-${n + 1}`), node, seconds)),
      );
      expect(results.filter(isFaultless)).toHaveLength(3);
      for (const { right } of results) expect(right).toBeGreaterThan(seconds * 10);
      // The same programs on the bare wire: the check has to notice what they do to each other.
      await bus.port.close();
      const bare = await Promise.allSettled(
        [3, 4, 5].map(async (node) => await poll(bus.simulator.address, node, 2, 1)),
      );
      const hasBegun = bare.every(
        (each) => each.status === 'fulfilled' || !String(each.reason).includes('could not open'),
      );
      expect(hasBegun).toBe(true);
      // A program that another took the bytes away from may also fail with an error.
      const isCaught = bare.some((each) => each.status === 'rejected' || !isFaultless(each.value));
      expect(isCaught).toBe(true);
      recordProof({
        promise: 'A reply goes to its request or to nobody.',
        test: 'three programs that know nothing of each other use one bus, each value right',
        count: results.reduce((sum, { right }) => sum + right, 0),
        planted: 1,
        caught: isCaught ? 1 : 0,
      });
    },
  );

  it('know which program has them open, and when it has gone', async () => {
    await using bus = await VirtualBus.open(['bus-1']);
    const [door] = bus.doors;
    expect(door?.status()).toMatchObject({
      kind: 'virtual-port',
      address: bus.path('bus-1'),
      clients: [],
    });
    const child = startPython('half_frame.py', bus.path('bus-1'));
    await expect
      .poll(() => door?.status().clients[0])
      .toMatchObject({ program: 'python3', pid: child.pid, door: 'virtual-port' });
    child.kill('SIGKILL');
    await once(child, 'close');
    await expect.poll(() => door?.status().clients).toEqual([]);
  });

  it('are not harmed by a program that is killed in the middle of a frame', async () => {
    await using bus = await VirtualBus.open(['bus-1', 'bus-2']);
    const other = runPython('propar_poller.py', bus.path('bus-2'), '4', '3');
    const child = startPython('half_frame.py', bus.path('bus-1'));
    if (child.stdout === null) throw new Error('no output');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    // The next program on the same port begins with a clean line.
    const next = await runPython('propar_poller.py', bus.path('bus-1'), '3', '2');
    expect(JSON.parse(next)).toMatchObject({ wrong: 0, silent: 0 });
    expect(JSON.parse(await other)).toMatchObject({ wrong: 0, silent: 0 });
    const { writes } = await bus.simulator.report();
    expect(writes.filter(({ process }) => process === 1)).toEqual([]);
  });

  it('answer each client in its own form when one exchange on the bus served all', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `bus-${n}`);
    // Slow enough that all of them wait at the same time.
    await using bus = await VirtualBus.open(names, { baudRate: 1_200 });
    const terminals = names.map((name) => openTerminal(bus.path(name)));
    for (const [n, fd] of terminals.entries()) writeSync(fd, readMeasure(100 + n, 3));
    for (const [n, fd] of terminals.entries()) {
      let received = Buffer.alloc(0);
      await expect
        .poll(() => (received = Buffer.concat([received, readAll(fd)])).length)
        .toBeGreaterThanOrEqual(12);
      expect([...received.subarray(0, 8)]).toEqual([0x10, 2, 100 + n, 3, 5, 2, 1, 0x20]);
      closeSync(fd);
    }
    const { mergedOperations, wireTransactions } = bus.port.statistics();
    expect(mergedOperations).toBeGreaterThan(0);
    expect(wireTransactions).toBeLessThan(8);
  });

  it('hold only so much for a client that asks and asks and never reads', async () => {
    await using bus = await VirtualBus.open(['bus-1', 'bus-2'], { baudRate: 0 });
    const greedy = openTerminal(bus.path('bus-1'));
    const before = process.memoryUsage().arrayBuffers;
    const request = readMeasure(1, 3);
    const isFull = (): boolean =>
      bus.failures.some(({ error }) => (error as { code?: string }).code === 'QUEUE_FULL');
    for (let round = 0; round < 10_000 && !isFull(); round += 1) {
      try {
        for (let n = 0; n < 100; n += 1) writeSync(greedy, request);
      } catch {
        // Its line is full for the moment.
      }
      await sleep(1);
    }
    expect(isFull()).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16_000_000);
    const polite = openTerminal(bus.path('bus-2'));
    writeSync(polite, readMeasure(2, 4));
    await expect.poll(() => readAll(polite).length).toBeGreaterThanOrEqual(12);
    closeSync(polite);
    closeSync(greedy);
  });

  it('are only for their user, and gone with the door', async () => {
    await using bus = await VirtualBus.open(['bus-1']);
    const path = bus.path('bus-1');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await bus.doors[0]?.close();
    expect(() => lstatSync(path)).toThrow();
  });

  it('take no notice of the baud rate and the lines that a client sets', async () => {
    await using bus = await VirtualBus.open(['bus-1']);
    const path = bus.path('bus-1');
    const fd = openTerminal(path);
    spawnSync('stty', ['-F', path, '9600', 'cstopb', 'crtscts', 'ixon']);
    expect(spawnSync('stty', ['-F', path, 'speed']).stdout.toString()).toBe('9600\n');
    writeSync(fd, readMeasure(9, 3));
    await expect.poll(() => readAll(fd).length).toBeGreaterThanOrEqual(12);
    closeSync(fd);
  });

  it('are refused where another virtual port lives, with who holds it', async () => {
    await using bus = await VirtualBus.open(['bus-1']);
    const second = new VirtualPortDoor({
      name: 'again',
      path: bus.path('bus-1'),
      port: bus.port,
      protocol: gapProtocol({ silenceMs: 10, timeoutMs: 100 }),
    });
    await expect(second.open()).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringContaining(`(pid ${process.pid}, `) as string,
    });
  });

  it('take over the path of one that is gone, even when its terminal is another by now', async () => {
    await using bus = await VirtualBus.open([]);
    const path = join(bus.folder, 'stale');
    const shell = startPython('shell_terminal.py');
    if (shell.stdout === null) throw new Error('no output');
    const [terminal] = (await once(shell.stdout, 'data')) as [Buffer];
    symlinkSync(terminal.toString().trim(), path);
    await using door = new VirtualPortDoor({
      name: 'stale',
      path,
      port: bus.port,
      protocol: gapProtocol({ silenceMs: 10, timeoutMs: 100 }),
    });
    await door.open();
    shell.stdin?.end();
    await once(shell, 'close');
  });

  it('are opened by pyvisa-py as ASRL resources', async () => {
    await using bench = new ClientBench((text, side) => side.reply(`re ${text}`));
    await using bus = await VirtualBus.open([]);
    const path = join(bus.folder, 'meter');
    await using door = new VirtualPortDoor({
      name: 'meter',
      path,
      port: bench.port,
      protocol: linesProtocol(new ScpiDriver({ parameters: [] })),
    });
    await door.open();
    const printed = await runPython('visa_query.py', `ASRL${path}::INSTR`, '*IDN?', 'MEAS?');
    expect(printed).toBe('re *IDN?\nre MEAS?\n');
  });
});
