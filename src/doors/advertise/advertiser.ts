import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { isLoopback, plainAddress, systemClock } from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import { isNeighbour, multicastDns } from '../../links/index.ts';
import type { NetworkInterface } from '../../links/index.ts';
import type { AdvertisedService } from './advertised-service.ts';
import { loadDnsCodec } from './dns-codec.ts';
import type { DnsCodec } from './dns-codec.ts';
import { Responder } from './responder.ts';

/** So many messages that were sent last are known again when they come back. */
export const ownMessagesMost = 64;

/** How long an address that came or went later may stay unnoticed: no system call waits for one. */
export const interfacesEveryMs = 2_000;

export interface AdvertiserOptions {
  readonly services: readonly AdvertisedService[];
  /** The addresses of this machine that others can reach now. */
  readonly interfaces: () => readonly NetworkInterface[];
  /** Told once of a network in which nothing can be advertised. */
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

/** What is told in one network. */
interface Presence {
  readonly socket: Socket;
  readonly responder: Responder;
}

/**
 * Tells the networks of this machine by multicast DNS which services are there: in each network those
 * that can be reached from it, also in one that comes later. Without such services nothing is opened and
 * nothing sent. RFC 6762.
 */
export class Advertiser implements AsyncDisposable {
  readonly #options: AdvertiserOptions;
  readonly #own: string[] = [];
  readonly #sending = new Set<Promise<void>>();
  /** By network. */
  readonly #open = new Map<string, Presence>();
  /** Networks of which it was told that they cannot be had. */
  readonly #refused = new Set<string>();
  #looking: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: AdvertiserOptions) {
    this.#options = options;
  }

  /** Takes names for the services in the background, and follows the networks. Never throws. */
  async open(): Promise<void> {
    const isFar = ({ host }: AdvertisedService): boolean => !isLoopback(plainAddress(host));
    if (!this.#options.services.some(isFar)) return;
    await this.#look();
  }

  /** The addresses at which something is advertised. */
  get names(): readonly string[] {
    return [...this.#open.values()].flatMap(({ responder }) => responder.names);
  }

  /** Says goodbye, and resolves when that is sent. Never throws; may be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#looking;
    await this.#leave([...this.#open.keys()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #look(): Promise<void> {
    // A system that cannot tell its addresses now may do so the next time.
    this.#looking = this.#follow().catch(() => {});
    await this.#looking;
    if (this.#isClosed) return;
    const { clock = systemClock } = this.#options;
    this.#timer = clock.schedule(interfacesEveryMs, () => void this.#look());
  }

  /** Leaves the networks that are gone and enters those that are new. */
  async #follow(): Promise<void> {
    const { interfaces, services, failed } = this.#options;
    const wanted = new Map(interfaces().map((near) => [keyOf(near), near]));
    await this.#leave([...this.#open.keys()].filter((key) => !wanted.has(key)));
    for (const key of this.#refused) if (!wanted.has(key)) this.#refused.delete(key);
    for (const [key, near] of wanted) {
      const reached = services.filter((service) => isReachedAt(service, near.address));
      if (reached.length === 0 || this.#open.has(key) || this.#isClosed) continue;
      try {
        await this.#openAt(near, reached, await loadDnsCodec());
        this.#refused.delete(key);
      } catch (error) {
        if (!this.#refused.has(key)) failed(near, error);
        this.#refused.add(key);
      }
    }
  }

  async #leave(keys: readonly string[]): Promise<void> {
    const left = keys.flatMap((key) => this.#open.get(key) ?? []);
    for (const key of keys) this.#open.delete(key);
    for (const { responder } of left) responder.close();
    if (left.length > 0) await Promise.all(this.#sending);
    for (const { socket } of left) socket.close();
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
    this.#open.set(keyOf(near), { socket, responder });
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

function keyOf({ name, address, prefixLength }: NetworkInterface): string {
  return `${name} ${address}/${prefixLength}`;
}
