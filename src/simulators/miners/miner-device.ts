import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { SignalboxError } from '../../kernel/index.ts';
import { Cable } from '../outlets/cable.ts';
import type { MinerState } from './miner-state.ts';

/** So many connections a device has room for. Source: ESP-Miner, http_server.c, max_open_sockets. */
export const deviceSocketsMost = 20;

/** What is said at a device's address. */
export interface MinerService {
  readonly port: number;
  take(socket: Socket, device: MinerDevice): void;
}

/**
 * One miner at an address of its own: what listens there, and the plug that is pulled when it restarts. Its
 * oldest connection makes room for a new one.
 */
export class MinerDevice implements AsyncDisposable {
  readonly state: MinerState;
  readonly host: string;
  readonly #service: MinerService;
  readonly #cable: Cable;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port: number;

  constructor(state: MinerState, host: string, service: MinerService) {
    this.state = state;
    this.host = host;
    this.#service = service;
    this.#port = service.port;
    this.#cable = new Cable({
      plug: async () => await this.#listen(),
      pull: async () => await this.#hangUp(),
    });
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `${this.host}:${this.#port}`;
  }

  /** @throws LINK_COMMUNICATION when its address or port is taken */
  async open(): Promise<void> {
    try {
      await this.#cable.plug();
    } catch (cause) {
      const message = `a simulated miner cannot listen at ${this.host}:${this.#service.port}`;
      throw new SignalboxError('LINK_COMMUNICATION', message, { cause });
    }
  }

  /** It is gone for so long. */
  unplug(backAfterMs: number): void {
    this.#cable.unplug(backAfterMs);
  }

  /** As `unplug`, and it begins to count anew. */
  restart(backAfterMs: number): void {
    this.state.restart();
    this.#cable.unplug(backAfterMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cable[Symbol.asyncDispose]();
  }

  async #listen(): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#take(socket));
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject);
    server.listen(this.#port, this.host, listening.resolve);
    await listening.promise;
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async #hangUp(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Who goes away in the middle is gone; nothing of it is left to be done.
    socket.on('error', () => {});
    if (this.#sockets.size > deviceSocketsMost) {
      const [oldest] = this.#sockets;
      oldest?.destroy();
    }
    this.#service.take(socket, this);
  }
}
