import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../src/kernel/index.ts';
import { vxi11Core, vxi11Errors } from '../../src/protocols/index.ts';
import { MessageDeviceBench } from './message-device-bench.ts';
import type { Vxi11Program } from './vxi11/vxi11-program.ts';

describe('an instrument whose link knows more than messages', () => {
  it('is triggered, polled, made remote and local, and cleared through HiSLIP', async () => {
    await using bench = await MessageDeviceBench.open();
    using program = await bench.hislip();
    bench.instrument.statusByte = 0x24;
    program.trigger();
    expect(await program.statusByte()).toBe(0x24);
    for (let control = 0; control <= 6; control += 1) {
      const messageId = program.lastId;
      program.asynchronous.say({ type: 'AsyncRemoteLocalControl', control, messageId });
      await program.asynchronous.message('AsyncRemoteLocalResponse');
    }
    await program.clear();
    expect(await program.ask('A?\n')).toBe('re A?');
    expect(bench.journal).toEqual([
      ...['trigger', 'poll'],
      // IVI-6.1, table 25: the codes from 0 on.
      'disable-remote',
      'enable-remote',
      'disable-remote-and-go-to-local',
      'go-to-remote',
      'lock-out-local',
      'go-to-remote-and-lock-out-local',
      'go-to-local',
      'clear',
      ...['write A?\n', 'ask'],
    ]);
  });

  it('and through VXI-11', async () => {
    await using bench = await MessageDeviceBench.open();
    using program = await bench.vxi11();
    bench.instrument.statusByte = 0x24;
    expect(await program.simply('trigger')).toBe(0);
    expect(await program.statusByte()).toBe(0x24);
    for (const name of ['remote', 'local', 'clear'] as const) {
      expect(await program.simply(name)).toBe(0);
    }
    expect(await program.ask('A?')).toBe('re A?');
    expect(bench.journal).toEqual([
      ...['trigger', 'poll', 'go-to-remote', 'go-to-local', 'clear'],
      ...['write A?\n', 'ask'],
    ]);
  });

  it('says its status byte to a HiSLIP program while another has the lock', async () => {
    await using bench = await MessageDeviceBench.open();
    using holder = await bench.vxi11();
    using other = await bench.hislip();
    expect(await holder.lock()).toBe(0);
    bench.instrument.statusByte = 0x24;
    expect(await other.statusByte()).toBe(0x24);
  });

  it('says what waits here in the place of its own message available bit', async () => {
    await using bench = await MessageDeviceBench.open();
    using hislip = await bench.hislip();
    using vxi11 = await bench.vxi11();
    bench.instrument.statusByte = 0x10;
    expect(await hislip.statusByte()).toBe(0);
    expect(await vxi11.statusByte()).toBe(0);
    await vxi11.write('A?');
    await expect.poll(async () => await vxi11.statusByte()).toBe(0x10);
    expect(await hislip.statusByte()).toBe(0);
  });

  it('is not cleared or triggered by one program while another has its lock', async () => {
    await using bench = await MessageDeviceBench.open();
    using holder = await bench.hislip();
    using other = await bench.vxi11();
    await holder.lock({ kind: 'exclusive', waitMs: 0 });
    for (const name of ['trigger', 'clear', 'remote'] as const) {
      expect(await other.simply(name)).toBe(vxi11Errors.lockedByAnotherLink);
    }
    expect(bench.journal).toEqual([]);
  });
});

describe('an instrument that is busy', () => {
  it('keeps no device clear of HiSLIP waiting behind a status query', async () => {
    await using bench = await MessageDeviceBench.open();
    using other = await bench.vxi11();
    using program = await bench.hislip();
    bench.instrument.answer = async () => await new Promise<string>(() => {});
    await other.write('SLOW?');
    program.asynchronous.say({ type: 'AsyncStatusQuery', messageId: 0, rmtDelivered: false });
    program.asynchronous.say({ type: 'AsyncDeviceClear' });
    // The clear is acknowledged first; the status, which has to wait, follows.
    await program.asynchronous.message('AsyncDeviceClearAcknowledge');
    expect((await program.asynchronous.message('AsyncStatusResponse')).status).toBe(0);
  });

  it('is a time-out to a VXI-11 program, and not a lock', async () => {
    await using bench = await MessageDeviceBench.open();
    using other = await bench.vxi11();
    using program = await bench.vxi11();
    bench.instrument.answer = async () => await new Promise<string>(() => {});
    await other.write('SLOW?');
    expect(await program.simply('trigger', 50)).toBe(vxi11Errors.ioTimeout);
    expect(await program.simply('remote', 50)).toBe(vxi11Errors.ioTimeout);
    expect(bench.journal).not.toContain('trigger');
  });
});

