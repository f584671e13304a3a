import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import {
  encodeCall,
  encodeRecord,
  noVxi11Flags,
  parseRpcMessage,
  portmapper,
  portmapperPort,
  portmapperProtocols,
  resultsOf,
  RpcRecordReader,
  vxi11Abort,
  vxi11Core,
} from '../../../src/protocols/index.ts';
import type {
  ArgsOf,
  ResultsOf,
  RpcProcedures,
  RpcProgram,
  Vxi11CoreProcedures,
  Vxi11Flags,
} from '../../../src/protocols/index.ts';

/** Calls procedures over one connection. */
export class RpcCaller {
  readonly socket: Socket;
  readonly host: string;
  readonly #waiting = new Map<number, PromiseWithResolvers<Uint8Array>>();
  #lastXid = 0;

  private constructor(socket: Socket, host: string) {
    this.socket = socket;
    this.host = host;
    socket.setNoDelay(true);
    const reader = new RpcRecordReader();
    socket.on('data', (data: Uint8Array) => {
      for (const event of reader.push(data)) {
        if (event.kind !== 'record') continue;
        // A copy: what it is cut from is used again, and begins elsewhere.
        const message = Uint8Array.from(event.message);
        const xid = new DataView(message.buffer).getUint32(0);
        this.#waiting.get(xid)?.resolve(message);
        this.#waiting.delete(xid);
      }
    });
    // A test that breaks the connection looks at `close`.
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error('the connection has ended'));
    });
  }

  static async connect(tcpPort: number, host = '127.0.0.1'): Promise<RpcCaller> {
    const socket = connect({ port: tcpPort, host });
    await once(socket, 'connect');
    return new RpcCaller(socket, host);
  }

  async call<Procedures extends RpcProcedures, Name extends keyof Procedures & string>(
    program: RpcProgram<Procedures>,
    name: Name,
    args: ArgsOf<Procedures[Name]>,
  ): Promise<ResultsOf<Procedures[Name]>> {
    this.#lastXid += 1;
    const xid = this.#lastXid;
    const reply = Promise.withResolvers<Uint8Array>();
    this.#waiting.set(xid, reply);
    this.socket.write(encodeRecord(encodeCall(program, name, args, { xid })));
    const message = parseRpcMessage(await reply.promise);
    if (message.kind !== 'reply') throw new Error(`${message.kind} in the place of a reply`);
    return resultsOf(program, name, message);
  }
}

/** One link of a program at a VXI-11 door. */
export class Vxi11Program implements Disposable {
  readonly core: RpcCaller;
  readonly linkId: number;
  readonly abortPort: number;

  private constructor(core: RpcCaller, linkId: number, abortPort: number) {
    this.core = core;
    this.linkId = linkId;
    this.abortPort = abortPort;
  }

  static async connect(tcpPort: number, device = 'inst0', core?: RpcCaller): Promise<Vxi11Program> {
    return await Vxi11Program.on(core ?? (await RpcCaller.connect(tcpPort)), device);
  }

  /** A further link over a connection. */
  static async on(caller: RpcCaller, device = 'inst0'): Promise<Vxi11Program> {
    const created = await caller.call(vxi11Core, 'createLink', {
      clientId: 1,
      lockDevice: false,
      lockTimeoutMs: 0,
      device,
    });
    if (created.error !== 0) throw new Error(`VXI-11 error ${created.error}`);
    return new Vxi11Program(caller, created.linkId, created.abortPort);
  }

  /** As VISA finds a device: `TCPIP::host::inst0::INSTR`. */
  static async find(resource: string): Promise<Vxi11Program> {
    const [, host = '', device] = resource.split('::');
    const asker = await RpcCaller.connect(portmapperPort, host);
    const { program, version } = vxi11Core;
    const wanted = { program, version, protocol: portmapperProtocols.tcp, port: 0 };
    const tcpPort = await asker.call(portmapper, 'getPort', wanted);
    asker.socket.destroy();
    return await Vxi11Program.on(await RpcCaller.connect(tcpPort, host), device);
  }

  async write(
    text: string,
    {
      isEnd = true,
      flags = {},
      lockTimeoutMs = 0,
      ioTimeoutMs = 2_000,
    }: {
      readonly isEnd?: boolean;
      readonly flags?: Partial<Vxi11Flags>;
      readonly lockTimeoutMs?: number;
      readonly ioTimeoutMs?: number;
    } = {},
  ): Promise<ResultsOf<Vxi11CoreProcedures['write']>> {
    return await this.core.call(vxi11Core, 'write', {
      linkId: this.linkId,
      ioTimeoutMs,
      lockTimeoutMs,
      flags: { ...noVxi11Flags, end: isEnd, ...flags },
      data: new TextEncoder().encode(text),
    });
  }

  /** @returns the error code */
  async writeBytes(data: Uint8Array, isEnd: boolean): Promise<number> {
    const { linkId } = this;
    const flags = { ...noVxi11Flags, end: isEnd };
    const args = { linkId, ioTimeoutMs: 60_000, lockTimeoutMs: 0, flags, data };
    return (await this.core.call(vxi11Core, 'write', args)).error;
  }

  async read(
    options: {
      readonly requestBytes?: number;
      readonly terminator?: string;
      readonly ioTimeoutMs?: number;
    } = {},
  ): Promise<{ readonly error: number; readonly text: string; readonly why: string }> {
    const { requestBytes = 1_000_000, terminator, ioTimeoutMs = 2_000 } = options;
    const { error, data, reason } = await this.core.call(vxi11Core, 'read', {
      linkId: this.linkId,
      requestBytes,
      ioTimeoutMs,
      lockTimeoutMs: 0,
      flags: { ...noVxi11Flags, terminatorSet: terminator !== undefined },
      terminator: terminator?.codePointAt(0) ?? 0,
    });
    const why = Object.entries(reason).flatMap(([name, is]) => (is ? [name] : []));
    return { error, text: Buffer.from(data).toString('latin1'), why: why.join(' ') };
  }

  async ask(text: string): Promise<string> {
    const { error } = await this.write(text);
    if (error !== 0) throw new Error(`VXI-11 error ${error}`);
    return (await this.read()).text;
  }

  /** @returns the error code */
  async lock(waitMs?: number): Promise<number> {
    const flags = { ...noVxi11Flags, waitLock: waitMs !== undefined };
    const { linkId } = this;
    return (await this.core.call(vxi11Core, 'lock', { linkId, flags, lockTimeoutMs: waitMs ?? 0 }))
      .error;
  }

  /** A procedure that takes nothing but the link. @returns the error code */
  async simply(
    name: 'trigger' | 'clear' | 'remote' | 'local',
    ioTimeoutMs = 1_000,
  ): Promise<number> {
    const { linkId } = this;
    const args = { linkId, flags: noVxi11Flags, lockTimeoutMs: 0, ioTimeoutMs };
    return (await this.core.call(vxi11Core, name, args)).error;
  }

  async statusByte(): Promise<number> {
    const { linkId } = this;
    const args = { linkId, flags: noVxi11Flags, lockTimeoutMs: 0, ioTimeoutMs: 1_000 };
    return (await this.core.call(vxi11Core, 'readStatusByte', args)).statusByte;
  }

  /** Over the abort channel. @returns the error code */
  async abort(): Promise<number> {
    const caller = await RpcCaller.connect(this.abortPort, this.core.host);
    try {
      return (await caller.call(vxi11Abort, 'abort', this.linkId)).error;
    } finally {
      caller.socket.destroy();
    }
  }

  [Symbol.dispose](): void {
    this.core.socket.destroy();
  }
}
