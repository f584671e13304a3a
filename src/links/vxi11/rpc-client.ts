import type { Socket } from 'node:net';
import { lifeController, raceAbort, SignalboxError, throwIfCancelled } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import {
  encodeCall,
  encodeRecord,
  parseRpcMessage,
  resultsOf,
  RpcRecordReader,
} from '../../protocols/index.ts';
import type {
  ArgsOf,
  ResultsOf,
  RpcProcedures,
  RpcProgram,
  RpcReply,
} from '../../protocols/index.ts';
import { BoundedWait } from '../bounded-wait.ts';
import { classifyLinkError } from '../link-error.ts';

/** More calls at once than these wait for their replies are refused. */
export const rpcCallsMost = 32;

export interface RpcClientOptions {
  readonly socket: Socket;
  /** What the link calls itself, for errors. */
  readonly address: string;
  readonly clock: Clock;
  /** A longer reply ends the connection. */
  readonly replyBytesMost: number;
  /** Told once, with the error that ended the connection. */
  readonly ended?: (error: SignalboxError) => void;
}

/** How long a call may take. */
export interface RpcPatience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Calls procedures over one TCP connection. Replies are known by their number: one that nobody waits for
 * is dropped. What is no reply ends the connection. RFC 5531.
 */
export class RpcClient {
  readonly #options: RpcClientOptions;
  /** Aborts with the error that ends the connection. */
  readonly #life = lifeController();
  readonly #waiting = new Map<number, PromiseWithResolvers<RpcReply>>();
  readonly #closed = Promise.withResolvers<void>();
  #lastXid = 0;

  constructor(options: RpcClientOptions) {
    this.#options = options;
    const { socket, address, replyBytesMost } = options;
    const reader = new RpcRecordReader({ recordBytesMost: replyBytesMost });
    socket.on('data', (chunk: Uint8Array) => {
      for (const event of reader.push(chunk)) {
        if (event.kind === 'record') this.#take(event.message);
        else this.fail(this.#notRpc(`a reply of ${event.length} bytes`));
      }
    });
    socket.on('error', (error) => this.fail(classifyLinkError(error, address, 'network')));
    socket.on('end', () => this.fail(this.#gone()));
    socket.on('close', () => {
      this.fail(this.#gone());
      this.#closed.resolve();
    });
  }

  /** The address by which the server is reached, and its own. */
  get addresses(): { readonly own: string; readonly server: string } {
    const { localAddress = '', remoteAddress = '' } = this.#options.socket;
    return { own: localAddress, server: remoteAddress };
  }

  /**
   * Calls a procedure and waits for its results as long as the connection is there.
   * @throws LINK_PROTOCOL when the server refuses the call, QUEUE_FULL, what ended the connection
   */
  async start<Procedures extends RpcProcedures, Name extends keyof Procedures & string>(
    program: RpcProgram<Procedures>,
    name: Name,
    args: ArgsOf<Procedures[Name]>,
  ): Promise<ResultsOf<Procedures[Name]>> {
    const { xid, reply } = this.#send(program, name, args);
    try {
      return resultsOf(program, name, await reply);
    } finally {
      this.#waiting.delete(xid);
    }
  }

  /**
   * Calls a procedure and waits for its results with a bound. A reply that comes later is dropped.
   * @throws LINK_TIMEOUT, CANCELLED and what `start` throws
   */
  async call<Procedures extends RpcProcedures, Name extends keyof Procedures & string>(
    program: RpcProgram<Procedures>,
    name: Name,
    args: ArgsOf<Procedures[Name]>,
    { timeoutMs, signal }: RpcPatience,
  ): Promise<ResultsOf<Procedures[Name]>> {
    const { address, clock } = this.#options;
    const what = `${program.name} ${name} of ${address}`;
    throwIfCancelled(signal, what);
    const late = (): SignalboxError =>
      new SignalboxError(
        'LINK_TIMEOUT',
        `${address} did not answer ${name} within ${timeoutMs} ms`,
        {
          details: { address, timeoutMs },
        },
      );
    const signals = signal === undefined ? [] : [signal];
    const { xid, reply } = this.#send(program, name, args);
    using wait = new BoundedWait({ clock, timeoutMs, signals, what, late });
    try {
      return resultsOf(program, name, await raceAbort(reply, wait.signal, what));
    } finally {
      this.#waiting.delete(xid);
    }
  }

  /** Ends the connection, and what waits for a reply. May be called twice. */
  fail(error: SignalboxError): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#options.socket.destroy();
    this.#options.ended?.(error);
  }

  /** Gives the connection back; resolves when that is done. */
  async close(reason: SignalboxError): Promise<void> {
    this.fail(reason);
    await this.#closed.promise;
  }

  #send<Procedures extends RpcProcedures, Name extends keyof Procedures & string>(
    program: RpcProgram<Procedures>,
    name: Name,
    args: ArgsOf<Procedures[Name]>,
  ): { readonly xid: number; readonly reply: Promise<RpcReply> } {
    const { address, socket } = this.#options;
    throwIfCancelled(this.#life.signal, name);
    if (this.#waiting.size >= rpcCallsMost) {
      const text = `${rpcCallsMost} calls wait for the replies of ${address}`;
      throw new SignalboxError('QUEUE_FULL', text, { details: { address, rpcCallsMost } });
    }
    this.#lastXid = (this.#lastXid + 1) >>> 0;
    const xid = this.#lastXid;
    const call = encodeRecord(encodeCall(program, name, args, { xid }));
    const reply = Promise.withResolvers<RpcReply>();
    this.#waiting.set(xid, reply);
    socket.write(call);
    return { xid, reply: reply.promise };
  }

  #take(record: Uint8Array): void {
    const message = parseRpcMessage(record);
    if (message.kind === 'reply') this.#waiting.get(message.xid)?.resolve(message);
    else {
      const reason = message.kind === 'malformed' ? message.reason : 'a call in place of a reply';
      this.fail(this.#notRpc(reason));
    }
  }

  #notRpc(reason: string): SignalboxError {
    const { address } = this.#options;
    return new SignalboxError('LINK_PROTOCOL', `${address}: ${reason}`, {
      details: { address },
      nextStep: 'Check that the other side is the VXI-11 server that you mean.',
    });
  }

  #gone(): SignalboxError {
    const { address } = this.#options;
    return new SignalboxError('LINK_COMMUNICATION', `${address} closed the connection`, {
      details: { address },
    });
  }
}
