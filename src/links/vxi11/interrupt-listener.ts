import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { plainAddress } from '../../kernel/index.ts';
import {
  answerRpc,
  encodeRecord,
  RpcRecordReader,
  rpcService,
  vxi11Interrupt,
} from '../../protocols/index.ts';
import type { RpcService, Vxi11InterruptChannelArgs } from '../../protocols/index.ts';

/** Who may connect at once: one is enough, a second comes while the first is given up. */
const connectionsMost = 4;
const recordBytesMost = 1_024;
/** What comes back with each service request. Each link listens on a port of its own. */
const handle = new TextEncoder().encode('signalbox');

export interface InterruptListenerOptions {
  /** This machine's address, by which the instrument is reached. */
  readonly own: string;
  /** The instrument's: nobody else is heard. */
  readonly server: string;
  readonly requested: () => void;
}

/** Where an instrument calls when it wants service: its interrupt channel. VXI-11, section B.4.4. */
export class InterruptListener {
  readonly #server: Server;
  readonly #services: readonly RpcService[];
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, options: InterruptListenerOptions) {
    this.#server = server;
    const serviceRequest = ({ handle: given }: { readonly handle: Uint8Array }): undefined => {
      if (Buffer.compare(given, handle) === 0) options.requested();
    };
    this.#services = [rpcService(vxi11Interrupt, { serviceRequest }, () => {})];
    server.maxConnections = connectionsMost;
    server.on('connection', (socket) => {
      if (plainAddress(socket.remoteAddress) === plainAddress(options.server)) this.#serve(socket);
      else socket.destroy();
    });
    server.on('error', () => {});
  }

  /** @throws when there is no port to be had */
  static async open(options: InterruptListenerOptions): Promise<InterruptListener> {
    const server = createServer({ noDelay: true });
    server.listen(0, options.own);
    await once(server, 'listening');
    return new InterruptListener(server, options);
  }

  get handle(): Uint8Array {
    return handle;
  }

  /** What the server is told of it. */
  get channel(): Vxi11InterruptChannelArgs {
    const { address, port } = this.#server.address() as AddressInfo;
    const { program, version } = vxi11Interrupt;
    return { hostAddress: address, hostPort: port, program, version, transport: 'tcp' };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const reader = new RpcRecordReader({ recordBytesMost });
    socket.on('data', (chunk: Uint8Array) => {
      for (const event of reader.push(chunk)) {
        if (event.kind === 'record') void this.#answer(socket, event.message);
        else socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  async #answer(socket: Socket, message: Uint8Array): Promise<void> {
    const reply = await answerRpc(this.#services, message);
    // Many servers do not read it: nothing is to pile up here.
    if (reply !== undefined && socket.writable && !socket.writableNeedDrain) {
      socket.write(encodeRecord(reply));
    }
  }
}
