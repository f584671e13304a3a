import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HislipDoor, HislipServer, lockRequestsMost } from '../../../src/doors/index.ts';
import { encodeHislip } from '../../../src/protocols/index.ts';
import { owner } from '../../support/line-transaction.ts';
import type { Peer } from '../../support/memory-link.ts';
import { MessageBench } from '../message-bench.ts';
import { HislipChannelOfProgram, HislipProgram } from './hislip-program.ts';

interface HislipBench extends AsyncDisposable {
  readonly doors: readonly HislipDoor[];
  readonly written: readonly string[];
  readonly bench: MessageBench<HislipDoor>;
  readonly tcpPort: number;
  program(subAddress?: string): Promise<HislipProgram>;
}

async function openBench(peer?: Peer): Promise<HislipBench> {
  const server = new HislipServer({ tcpPort: 0 });
  const bench = await MessageBench.open((parts) => new HislipDoor({ ...parts, server }), peer);
  const tcpPort = Number(/hislip0,(\d+)/.exec(bench.doors[0]?.status().address ?? '')?.[1]);
  return {
    bench,
    tcpPort,
    doors: bench.doors,
    written: bench.written,
    program: async (subAddress) => await HislipProgram.connect(tcpPort, subAddress),
    [Symbol.asyncDispose]: async () => await bench[Symbol.asyncDispose](),
  };
}

const exclusive = { kind: 'exclusive', waitMs: 0 } as const;

