import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  answerRpc,
  encodeCall,
  encodeRecord,
  noVxi11Flags,
  parseRpcMessage,
  portmapper,
  resultsOf,
  RpcRecordReader,
  rpcService,
  vxi11Core,
} from '../../../src/protocols/index.ts';
import type {
  ArgsOf,
  RpcReply,
  RpcService,
  Vxi11CoreProcedures,
} from '../../../src/protocols/index.ts';
import { fromText, toHex } from '../hex.ts';
import { startPython } from '../python.ts';

/** Serves programs on a port of its own, as a door would: calls one after the other. */
async function serve(services: readonly RpcService[]): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket) => {
    const reader = new RpcRecordReader();
    let work = Promise.resolve();
    socket.on('data', (chunk) => {
      for (const event of reader.push(chunk)) {
        if (event.kind !== 'record') continue;
        work = work.then(async () => {
          const answer = await answerRpc(services, event.message);
          if (answer !== undefined) socket.write(encodeRecord(answer));
        });
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

const generic = { linkId: 7, flags: noVxi11Flags, lockTimeoutMs: 10_000, ioTimeoutMs: 2_000 };

/** What pyvisa-py asks for, as it has to arrive. */
const asked: readonly unknown[] = [
  { clientId: 12_345, lockDevice: true, lockTimeoutMs: 10_000, device: 'inst0' },
  {
    linkId: 7,
    ioTimeoutMs: 2_000,
    lockTimeoutMs: 10_000,
    flags: { waitLock: true, end: true, terminatorSet: false },
    data: fromText('*IDN?\n'),
  },
  {
    linkId: 7,
    requestBytes: 1_024,
    ioTimeoutMs: 2_000,
    lockTimeoutMs: 10_000,
    flags: { ...noVxi11Flags, terminatorSet: true },
    terminator: 10,
  },
  { ...generic, flags: { ...noVxi11Flags, waitLock: true } },
  generic,
  generic,
  generic,
  generic,
  { linkId: 7, flags: { ...noVxi11Flags, waitLock: true }, lockTimeoutMs: 10_000 },
  7,
  { linkId: 7, enable: true, handle: fromText('handle') },
  {
    linkId: 7,
    flags: noVxi11Flags,
    ioTimeoutMs: 2_000,
    lockTimeoutMs: 10_000,
    command: 0x02_00_01,
    isNetworkOrder: true,
    itemBytes: 2,
    data: Uint8Array.of(0, 1),
  },
  undefined,
  7,
];

describe('VXI-11 and pyvisa-py', () => {
  it('its client finds a server, and calls each procedure it knows', async () => {
    const arrived: unknown[] = [];
    const failed = (error: unknown) => expect.unreachable(String(error));
    const tell =
      <Args, Result>(result: Result) =>
      (args: Args): Result => {
        arrived.push(args);
        return result;
      };
    const service = rpcService(
      vxi11Core,
      {
        createLink: tell({ error: 0, linkId: 7, abortPort: 1_025, receiveBytesMost: 4_096 }),
        write: tell({ error: 0, size: 6 }),
        read: tell({
          error: 0,
          reason: { requestCount: false, terminator: true, end: true },
          data: fromText('ACME,1\n'),
        }),
        readStatusByte: tell({ error: 0, statusByte: 0xc0 }),
        trigger: tell({ error: 8 }),
        clear: tell({ error: 0 }),
        remote: tell({ error: 17 }),
        local: tell({ error: 23 }),
        lock: tell({ error: 11 }),
        unlock: tell({ error: 12 }),
        enableServiceRequest: tell({ error: 0 }),
        doCommand: tell({ error: 0, data: Uint8Array.of(1, 2, 3) }),
        destroyInterruptChannel: tell({ error: 6 }),
        destroyLink: tell({ error: 4 }),
      },
      failed,
    );
    await using core = await serve([service]);
    const mapped = { program: vxi11Core.program, version: 1, protocol: 6, port: core.port };
    const mapper = rpcService(
      portmapper,
      {
        set: ({ port }) => port === 3,
        unset: () => false,
        getPort: ({ program }) => (program === vxi11Core.program ? core.port : 0),
        dump: () => [mapped],
      },
      failed,
    );
    await using map = await serve([mapper]);
    const udp = createSocket('udp4', (message, { port, address }) => {
      void answerRpc([mapper], message).then((answer) => udp.send(answer ?? '', port, address));
    });
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    await using program = startPython(
      'vxi11_client.py',
      String(map.port),
      String(udp.address().port),
    );
    const results: unknown = JSON.parse(await program.line());
    udp.close();
    const lookedUp = {
      set: 1,
      unset: 0,
      dump: [[vxi11Core.program, 1, 6, core.port]],
      known: true,
    };
    expect(results).toEqual({
      tcp: lookedUp,
      udp: lookedUp,
      create_link: [0, 7, 1_025, 4_096],
      write: [0, 6],
      read: [0, 6, 'ACME,1\n'],
      read_stb: [0, 0xc0],
      trigger: 8,
      clear: 0,
      remote: 17,
      local: 23,
      lock: 11,
      unlock: 12,
      enable_srq: 0,
      docmd: [0, '010203'],
      destroy_intr_chan: 6,
      destroy_link: 4,
    });
    expect(arrived).toEqual(asked);
  }, 60_000);

  it('its server understands a client, and is understood', async () => {
    await using program = startPython('vxi11_server.py');
    const socket = connect(Number(await program.line()), '127.0.0.1');
    await once(socket, 'connect');
    const client = new Client(socket);
    const created = await client.call('createLink', {
      clientId: -5,
      lockDevice: false,
      lockTimeoutMs: 10_000,
      device: 'inst0',
    });
    expect(created).toEqual({ error: 0, linkId: 7, abortPort: 1_025, receiveBytesMost: 4_096 });
    expect(await program.line()).toBe('["create_link", -5, false, 10000, "inst0"]');
    const timeouts = { ioTimeoutMs: 2_000, lockTimeoutMs: 10_000 };
    const written = await client.call('write', {
      linkId: 7,
      ...timeouts,
      flags: { ...noVxi11Flags, end: true },
      data: fromText('*IDN?'),
    });
    expect(written).toEqual({ error: 0, size: 5 });
    expect(await program.line()).toBe('["write", 7, 2000, 10000, 8, "*IDN?"]');
    const read = await client.call('read', {
      linkId: 7,
      requestBytes: 200_000,
      ...timeouts,
      flags: { ...noVxi11Flags, terminatorSet: true },
      terminator: 255,
    });
    expect(await program.line()).toBe('["read", 7, 200000, 2000, 10000, 128, 255]');
    expect(read).toMatchObject({ reason: { requestCount: false, terminator: false, end: true } });
    expect(toHex(read.data)).toBe(toHex(fromText('x'.repeat(100_000))));
    expect(await client.call('destroyLink', 7)).toEqual({ error: 4 });
    socket.destroy();
  }, 60_000);
});

/** Calls one procedure after the other. */
class Client {
  readonly #socket: Socket;
  readonly #reader = new RpcRecordReader();
  #xid = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async call<Name extends keyof Vxi11CoreProcedures>(
    name: Name,
    args: ArgsOf<Vxi11CoreProcedures[Name]>,
  ) {
    this.#xid += 1;
    this.#socket.write(encodeRecord(encodeCall(vxi11Core, name, args, { xid: this.#xid })));
    return resultsOf(vxi11Core, name, await this.#reply());
  }

  async #reply(): Promise<RpcReply> {
    for (;;) {
      const [chunk] = (await once(this.#socket, 'data')) as [Uint8Array];
      const [event] = this.#reader.push(chunk);
      if (event?.kind !== 'record') continue;
      const reply = parseRpcMessage(event.message);
      if (reply.kind === 'reply' && reply.xid === this.#xid) return reply;
      throw new Error(`a ${reply.kind} that was not asked for`);
    }
  }
}
