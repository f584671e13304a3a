import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  callsUnderWayMost,
  Vxi11Door,
  vxi11ReadBytesMost,
  Vxi11Server,
} from '../../../src/doors/index.ts';
import { vxi11Core, vxi11Errors } from '../../../src/protocols/index.ts';
import { owner } from '../../support/line-transaction.ts';
import type { Peer } from '../../support/memory-link.ts';
import { MessageBench } from '../message-bench.ts';
import { RpcCaller, Vxi11Program } from './vxi11-program.ts';

interface Vxi11Bench extends AsyncDisposable {
  readonly doors: readonly Vxi11Door[];
  readonly written: readonly string[];
  readonly bench: MessageBench<Vxi11Door>;
  readonly tcpPort: number;
  program(device?: string, core?: RpcCaller): Promise<Vxi11Program>;
}

async function openBench(peer?: Peer): Promise<Vxi11Bench> {
  const server = new Vxi11Server({ hasPortmapper: false });
  const bench = await MessageBench.open((parts) => new Vxi11Door({ ...parts, server }), peer);
  const { tcpPort } = server;
  return {
    bench,
    tcpPort,
    doors: bench.doors,
    written: bench.written,
    program: async (device, core) => await Vxi11Program.connect(tcpPort, device, core),
    [Symbol.asyncDispose]: async () => await bench[Symbol.asyncDispose](),
  };
}

