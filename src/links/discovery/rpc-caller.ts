import { connect } from 'node:net';
import type { Socket } from 'node:net';
import {
  cancellationError,
  onAbort,
  SignalboxError,
  throwIfCancelled,
} from '../../kernel/index.ts';
import {
  encodeCall,
  encodeRecord,
  parseRpcMessage,
  resultsOf,
  RpcRecordReader,
} from '../../protocols/index.ts';
import type { ArgsOf, ResultsOf, RpcProcedures, RpcProgram } from '../../protocols/index.ts';
import { DuplexConnection } from '../duplex-connection.ts';
import { classifyLinkError } from '../link-error.ts';

/** A longer reply is none: whoever is asked here answers in a few lines. */
const replyBytesMost = 65_536;

/** Where an RPC server is: on the network, or at a socket in the file system. */
export type RpcAddress =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

/** Calls procedures over one connection, one after the other. RFC 5531. */
export class RpcCaller implements AsyncDisposable {
  readonly #address: string;
  readonly #connection: DuplexConnection;
  readonly #reader = new RpcRecordReader({ recordBytesMost: replyBytesMost });
  #lastXid = 0;

  private constructor(address: string, socket: Socket) {
    this.#address = address;
    this.#connection = new DuplexConnection(socket, {
      address,
      medium: 'network',
      whenFull: 'pause',
    });
  }

  /** @throws LINK_COMMUNICATION when nobody listens there; CANCELLED */
  static async connect(to: RpcAddress, signal: AbortSignal): Promise<RpcCaller> {
    const address = 'path' in to ? to.path : `${to.host}:${to.port}`;
    const what = `connecting to ${address}`;
    throwIfCancelled(signal, what);
    const socket = connect(to);
    const connected = Promise.withResolvers<void>();
    socket.once('connect', connected.resolve);
    socket.once('error', connected.reject);
    using _cancelled = onAbort(signal, () => connected.reject(cancellationError(signal, what)));
    try {
      await connected.promise;
    } catch (error) {
      socket.destroy();
      throw classifyLinkError(error, address, 'network');
    }
    return new RpcCaller(address, socket);
  }

  /** @throws LINK_COMMUNICATION, LINK_PROTOCOL, CANCELLED */
  async call<Procedures extends RpcProcedures, Name extends keyof Procedures & string>(
    program: RpcProgram<Procedures>,
    name: Name,
    args: ArgsOf<Procedures[Name]>,
    signal: AbortSignal,
  ): Promise<ResultsOf<Procedures[Name]>> {
    this.#lastXid += 1;
    const xid = this.#lastXid;
    await this.#connection.write(encodeRecord(encodeCall(program, name, args, { xid })), signal);
    for (;;) {
      const { data } = await this.#connection.read(signal);
      for (const event of this.#reader.push(data)) {
        const message = event.kind === 'record' ? parseRpcMessage(event.message) : event;
        if (message.kind === 'reply' && message.xid === xid) {
          return resultsOf(program, name, message);
        }
        if (message.kind !== 'reply') throw this.#nonsense(message.kind);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  #nonsense(kind: string): SignalboxError {
    return new SignalboxError('LINK_PROTOCOL', `${this.#address} answers with what is no reply`, {
      details: { address: this.#address, kind },
    });
  }
}
