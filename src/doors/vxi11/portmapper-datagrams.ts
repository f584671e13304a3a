import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { isLoopback } from '../../kernel/index.ts';
import { broadcastInterfaces, isNeighbour } from '../../links/index.ts';
import type { NetworkInterface } from '../../links/index.ts';

/** All machines of whatever network it is sent to. RFC 919, section 7. */
const limitedBroadcast = '255.255.255.255';

export interface PortmapperDatagramsOptions {
  readonly host: string;
  readonly udpPort: number;
  /** @returns the reply to a message; undefined for none */
  readonly answer: (message: Uint8Array) => Promise<Uint8Array | undefined>;
  readonly failed: (error: unknown) => void;
}

/**
 * Answers datagrams to one address, and the broadcasts of its network, which a socket that is bound to
 * that address would not hear.
 */
export class PortmapperDatagrams {
  readonly #options: PortmapperDatagramsOptions;
  readonly #sockets: Socket[] = [];

  constructor(options: PortmapperDatagramsOptions) {
    this.#options = options;
  }

  /** @throws what the system says when the port cannot be had */
  async open(): Promise<void> {
    const { host, udpPort, failed } = this.#options;
    const own = await this.#bind(host, udpPort, false);
    own.on('message', (message, from) => void this.#answer(own, message, from));
    own.on('error', failed);
    const { address } = own.address();
    const near = broadcastInterfaces().find((each) => each.address === address);
    if (near === undefined || isLoopback(address) || !isIPv4(address)) return;
    for (const broadcast of [near.broadcast, limitedBroadcast]) {
      // Another gateway on another address of this machine hears broadcasts, too.
      const heard = await this.#bind(broadcast, udpPort, true);
      heard.on('message', (message, from) => this.#heard(own, near, message, from));
      heard.on('error', failed);
    }
  }

  /** May be called twice. */
  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.close();
  }

  async #bind(host: string, udpPort: number, reuseAddr: boolean): Promise<Socket> {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', reuseAddr });
    this.#sockets.push(socket);
    socket.bind(udpPort, host);
    await once(socket, 'listening');
    return socket;
  }

  /** A broadcast is heard from all networks of this machine: the door is open to one of them. */
  #heard(
    own: Socket,
    near: NetworkInterface,
    message: Uint8Array,
    from: { readonly address: string; readonly port: number },
  ): void {
    if (isNeighbour(near, from.address)) void this.#answer(own, message, from);
  }

  async #answer(
    own: Socket,
    message: Uint8Array,
    { address, port }: { readonly address: string; readonly port: number },
  ): Promise<void> {
    const reply = await this.#options.answer(message);
    if (reply !== undefined && this.#sockets.includes(own)) own.send(reply, port, address);
  }
}
