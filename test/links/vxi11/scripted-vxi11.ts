import { Vxi11Link } from '../../../src/links/index.ts';
import type { Vxi11LinkOptions } from '../../../src/links/index.ts';
import { BytePeer } from '../byte-peer.ts';
import { LoopbackServer } from '../tcp/loopback-server.ts';
import { int, opaque, RpcPeer } from './rpc-peer.ts';
import type { HeardCall } from './rpc-peer.ts';

const forever = new AbortController().signal;
/** Program and version of the core and of the abort channel. VXI-11, appendix C. */
const [core, abort] = ['000607af00000001', '000607b000000001'];
export const linkId = '00000007';

/** Numbers of the procedures that a link calls. VXI-11, appendix C. */
export const procedures = {
  createLink: 10,
  write: 11,
  read: 12,
  readStatusByte: 13,
  trigger: 14,
  clear: 15,
  remote: 16,
  local: 17,
  enableServiceRequest: 20,
  destroyLink: 23,
  createInterruptChannel: 25,
} as const;

export interface ScriptedOptions extends Partial<Vxi11LinkOptions> {
  /** What create_link says that one write may bring. @default 1024 */
  readonly receiveBytesMost?: number;
  /** Where the abort channel is said to be. @default where it is */
  readonly abortPort?: number;
}

/** The next connection to a server, as the server has it. */
export async function nextPeer(server: LoopbackServer, at = 0): Promise<RpcPeer> {
  for (;;) {
    const client = server.clients[at];
    if (client !== undefined) return new RpcPeer(new BytePeer(client));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** An open link, and the server's end of its core channel, which says what a test writes by hand. */
export class ScriptedVxi11 implements AsyncDisposable {
  readonly link: Vxi11Link;
  readonly core: RpcPeer;
  readonly server: LoopbackServer;
  readonly abortServer: LoopbackServer;
  #abort: RpcPeer | undefined;

  private constructor(
    link: Vxi11Link,
    core: RpcPeer,
    servers: readonly [LoopbackServer, LoopbackServer],
  ) {
    this.link = link;
    this.core = core;
    [this.server, this.abortServer] = servers;
  }

  /** @param prepare what is done with the link before it is opened */
  static async open(
    options: ScriptedOptions = {},
    prepare: (link: Vxi11Link) => void = () => {},
  ): Promise<ScriptedVxi11> {
    const server = await LoopbackServer.listen(() => {});
    const abortServer = await LoopbackServer.listen(() => {});
    const { receiveBytesMost = 1_024, abortPort = abortServer.options.port, ...others } = options;
    const link = new Vxi11Link({ ...server.options, ...others });
    prepare(link);
    const opened = link.open(forever);
    opened.catch(() => {});
    const peer = await nextPeer(server);
    const bench = new ScriptedVxi11(link, peer, [server, abortServer]);
    const args = int(process.pid) + int(0) + int(0) + opaque('inst0');
    const { xid } = await bench.hear('createLink', args);
    peer.reply(xid, int(0) + linkId + int(abortPort) + int(receiveBytesMost));
    await opened;
    return bench;
  }

  /** The next call on the core channel, which must be of that procedure. */
  async hear(name: keyof typeof procedures, args?: string): Promise<HeardCall> {
    const call = await this.core.hear();
    const isRight = call.head === core + int(procedures[name]);
    if (isRight && (args === undefined || args === call.args)) return call;
    throw new Error(`${call.head} ${call.args} in the place of ${name} ${args ?? ''}`);
  }

  /** Hears a call and answers it. */
  async answer(name: keyof typeof procedures, results: string, args?: string): Promise<void> {
    this.core.reply((await this.hear(name, args)).xid, results);
  }

  /** Hears a whole message in one device_write, and takes it. */
  async takeMessage(text: string): Promise<void> {
    await this.answer('write', int(0) + int(text.length), writeArgs(text, true));
  }

  /** The next call on the abort channel; over its `at`th connection. */
  async hearAbort(at = 0): Promise<HeardCall> {
    this.#abort ??= await nextPeer(this.abortServer, at);
    const call = await this.#abort.hear();
    if (call.head === abort + int(1) && call.args === linkId) return call;
    throw new Error(`${call.head} ${call.args} in the place of an abort`);
  }

  async answerAbort(): Promise<void> {
    const { xid } = await this.hearAbort();
    this.#abort?.reply(xid, int(0));
  }

  /** Resolves when the link has heard all that was said on the core channel. */
  async heard(): Promise<void> {
    const status = this.link.readStatusByte(forever);
    await this.answer('readStatusByte', int(0) + int(0), genericArgs);
    await status;
  }

  /** Writes a text as a whole message. */
  async write(text: string): Promise<void> {
    await this.link.write(Buffer.from(text), { end: true, signal: forever });
  }

  /** Writes a message which the server takes without more ado. */
  async say(text: string): Promise<void> {
    await Promise.all([this.write(text), this.takeMessage(text)]);
  }

  /** The next chunk, as text; with a dot where the message ends. */
  async read(): Promise<string> {
    const { data, end } = await this.link.read(forever);
    return Buffer.from(data).toString('latin1') + (end ? '.' : '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.core.bytes.socket.destroy();
    await this.link.close();
    await this.server[Symbol.asyncDispose]();
    await this.abortServer[Symbol.asyncDispose]();
  }
}

/** Link, I/O timeout of 4 s, 2 s for a lock, that it is waited for, END or not, data. B.6.3. */
export function writeArgs(text: string, isEnd: boolean): string {
  return linkId + int(4_000) + int(2_000) + int(isEnd ? 9 : 1) + opaque(text);
}

/** Link, 256 KiB, I/O timeout, lock timeout, that it is waited for, no terminator. B.6.4. */
export function readArgs(timeoutMs: number): string {
  return linkId + int(262_144) + int(timeoutMs) + int(2_000) + int(1) + int(0);
}

/** Link, that a lock is waited for, 2 s, I/O timeout of 4 s. Appendix C, Device_GenericParms. */
export const genericArgs: string = linkId + int(1) + int(2_000) + int(4_000);

/** What device_read gives: error, reason (4 is END), data. */
export function readResults(error: number, reason: number, text: string): string {
  return int(error) + int(reason) + opaque(text);
}
