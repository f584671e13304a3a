import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { encodeCall, encodeRecord, vxi11Interrupt } from '../../protocols/index.ts';
import type { Vxi11InterruptChannelArgs } from '../../protocols/index.ts';

/** How long a client's interrupt channel may take to be reached. */
export const interruptOpenMs = 5_000;
/** A client that leaves so many bytes of service requests unread has its channel closed. */
export const interruptUnreadBytesMost = 65_536;

/** The connection to a client on which it is told of service requests. VXI-11, section B.4.4. */
export class InterruptChannel {
  readonly #socket: Socket;
  readonly #program: typeof vxi11Interrupt;
  #lastXid = 0;

  private constructor(socket: Socket, { program, version }: Vxi11InterruptChannelArgs) {
    this.#socket = socket;
    this.#program = { ...vxi11Interrupt, program, version };
    // What a client answers to the calls is of no interest.
    socket.resume();
    socket.on('error', () => socket.destroy());
  }

  /**
   * @param from the address at which the client has found the door: from another one it might not
   *   listen to
   * @throws when the client cannot be reached there
   */
  static async open(args: Vxi11InterruptChannelArgs, from: string): Promise<InterruptChannel> {
    const { hostAddress: host, hostPort: port } = args;
    const socket = connect({ host, port, localAddress: from, noDelay: true });
    const opened = Promise.withResolvers<void>();
    socket.once('connect', opened.resolve);
    socket.once('error', opened.reject);
    socket.setTimeout(interruptOpenMs, () => {
      opened.reject(new Error(`no connection within ${interruptOpenMs} ms`));
    });
    try {
      await opened.promise;
    } catch (error) {
      socket.destroy();
      throw error;
    }
    socket.setTimeout(0);
    return new InterruptChannel(socket, args);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Tells of one request. @param handle what the client wants its link to be called */
  request(handle: Uint8Array): void {
    if (!this.isOpen) return;
    this.#lastXid += 1;
    const call = encodeCall(this.#program, 'serviceRequest', { handle }, { xid: this.#lastXid });
    this.#socket.write(encodeRecord(call));
    if (this.#socket.writableLength > interruptUnreadBytesMost) this.#socket.destroy();
  }

  close(): void {
    this.#socket.destroy();
  }
}
