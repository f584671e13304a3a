import { createServer, isIP } from 'node:net';
import type { AddressInfo, DropArgument, Server, Socket } from 'node:net';
import { SignalboxError } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import { describeOpenProgram } from '../../links/index.ts';
import { listeningProgram } from './tcp-programs.ts';

/** A connection without traffic is probed after so long, so that a machine that vanished is noticed. */
export const keepAliveAfterMs = 30_000;

export interface TcpListenerOptions {
  /** Of the door, as people know it. */
  readonly name: string;
  /** Its kind: `socket`, `hislip`. */
  readonly kind: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly tcpPort: number;
  /** More connections at once are turned away. */
  readonly connectionsMost: number;
  /** Whether a client that has said all it wants to say still hears the answers. @default false */
  readonly allowHalfOpen?: boolean;
  readonly clock: Clock;
  readonly enter: (socket: Socket) => void;
  /** Told of connections that were turned away. */
  readonly failed: (owner: Owner, label: string, error: unknown) => void;
}

/** What a door with connections listens on. */
export class TcpListener {
  readonly #options: TcpListenerOptions;
  #server: Server | undefined;
  #tcpPort: number;

  constructor(options: TcpListenerOptions) {
    this.#options = options;
    this.#tcpPort = options.tcpPort;
  }

  get host(): string {
    return this.#options.host;
  }

  /** The one that was taken, once it is open. */
  get tcpPort(): number {
    return this.#tcpPort;
  }

  /** @throws LINK_COMMUNICATION when its address is taken, with who holds it */
  async open(): Promise<void> {
    const { allowHalfOpen = false, enter, connectionsMost, tcpPort, host } = this.#options;
    const server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveAfterMs,
      allowHalfOpen,
    });
    server.on('connection', enter);
    server.on('drop', (dropped) => this.#turnAway(dropped));
    server.maxConnections = connectionsMost;
    const listening = Promise.withResolvers<void>();
    // Stays for good: a connection that cannot be accepted must not end the gateway.
    server.on('error', listening.reject);
    server.listen(tcpPort, host, listening.resolve);
    try {
      await listening.promise;
    } catch (cause) {
      throw await this.#openError(cause as NodeJS.ErrnoException);
    }
    this.#server = server;
    this.#tcpPort = (server.address() as AddressInfo).port;
  }

  /** Lets nobody in any more. Resolves when `leave` has ended all who are in. */
  async close(leave: () => Promise<unknown>): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = Promise.withResolvers<void>();
    if (server === undefined) closed.resolve();
    else server.close(() => closed.resolve());
    await leave();
    await closed.promise;
  }

  #turnAway(dropped: DropArgument | undefined): void {
    const { name, kind, clock, connectionsMost: most, failed } = this.#options;
    const owner: Owner = {
      id: `${name}-turned-away`,
      program: `a program at ${dropped?.remoteAddress ?? 'unknown'}:${dropped?.remotePort ?? 0}`,
      door: kind,
      sinceMs: clock.now(),
    };
    const error = new SignalboxError(
      'QUEUE_FULL',
      `door ${name} has ${most} clients, the most allowed`,
      { details: { door: name, most } },
    );
    failed(owner, 'a connection', error);
  }

  async #openError(cause: NodeJS.ErrnoException): Promise<SignalboxError> {
    const { name, host, tcpPort } = this.#options;
    const address = isIP(host) === 6 ? `[${host}]:${tcpPort}` : `${host}:${tcpPort}`;
    const isTaken = cause.code === 'EADDRINUSE';
    const holder = isTaken ? await listeningProgram({ address: host, tcpPort }) : undefined;
    const by = holder === undefined ? 'another program' : describeOpenProgram(holder);
    const why = isTaken ? `is held by ${by}` : `cannot be used (${cause.code ?? cause.message})`;
    return new SignalboxError(
      'LINK_COMMUNICATION',
      `${address} ${why}, so door ${name} cannot open`,
      {
        details: { address, door: name, ...(holder === undefined ? {} : { holder }) },
        cause,
        nextStep: isTaken
          ? 'Stop the program that holds it, or choose another TCP port for the door.'
          : 'Choose another address or TCP port for the door.',
      },
    );
  }
}