describe('the VXI-11 door', () => {
  it('leads to each instrument by its number and by its name, and to nothing else', async () => {
    await using bench = await openBench();
    for (const device of ['inst0', 'INST1', 'meter', 'source']) {
      using program = await bench.program(device);
      expect(await program.ask('ID?')).toBe('re ID?\n');
    }
    await expect(bench.program('inst7')).rejects.toThrow('VXI-11 error 3');
    // No portmapper tells it.
    expect(bench.doors.map((door) => door.status().address)).toEqual([
      `TCPIP::127.0.0.1::inst0::INSTR at TCP port ${bench.tcpPort}`,
      `TCPIP::127.0.0.1::inst1::INSTR at TCP port ${bench.tcpPort}`,
    ]);
  });

  it('gives each of many clients the answers to its own questions', async () => {
    await using bench = await openBench();
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        using program = await bench.program();
        for (let round = 0; round < 10; round += 1) {
          expect(await program.ask(`Q${n}-${round}?`)).toBe(`re Q${n}-${round}?\n`);
        }
      }),
    );
  });

  it('takes a message in several writes, and carries it out at its end', async () => {
    await using bench = await openBench();
    using program = await bench.program();
    expect(await program.write('VOLT', { isEnd: false })).toEqual({ error: 0, size: 4 });
    expect(bench.written).toEqual([]);
    await program.write('?');
    expect((await program.read()).text).toBe('re VOLT?\n');
  });

  it('reads up to a size, a character, or the end, and says which it was', async () => {
    await using bench = await openBench((_, side) => side.reply('ab;cdefg\n'));
    using program = await bench.program();
    await program.write('ALL?');
    expect(await program.read({ requestBytes: 1 })).toEqual({
      error: 0,
      text: 'a',
      why: 'requestCount',
    });
    expect(await program.read({ terminator: ';' })).toEqual({
      error: 0,
      text: 'b;',
      why: 'terminator',
    });
    expect(await program.read({ requestBytes: 6, terminator: '\n' })).toEqual({
      error: 0,
      text: 'cdefg\n',
      why: 'requestCount terminator end',
    });
  });

  it('says that nothing came in time, and gives the response to a later read', async () => {
    await using bench = await openBench((request, side) => {
      setTimeout(() => side.reply(`re ${request}`), 200);
    });
    using program = await bench.program();
    await program.write('SLOW?');
    expect(await program.read({ ioTimeoutMs: 20 })).toMatchObject({ error: vxi11Errors.ioTimeout });
    expect((await program.read()).text).toBe('re SLOW?\n');
    expect(await program.read({ ioTimeoutMs: 50 })).toMatchObject({ error: vxi11Errors.ioTimeout });
  });

  it('says whether a response waits, clears, triggers, and takes remote and local', async () => {
    await using bench = await openBench();
    using program = await bench.program();
    expect(await program.statusByte()).toBe(0);
    await program.write('A?');
    await expect.poll(async () => await program.statusByte()).toBe(0x10);
    expect(await program.simply('clear')).toBe(0);
    expect(await program.statusByte()).toBe(0);
    for (const name of ['trigger', 'remote', 'local'] as const) {
      expect(await program.simply(name)).toBe(0);
    }
    expect(await program.ask('B?')).toBe('re B?\n');
    expect(bench.written).toEqual(['A?\n', '*TRG\n', 'B?\n']);
  });

  it('ends what is under way when the client aborts it', async () => {
    await using bench = await openBench(() => {});
    using program = await bench.program();
    const reading = program.read({ ioTimeoutMs: 60_000 });
    await expect
      .poll(async () => {
        expect(await program.abort()).toBe(0);
        return await Promise.race([reading, Promise.resolve('still reading')]);
      })
      .toMatchObject({ error: vxi11Errors.abort });
  });

  it('takes back what a client had in line when it goes', async () => {
    await using bench = await openBench();
    const { port } = bench.bench.bench;
    const other = owner('other');
    const lease = await port.lease({ by: other, waitMs: 1_000, holdMs: 60_000 });
    const gone = await bench.program();
    const late = gone.write('LATE 1', { flags: { waitLock: true }, lockTimeoutMs: 60_000 });
    late.catch(() => {});
    await expect.poll(() => port.status().queue.length).toBe(1);
    gone[Symbol.dispose]();
    await expect.poll(() => bench.doors[0]?.status().clients).toEqual([]);
    await lease.release();
    using program = await bench.program();
    expect(await program.ask('NEW?')).toBe('re NEW?\n');
    expect(bench.written).toEqual(['NEW?\n']);
  });

  it('takes back what a client had asked and not read when it goes', async () => {
    const { promise: isTime, resolve: goOn } = Promise.withResolvers<void>();
    await using bench = await openBench((request, side) => {
      if (!request.startsWith('SLOW?')) side.reply(`re ${request}\n`);
      else void isTime.then(() => side.reply('re SLOW?\n'));
    });
    const { port } = bench.bench.bench;
    using slow = await bench.program();
    await slow.write('SLOW?');
    const gone = await bench.program();
    await gone.write('LATE?');
    await expect.poll(() => port.status().queue.length).toBe(1);
    gone[Symbol.dispose]();
    await expect.poll(() => port.status().queue).toEqual([]);
    goOn();
    expect(await slow.read()).toMatchObject({ text: 're SLOW?\n' });
    expect(bench.written).toEqual(['SLOW?\n']);
  });

  it('lets nobody use a link of another connection by guessing its number', async () => {
    await using bench = await openBench();
    using program = await bench.program();
    const stranger = await RpcCaller.connect(bench.tcpPort);
    for (const name of ['unlock', 'destroyLink'] as const) {
      expect(await stranger.call(vxi11Core, name, program.linkId)).toEqual({
        error: vxi11Errors.invalidLink,
      });
    }
    stranger.socket.destroy();
    expect(await program.ask('MINE?')).toBe('re MINE?\n');
  });
});