describe('the HiSLIP door', () => {
  it('answers byte for byte as the standard has it', async () => {
    await using bench = await openBench();
    const [synchronous, asynchronous] = [await raw(bench.tcpPort), await raw(bench.tcpPort)];
    // Initialize 1.0 of vendor XX for hislip0, and its answer: IVI-6.1, tables 5 and 6.
    synchronous.send('4853 00 00 0100 5858 0000000000000007 6869736c697030');
    const opened = await synchronous.receive(16);
    const sessionId = opened.slice(12, 16);
    expect(opened).toBe(`48530100 0100 ${sessionId} 0000000000000000`.replaceAll(' ', ''));
    // AsyncInitialize of that session: tables 7 and 8. The vendor is XX too.
    asynchronous.send(`4853 11 00 0000 ${sessionId} 0000000000000000`);
    expect(await asynchronous.receive(16)).toBe('48531200000058580000000000000000');
    // DataEnd 'A?' with the first message id, and its response with the same: section 3.1.
    synchronous.send('4853 07 00 ffffff00 0000000000000002 413f');
    expect(await synchronous.receive(16 + 6)).toBe('48530700ffffff000000000000000006726520413f0a');
    // AsyncMaximumMessageSize of 1 MiB, and the same of ours: tables 28 and 29.
    asynchronous.send('4853 0f 00 00000000 0000000000000008 0000000000100000');
    expect(await asynchronous.receive(24)).toBe('485310000000000000000000000000080000000000100000');
    synchronous.end();
    asynchronous.end();
  });

  it('locks, tells its status, is interrupted and clears byte for byte as the standard has it', async () => {
    await using bench = await openBench();
    const [synchronous, asynchronous] = [await raw(bench.tcpPort), await raw(bench.tcpPort)];
    const head = (code: string, parameter = '00000000'): string =>
      `4853${code}${parameter}0000000000000000`;
    synchronous.send('4853 00 00 0100 5858 0000000000000007 6869736c697030');
    const sessionId = (await synchronous.receive(16)).slice(12, 16);
    asynchronous.send(`4853 11 00 0000 ${sessionId} 0000000000000000`);
    await asynchronous.receive(16);
    const answered = async (sent: string): Promise<string> => {
      asynchronous.send(sent);
      return await asynchronous.receive(16);
    };
    // AsyncLock for the exclusive lock without waiting, granted: tables 18 and 19.
    expect(await answered(head('0401'))).toBe(head('0501'));
    // AsyncLockInfo: one client, exclusively. Section 6.6.
    expect(await answered(head('1800'))).toBe(head('1901', '00000001'));
    // Two queries at once: the second interrupts the first, on both channels. Section 3.1.1.
    synchronous.send(
      '4853 07 00 ffffff00 0000000000000002 413f 4853 07 00 ffffff02 0000000000000002 423f',
    );
    expect(await asynchronous.receive(16)).toBe(head('0e00', 'ffffff02'));
    expect(await synchronous.receive(16 + 16 + 6)).toBe(
      `${head('0d00', 'ffffff02')}48530700ffffff020000000000000006726520423f0a`,
    );
    // AsyncStatusQuery of one who has not read it, then of one who has: MAV, 0x10. Section 6.14.
    expect(await answered(head('1500', 'ffffff02'))).toBe(head('1610'));
    expect(await answered(head('1501', 'ffffff02'))).toBe(head('1600'));
    // AsyncRemoteLocalControl, remote enabled: section 6.11.
    expect(await answered(head('0a01', 'ffffff02'))).toBe(head('0b00'));
    // The lock is given back after that message: table 20.
    expect(await answered(head('0400', 'ffffff02'))).toBe(head('0501'));
    expect(await answered(head('0400', 'ffffff02'))).toBe(head('0503'));
    // What HiSLIP 1.0 does not know is an Error 1, and no end: table 16.
    synchronous.send(head('6400'));
    expect((await synchronous.receive(16)).slice(0, 16)).toBe('4853030100000000');
    // AsyncDeviceClear and DeviceClearComplete, each with its acknowledgement on its own channel: section 6.12.
    expect(await answered(head('1300'))).toBe(head('1700'));
    synchronous.end();
    asynchronous.end();
  });

  it('completes a device clear on the synchronous channel, byte for byte', async () => {
    await using bench = await openBench();
    const [synchronous, asynchronous] = [await raw(bench.tcpPort), await raw(bench.tcpPort)];
    synchronous.send('4853 00 00 0100 5858 0000000000000007 6869736c697030');
    const sessionId = (await synchronous.receive(16)).slice(12, 16);
    asynchronous.send(`4853 11 00 0000 ${sessionId} 0000000000000000`);
    await asynchronous.receive(16);
    asynchronous.send('4853 13 00 00000000 0000000000000000');
    expect(await asynchronous.receive(16)).toBe('48531700000000000000000000000000');
    // With a wish for overlap mode, which is granted; numbers begin anew: tables 31 and 32.
    synchronous.send('4853 08 01 00000000 0000000000000000');
    expect(await synchronous.receive(16)).toBe('48530901000000000000000000000000');
    synchronous.send('4853 07 00 ffffff00 0000000000000002 413f');
    expect(await synchronous.receive(16 + 6)).toBe(
      '48530700ffffff00000000000000000672 6520413f0a'.replace(' ', ''),
    );
    synchronous.end();
    asynchronous.end();
  });

  it('leads to each instrument by its number and by its name', async () => {
    await using bench = await openBench();
    for (const subAddress of ['', 'hislip0', 'METER', 'hislip1', 'source']) {
      using program = await bench.program(subAddress);
      expect(await program.ask('ID?')).toBe('re ID?\n');
    }
    expect(bench.doors.map((door) => door.status().address)).toEqual(
      [0, 1].map((index) => `TCPIP::127.0.0.1::hislip${index},${bench.tcpPort}::INSTR`),
    );
  });

  it('tells one who wants what is not there, or goes on with one connection alone', async () => {
    await using bench = await openBench();
    const stranger = await HislipChannelOfProgram.connect(bench.tcpPort);
    stranger.say({ type: 'Initialize', version: 0x01_00, vendorId: 'XX', subAddress: 'hislip7' });
    expect(await stranger.message('FatalError')).toMatchObject({ code: 3 });
    await stranger.ended();
    const hasty = await HislipChannelOfProgram.connect(bench.tcpPort);
    hasty.say({ type: 'Initialize', version: 0x01_00, vendorId: 'XX', subAddress: '' });
    await hasty.message('InitializeResponse');
    hasty.say({ type: 'Trigger', messageId: 0, rmtDelivered: false });
    expect(await hasty.message('FatalError')).toMatchObject({ code: 2 });
    await hasty.ended();
    const noise = await HislipChannelOfProgram.connect(bench.tcpPort);
    noise.socket.write('GET / HTTP/1.1\r\n\r\n');
    expect(await noise.message('FatalError')).toMatchObject({ code: 1 });
    await noise.ended();
    using program = await bench.program();
    expect(await program.ask('ID?')).toBe('re ID?\n');
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

  it('takes a message in pieces, and sends a response in pieces that the client takes', async () => {
    const long = `${'y'.repeat(10_000)}\n`;
    await using bench = await openBench((_, side) => side.reply(long));
    using program = await bench.program();
    program.asynchronous.say({ type: 'AsyncMaximumMessageSize', bytes: 1_000 });
    await program.asynchronous.message('AsyncMaximumMessageSizeResponse');
    program.write('LO', 'NG', '?');
    const { text, messageIds } = await program.read();
    expect(text).toBe(long);
    expect(messageIds).toHaveLength(Math.ceil(long.length / (1_000 - 16)));
    expect(new Set(messageIds)).toEqual(new Set([program.lastId]));
  });

  it('drops the response to a message that another one has overtaken, and says so', async () => {
    await using bench = await openBench((request, side) => {
      setTimeout(() => side.reply(`re ${request}`), 20);
    });
    using program = await bench.program();
    program.write('SLOW?');
    program.write('NEXT?');
    const told = await program.asynchronous.message('AsyncInterrupted');
    expect(told.messageId).toBe(program.lastId);
    await program.synchronous.message('Interrupted');
    expect((await program.read()).text).toBe('re NEXT?\n');
  });

  it('keeps all responses in overlap mode, with numbers of its own', async () => {
    await using bench = await openBench();
    using program = await bench.program();
    expect(await program.clear(1)).toBe(1);
    program.write('A?');
    program.write('B?');
    expect(await program.read()).toEqual({ text: 're A?\n', messageIds: [0xff_ff_ff_00] });
    expect(await program.read()).toEqual({ text: 're B?\n', messageIds: [0xff_ff_ff_02] });
  });

  it('forgets with a device clear what was asked and what was half sent', async () => {
    await using bench = await openBench((request, side) => {
      setTimeout(() => side.reply(`re ${request}`), 30);
    });
    using program = await bench.program();
    program.write('OLD?');
    program.write('HALF');
    expect(await program.clear()).toBe(0);
    expect(await program.ask('NEW?')).toBe('re NEW?\n');
  });

  it('drops unread what comes in the middle of a device clear', async () => {
    await using bench = await openBench();
    using program = await bench.program();
    program.asynchronous.say({ type: 'AsyncDeviceClear' });
    await program.asynchronous.message('AsyncDeviceClearAcknowledge');
    program.write('LEFT?');
    program.synchronous.say({ type: 'DeviceClearComplete', features: 0 });
    await program.synchronous.message('DeviceClearAcknowledge');
    expect(await program.ask('NEW?')).toBe('re NEW?\n');
    expect(bench.written).toEqual(['NEW?\n']);
  });

  it('takes back what a client had in line when it goes', async () => {
    await using bench = await openBench();
    const lease = await bench.bench.bench.port.lease({
      by: owner('other'),
      waitMs: 1_000,
      holdMs: 60_000,
    });
    const gone = await bench.program();
    gone.write('LATE 1');
    await expect.poll(() => bench.bench.bench.port.status().queue.length).toBe(1);
    gone[Symbol.dispose]();
    await expect.poll(() => bench.doors[0]?.status().clients).toEqual([]);
    await lease.release();
    using program = await bench.program();
    expect(await program.ask('NEW?')).toBe('re NEW?\n');
    expect(bench.written).toEqual(['NEW?\n']);
  });

  it('says in the status byte whether a response waits', async () => {
    await using bench = await openBench();
    using program = await bench.program();
    expect(await program.statusByte()).toBe(0);
    program.write('A?');
    await expect.poll(async () => await program.statusByte()).toBe(0x10);
    await program.read();
    expect(await program.statusByte()).toBe(0);
  });

  it('passes a trigger on as a message', async () => {
    await using bench = await openBench();
    using program = await bench.program();
    program.trigger();
    expect(await program.ask('A?')).toBe('re A?\n');
    expect(bench.written).toEqual(['*TRG\n', 'A?\n']);
  });

  it('tells a client that its query came to nothing, and goes on', async () => {
    await using bench = await openBench((request, side) => {
      if (request !== 'MUTE?\n') side.reply(`re ${request}`);
    });
    using program = await bench.program();
    program.write('MUTE?');
    const { text } = await program.synchronous.message('Error');
    expect(text).toContain('INSTRUMENT_TIMEOUT');
    expect(await program.ask('A?')).toBe('re A?\n');
  });
});

describe('a lock over HiSLIP', () => {
  it('keeps everybody else out, at whatever door, until it is released', async () => {
    await using bench = await openBench();
    using holder = await bench.program();
    using other = await bench.program();
    const line = await bench.bench.lineClient();
    expect(await holder.lock(exclusive)).toBe(1);
    const [told, heard] = [other.ask('OTHER?'), line.ask('LINE?')];
    expect(await holder.ask('MINE?')).toBe('re MINE?\n');
    expect(bench.written).toEqual(['MINE?\n']);
    expect(await other.lock(exclusive)).toBe(0);
    expect(await holder.lock({ kind: 'release', messageId: holder.lastId })).toBe(1);
    expect([await told, await heard]).toEqual(['re OTHER?\n', 're LINE?']);
    line.socket.destroy();
  });

  it('is shared by those who name the same key, and told of in the lock info', async () => {
    await using bench = await openBench();
    using first = await bench.program();
    using second = await bench.program();
    using third = await bench.program();
    const shared = { kind: 'shared', key: 'bench', waitMs: 0 } as const;
    expect([await first.lock(shared), await second.lock(shared)]).toEqual([1, 1]);
    expect(await third.lock({ ...shared, key: 'other' })).toBe(0);
    expect(await first.lock(shared)).toBe(3);
    third.asynchronous.say({ type: 'AsyncLockInfo' });
    expect(await third.asynchronous.message('AsyncLockInfoResponse')).toMatchObject({
      isExclusive: false,
      holders: 2,
    });
    expect(await first.lock({ kind: 'release', messageId: 0 })).toBe(2);
    expect(await first.lock({ kind: 'release', messageId: 0 })).toBe(3);
  });

  it('is released when what was sent under it was carried out, and not before', async () => {
    await using bench = await openBench((request, side) => {
      setTimeout(() => side.reply(`re ${request}`), 50);
    });
    using holder = await bench.program();
    await holder.clear(1);
    await holder.lock(exclusive);
    const order: string[] = [];
    holder.write('A?');
    holder.write('B?');
    const released = holder
      .lock({ kind: 'release', messageId: holder.lastId })
      .then(() => order.push('released'));
    for (const expected of ['re A?\n', 're B?\n']) {
      expect((await holder.read()).text).toBe(expected);
      order.push('answered');
    }
    await released;
    expect(order).toEqual(['answered', 'answered', 'released']);
  });

  it('is not asked for by one client more often at a time than its bound allows', async () => {
    await using bench = await openBench();
    using program = await bench.program();
    // Releases that name a message which never comes wait for it.
    const never = { kind: 'release', messageId: program.lastId + 20 } as const;
    for (let request = 0; request < lockRequestsMost; request += 1) {
      program.asynchronous.say({ type: 'AsyncLock', request: never });
    }
    expect(await program.lock(exclusive)).toBe(3);
    expect(await program.ask('A?')).toBe('re A?\n');
  });

  it('ends with its client, however that ends', async () => {
    await using bench = await openBench();
    using holder = await bench.program();
    using next = await bench.program();
    await holder.lock(exclusive);
    const granted = next.lock({ kind: 'exclusive', waitMs: 60_000 });
    holder.synchronous.socket.resetAndDestroy();
    expect(await granted).toBe(1);
  });

  it('is waited for no longer than the client says, and not beyond its device clear', async () => {
    await using bench = await openBench();
    using holder = await bench.program();
    using other = await bench.program();
    await holder.lock(exclusive);
    expect(await other.lock({ kind: 'exclusive', waitMs: 30 })).toBe(0);
    const waiting = other.lock({ kind: 'exclusive', waitMs: 60_000 });
    other.asynchronous.say({ type: 'AsyncDeviceClear' });
    await expect(waiting).rejects.toThrow('AsyncDeviceClearAcknowledge');
    expect(await other.asynchronous.message('AsyncLockResponse')).toMatchObject({ code: 0 });
  });

  it('that was taken away moves no byte until its client has released it', async () => {
    await using bench = await openBench();
    using holder = await bench.program();
    await holder.lock(exclusive);
    const [lease] = bench.bench.bench.port.leases();
    bench.bench.bench.port.breakLease(lease?.id ?? '', owner(), 'for a test');
    holder.write('MINE?');
    expect((await holder.synchronous.message('Error')).text).toContain('LEASE_LOST');
    expect(await holder.lock({ kind: 'release', messageId: 0 })).toBe(3);
    expect(await holder.ask('FREE?')).toBe('re FREE?\n');
    expect(bench.written).toEqual(['FREE?\n']);
  });
});

interface RawSocket {
  send(hex: string): void;
  /** So many bytes, as hexadecimal. */
  receive(bytes: number): Promise<string>;
  end(): void;
}

async function raw(tcpPort: number): Promise<RawSocket> {
  const socket = connect({ port: tcpPort, host: '127.0.0.1' });
  await once(socket, 'connect');
  let received = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => (received = Buffer.concat([received, data])));
  return {
    send: (hex) => void socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex')),
    receive: async (bytes) => {
      while (received.length < bytes) await once(socket, 'data');
      const taken = received.subarray(0, bytes).toString('hex');
      received = received.subarray(bytes);
      return taken;
    },
    end: () => void socket.destroy(),
  };
}

it('cuts a client off that asks and asks, and reads no answers', async () => {
  await using bench = await openBench();
  using program = await bench.program();
  const { socket } = program.asynchronous;
  socket.pause();
  const question = encodeHislip({ type: 'AsyncMaximumMessageSize', bytes: 1_048_576 });
  const questions = Buffer.concat(Array.from({ length: 4_096 }, () => question));
  const gone = once(program.synchronous.socket, 'close');
  // Far more than the sockets between take: answers of 24 bytes.
  for (let round = 0; round < 400 && !program.synchronous.socket.destroyed; round += 1) {
    if (!socket.write(questions)) {
      await Promise.race([once(socket, 'drain'), gone]).catch(() => {});
    }
  }
  await gone;
  using next = await bench.program();
  expect(await next.ask('A?\n')).toBe('re A?\n');
});
