import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { isLoopback, plainAddress, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { isNeighbour, multicastDns } from '../../links/index.ts';
import type { NetworkInterface } from '../../links/index.ts';
import type { AdvertisedService } from './advertised-service.ts';
import { loadDnsCodec } from './dns-codec.ts';
import type { DnsCodec } from './dns-codec.ts';
import { Responder } from './responder.ts';

/** So many messages that were sent last are known again when they come back. */
export const ownMessagesMost = 64;

export interface AdvertiserOptions {
  readonly services: readonly AdvertisedService[];
  /** The addresses of this machine that others can reach. */
  readonly interfaces: readonly NetworkInterface[];
  /** Told of a network in which nothing can be advertised. */
  readonly failed: (near: NetworkInterface, error: unknown) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /** From 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/** Where a service is reached by one of the machine's addresses. */
export function isReachedAt({ host }: AdvertisedService, address: string): boolean {
  const plain = plainAddress(host);
  if (isLoopback(plain)) return false;
  return plain === address || plain === '0.0.0.0' || plain === '::';
}

/**
 * Tells the networks of this machine by multicast DNS which services are there: in each network those
 * that can be reached from it. Without such services nothing is opened and nothing sent. RFC 6762.
 */
export class Advertiser implements AsyncDisposable {
  readonly #options: AdvertiserOptions;
  readonly #own: string[] = [];
  readonly #sending = new Set<Promise<void>>();
  readonly #open: { readonly socket: Socket; readonly responder: Responder }[] = [];
  #isClosed = false;

  constructor(options: AdvertiserOptions) {
    this.#options = options;
  }

  /** Takes names for the services in the background. Never throws. */
  async open(): Promise<void> {
    const { interfaces, services, failed } = this.#options;
    const wanted = interfaces.flatMap((near) => {
      const reached = services.filter((service) => isReachedAt(service, near.address));
      return reached.length === 0 ? [] : [{ near, reached }];
    });
    if (wanted.length === 0) return;
    const codec = await loadDnsCodec();
    for (const { near, reached } of wanted) {
      try {
        await this.#openAt(near, reached, codec);
      } catch (error) {
        failed(near, error);
      }
    }
  }

  /** The addresses at which something is advertised. */
  get names(): readonly string[] {
    return this.#open.flatMap(({ responder }) => responder.names);
  }

  /** Says goodbye, and resolves when that is sent. Never throws; may be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const open = this.#open.splice(0);
    for (const { responder } of open) responder.close();
    await Promise.all(this.#sending);
    for (const { socket } of open) socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #openAt(
    near: NetworkInterface,
    services: readonly AdvertisedService[],
    codec: DnsCodec,
  ): Promise<void> {
    const { clock = systemClock, random = Math.random } = this.#options;
    const { group, port, hops } = multicastDns;
    // Whoever answers for this machine has the port, too. RFC 6762, section 15.1.
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    try {
      // At the group alone, so that what is meant for another such program still reaches it.
      socket.bind(port, group);
      await once(socket, 'listening');
      socket.addMembership(group, near.address);
      socket.setMulticastInterface(near.address);
      socket.setMulticastTTL(hops);
      socket.setTTL(hops);
    } catch (error) {
      socket.close();
      throw error;
    }
    if (this.#isClosed) {
      socket.close();
      return;
    }
    // A network that goes away has nobody in it.
    socket.on('error', () => {});
    const send = (message: Uint8Array, to = { address: group as string, port: port as number }) =>
      this.#send(socket, message, to);
    const { address } = near;
    const responder = new Responder({ services, address, codec, send, clock, random });
    socket.on('message', (message, from) => {
      // What comes from elsewhere is no question of this network. RFC 6762, section 11.
      if (!isNeighbour(near, from.address) || this.#isOwn(message)) return;
      responder.take(message, from);
    });
    this.#open.push({ socket, responder });
    responder.start();
  }

  #send(socket: Socket, message: Uint8Array, to: { address: string; port: number }): void {
    this.#own.push(Buffer.from(message).toString('latin1'));
    if (this.#own.length > ownMessagesMost) this.#own.shift();
    const sent = Promise.withResolvers<void>();
    this.#sending.add(sent.promise);
    socket.send(message, to.port, to.address, () => {
      this.#sending.delete(sent.promise);
      sent.resolve();
    });
  }

  /** What went to all comes back, too, also to the sockets of the other networks. */
  #isOwn(message: Buffer): boolean {
    return this.#own.includes(message.toString('latin1'));
  }
}