describe('a service request', () => {
  it('is told also when nobody can ask the instrument why', async () => {
    await using bench = await MessageDeviceBench.open();
    using program = await bench.hislip();
    const { current } = bench.instrument;
    if (current === undefined) throw new Error('no link');
    current.readStatusByte = async () => {
      throw new SignalboxError('INSTRUMENT_ERROR', 'no serial poll');
    };
    bench.instrument.requestService(0x04);
    expect((await program.asynchronous.message('AsyncServiceRequest')).status).toBe(0x40);
  });

  it('is told to each HiSLIP program once, with the status byte of one serial poll', async () => {
    await using bench = await MessageDeviceBench.open();
    using first = await bench.hislip();
    using second = await bench.hislip();
    bench.instrument.requestService(0x04);
    for (const program of [first, second]) {
      const { status } = await program.asynchronous.message('AsyncServiceRequest');
      expect(status).toBe(0x44);
    }
    expect(bench.journal).toEqual(['poll']);
    // Each sees the request once, though the instrument has forgotten it since.
    for (const program of [first, second]) {
      expect(await program.statusByte()).toBe(0x44);
      expect(await program.statusByte()).toBe(0x04);
    }
  });

  it('is told to a program that has the lock, and to those that have not', async () => {
    await using bench = await MessageDeviceBench.open();
    using holder = await bench.hislip();
    using other = await bench.hislip();
    await holder.lock({ kind: 'exclusive', waitMs: 0 });
    bench.instrument.requestService(0x04);
    for (const program of [holder, other]) {
      const { status } = await program.asynchronous.message('AsyncServiceRequest');
      expect(status).toBe(0x44);
    }
  });

  it('is told over the interrupt channel of a VXI-11 program, with its handle', async () => {
    await using bench = await MessageDeviceBench.open();
    using program = await bench.vxi11();
    await using channel = await InterruptServer.open();
    expect(await channel.create(program)).toBe(vxi11Errors.none);
    expect(await enable(program, true)).toBe(vxi11Errors.none);
    bench.instrument.requestService(0x04);
    const call = await channel.call();
    // The message of RFC 5531 and VXI-11, appendix C, byte by byte.
    expect(call.subarray(0, 4).toString('hex')).toBe('80000034');
    expect(call.subarray(8, 28).toString('hex')).toBe('0000000000000002000607b1000000010000001e');
    expect(call.subarray(-12).toString('hex')).toBe('0000000668616e646c650000');
    expect(await program.statusByte()).toBe(0x44);
    expect(await program.statusByte()).toBe(0x04);
    expect(await enable(program, false)).toBe(vxi11Errors.none);
    bench.instrument.requestService(0x04);
    await program.ask('A?');
    expect(channel.calls).toBe(1);
  });

  it('has one interrupt channel a client, which ends with it', async () => {
    await using bench = await MessageDeviceBench.open();
    using program = await bench.vxi11();
    await using channel = await InterruptServer.open();
    const { core } = program;
    const destroy = async (): Promise<number> =>
      (await core.call(vxi11Core, 'destroyInterruptChannel', undefined)).error;
    expect(await destroy()).toBe(vxi11Errors.channelNotEstablished);
    expect(await channel.create(program)).toBe(vxi11Errors.none);
    expect(await channel.create(program)).toBe(vxi11Errors.channelAlreadyEstablished);
    expect(await destroy()).toBe(vxi11Errors.none);
    await channel.left(1);
    expect(await channel.create(program)).toBe(vxi11Errors.none);
    core.socket.destroy();
    await channel.left(2);
  });

  it('calls nobody but the client itself', async () => {
    await using bench = await MessageDeviceBench.open();
    using program = await bench.vxi11();
    await using channel = await InterruptServer.open();
    expect(await channel.create(program, { hostAddress: '127.0.0.2' })).toBe(
      vxi11Errors.parameterError,
    );
    expect(await channel.create(program, { transport: 'udp' })).toBe(vxi11Errors.notSupported);
    await channel.close();
    expect(await channel.create(program)).toBe(vxi11Errors.channelNotEstablished);
  });
});

async function enable({ core, linkId }: Vxi11Program, isEnabled: boolean): Promise<number> {
  const handle = new TextEncoder().encode('handle');
  const args = { linkId, enable: isEnabled, handle };
  return (await core.call(vxi11Core, 'enableServiceRequest', args)).error;
}

/** Where a VXI-11 client is called. */
class InterruptServer implements AsyncDisposable {
  readonly #server = createServer((socket) => this.#enter(socket));
  readonly #sockets = new Set<Socket>();
  #received = Buffer.alloc(0);
  #change = Promise.withResolvers<void>();
  #leavers = 0;
  #tcpPort = 0;
  calls = 0;

  static async open(): Promise<InterruptServer> {
    const opened = new InterruptServer();
    opened.#server.listen(0, '127.0.0.1');
    await once(opened.#server, 'listening');
    opened.#tcpPort = (opened.#server.address() as AddressInfo).port;
    return opened;
  }

  async create(
    { core }: Vxi11Program,
    more: { readonly hostAddress?: string; readonly transport?: 'udp' } = {},
  ): Promise<number> {
    const { error } = await core.call(vxi11Core, 'createInterruptChannel', {
      hostAddress: '127.0.0.1',
      hostPort: this.#tcpPort,
      program: 0x06_07_b1,
      version: 1,
      transport: 'tcp',
      ...more,
    });
    return error;
  }

  /** All bytes of the first call. */
  async call(): Promise<Buffer> {
    while (this.#received.length < 56) await this.#change.promise;
    return this.#received;
  }

  /** Resolves when so many connections have ended. */
  async left(times: number): Promise<void> {
    while (this.#leavers < times) await this.#change.promise;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #enter(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.calls += 1;
      this.#changed();
    });
    socket.on('close', () => {
      this.#leavers += 1;
      this.#changed();
    });
    socket.on('error', () => {});
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