describe('a lock over VXI-11', () => {
  it('keeps everybody else out, at whatever door, until it is released', async () => {
    await using bench = await openBench();
    using holder = await bench.program();
    using other = await bench.program();
    const line = await bench.bench.lineClient();
    expect(await holder.lock()).toBe(0);
    const heard = line.ask('LINE?');
    expect(await other.write('OTHER?')).toEqual({ error: 11, size: 0 });
    expect(await other.lock()).toBe(11);
    expect(await holder.ask('MINE?')).toBe('re MINE?\n');
    expect(bench.written).toEqual(['MINE?\n']);
    const waited = other.write('OTHER?', { flags: { waitLock: true }, lockTimeoutMs: 60_000 });
    expect(await holder.core.call(vxi11Core, 'unlock', holder.linkId)).toEqual({ error: 0 });
    expect(await waited).toEqual({ error: 0, size: 6 });
    expect([(await other.read()).text, await heard]).toEqual(['re OTHER?\n', 're LINE?']);
    expect(await holder.core.call(vxi11Core, 'unlock', holder.linkId)).toEqual({
      error: vxi11Errors.noLockHeld,
    });
    line.socket.destroy();
  });

  it('is waited for by a write: what was not in time is told to it, and never sent', async () => {
    await using bench = await openBench();
    using holder = await bench.program();
    using other = await bench.program();
    expect(await holder.lock()).toBe(0);
    const flags = { waitLock: true };
    const { lockedByAnotherLink: error } = vxi11Errors;
    expect(await other.write('LATE?', { flags, lockTimeoutMs: 1, ioTimeoutMs: 1 })).toEqual({
      error,
      size: 0,
    });
    const aborted = other.write('ABORTED?', { flags, lockTimeoutMs: 60_000 });
    await expect.poll(() => bench.bench.bench.port.status().queue).toHaveLength(1);
    await other.abort();
    expect((await aborted).error).toBe(vxi11Errors.abort);
    let isAnswered = false;
    const write = other.write('OTHER?', { flags, lockTimeoutMs: 60_000 }).then((answer) => {
      isAnswered = true;
      return answer;
    });
    expect(await holder.ask('MINE?')).toBe('re MINE?\n');
    expect(isAnswered).toBe(false);
    await holder.core.call(vxi11Core, 'unlock', holder.linkId);
    expect(await write).toEqual({ error: 0, size: 6 });
    expect((await other.read()).text).toBe('re OTHER?\n');
    expect(bench.written).toEqual(['MINE?\n', 'OTHER?\n']);
  });

  it('is of its link: another link of the same client is kept out, too', async () => {
    await using bench = await openBench();
    using first = await bench.program();
    using second = await bench.program('inst0', first.core);
    expect(await first.lock()).toBe(0);
    expect(await second.write('A?')).toEqual({ error: 11, size: 0 });
    expect(await first.core.call(vxi11Core, 'destroyLink', first.linkId)).toEqual({ error: 0 });
    expect(await second.ask('B?')).toBe('re B?\n');
  });

  it('ends with its connection, however that ends', async () => {
    await using bench = await openBench();
    using holder = await bench.program();
    using next = await bench.program();
    await holder.lock();
    const granted = next.lock(60_000);
    holder.core.socket.resetAndDestroy();
    expect(await granted).toBe(0);
  });

  it('ends with its connection also while more calls wait than are carried out at a time', async () => {
    await using bench = await openBench();
    using holder = await bench.program();
    await holder.lock();
    const other = await Vxi11Program.on(holder.core);
    const patience = { flags: { waitLock: true }, lockTimeoutMs: 3_600_000 };
    const write = (): void => void other.write('SET 1', patience).catch(() => {});
    for (let call = 0; call < callsUnderWayMost; call += 1) write();
    await expect.poll(() => bench.bench.bench.port.status().queue).toHaveLength(callsUnderWayMost);
    // One more makes the door full; what comes then is not carried out, nor is the end behind it.
    for (let call = 0; call < 3; call += 1) {
      write();
      await setImmediate();
    }
    using next = await bench.program();
    const granted = next.lock(60_000);
    holder.core.socket.end();
    expect(await granted).toBe(0);
  });

  it('that was taken away moves no byte until its client has released it', async () => {
    await using bench = await openBench();
    using holder = await bench.program();
    await holder.lock();
    const [lease] = bench.bench.bench.port.leases();
    bench.bench.bench.port.breakLease(lease?.id ?? '', owner(), 'for a test');
    expect(await holder.write('SET 1')).toEqual({ error: vxi11Errors.noLockHeld, size: 0 });
    await holder.core.call(vxi11Core, 'unlock', holder.linkId);
    expect(await holder.ask('FREE?')).toBe('re FREE?\n');
    expect(bench.written).toEqual(['FREE?\n']);
  });
});

it('gives no more than it holds at a time, however much a client asks for at once', async () => {
  const response = `${'x'.repeat(3 * vxi11ReadBytesMost)}\n`;
  await using bench = await openBench((_request, side) => side.reply(response));
  using program = await bench.program();
  await program.write('LONG?');
  const lengths: number[] = [];
  for (let why = ''; why === '';) {
    const read = await program.read({ requestBytes: 0xff_ff_ff_ff });
    expect(read.error).toBe(0);
    lengths.push(read.text.length);
    why = read.why;
  }
  expect(Math.max(...lengths)).toBeLessThanOrEqual(vxi11ReadBytesMost);
  expect(lengths.reduce((sum, each) => sum + each, 0)).toBe(response.length);
});
