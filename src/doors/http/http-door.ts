import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';

import { isLoopback, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { Hub } from '../../telemetry/index.ts';
import type { Directory, Door, DoorOffer, DoorStatus } from '../door.ts';
import { AccessGuard } from './access-guard.ts';
import { TokenFile } from './bearer-token.ts';
import { Callers } from './callers.ts';
import { eventEncoding } from './event-encoding.ts';
import { FailureLimit } from './failure-limit.ts';
import { hostAndPort } from './host-name.ts';
import { createHttpServer } from './http-server.ts';
import { Tasks } from './tasks.ts';
import { LeaseDesk } from './lease-desk.ts';
import { closeLongestMs } from './limits.ts';
import { silentLog } from './log.ts';
import type { DoorLog } from './log.ts';
import { OwnerBook } from './owner-book.ts';
import { defaultRateLimits, RateLimits } from './rate-limits.ts';
import type { RateLimitOptions } from './rate-limits.ts';
import { RequestCounts } from './request-counts.ts';
import type { HttpServices } from './services.ts';
import { Streams } from './streams.ts';
import type { HttpServer } from './zod-provider.ts';

/** Where the door is unless the configuration says otherwise. */
export const defaultHttpHost = '127.0.0.1';
export const defaultHttpPort = 5_001;

export interface HttpDoorOptions {
  /** @default 'http' */
  readonly name?: string;
  /** The address to listen on. @default {@link defaultHttpHost} */
  readonly host?: string;
  /** 0 takes any that is free. @default {@link defaultHttpPort} */
  readonly port?: number;
  /** Host names by which clients may call it besides the address itself. @default none */
  readonly hosts?: readonly string[];
  /** Origins of other web pages that may use it: `https://lab.example.org`. @default none */
  readonly origins?: readonly string[];
  /** The file with the bearer token; made when it is not there. Needed beyond loopback. */
  readonly tokenFile?: string;
  /** Whether the token is required. @default whether `host` is beyond loopback */
  readonly isTokenRequired?: boolean;
  readonly directory: Directory;
  /** Of Signalbox. */
  readonly version: string;
  readonly services?: HttpServices;
  /** How many events, watches and live connections may be open at once. @default 1,000 */
  readonly streamsMost?: number;
  /** How often one caller may ask. @default {@link defaultRateLimits} */
  readonly rateLimits?: RateLimitOptions;
  /** @default writes nothing */
  readonly log?: DoorLog;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Programs come in by HTTP and WebSocket. */
export class HttpDoor implements Door {
  readonly name: string;
  readonly #options: HttpDoorOptions;
  readonly #clock: Clock;
  readonly #log: DoorLog;
  readonly #host: string;
  readonly #owners: OwnerBook;
  readonly #desk = new LeaseDesk();
  readonly #callers: Callers;
  readonly #streams: Streams;
  readonly #tasks: Tasks;
  readonly #rateLimits: RateLimits;
  readonly #requestCounts = new RequestCounts();
  #server: HttpServer | undefined;
  #port: number;
  #closing: Promise<void> | undefined;

  constructor(options: HttpDoorOptions) {
    this.name = options.name ?? 'http';
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    this.#host = options.host ?? defaultHttpHost;
    this.#port = options.port ?? defaultHttpPort;
    this.#streams = new Streams(options.streamsMost);
    this.#owners = new OwnerBook(this.#clock);
    this.#callers = new Callers(this.#owners, this.#desk);
    this.#tasks = new Tasks(this.#clock, (error, taskId) =>
      this.#log.warn('a task failed', { taskId, error }),
    );
    this.#rateLimits = new RateLimits(options.rateLimits ?? defaultRateLimits, this.#clock);
  }

  /** `http://127.0.0.1:5001`; the real port once it is open. */
  get url(): string {
    return `http://${hostAndPort(this.#host, this.#port)}`;
  }

  /**
   * @throws LINK_COMMUNICATION when the address cannot be listened on; CONFIG_INVALID when it is
   *   beyond loopback and there is no token file, or others may read it; CLOSED
   */
  async open(): Promise<void> {
    if (this.#closing !== undefined) throw new SignalboxError('CLOSED', 'the door was closed');
    const guard = await this.#guard();
    const { directory, version, services = {} } = this.#options;
    const { hub = new Hub({ epoch: randomUUID(), clock: this.#clock }) } = services;
    const server = await createHttpServer(
      {
        directory,
        services,
        version,
        sinceMs: this.#clock.now(),
        clock: this.#clock,
        log: this.#log,
        guard,
        rateLimits: this.#rateLimits,
        requestCounts: this.#requestCounts,
        callers: this.#callers,
        desk: this.#desk,
        tasks: this.#tasks,
        hub,
        eventEncoding: eventEncoding(hub.epoch),
        streams: this.#streams,
      },
      this.#owners,
    );
    this.#server = server;
    try {
      await server.listen({ host: this.#host, port: this.#port });
    } catch (error) {
      await this.close();
      throw this.#listenError(error);
    }
    this.#port = (server.server.address() as AddressInfo).port;
    this.#log.info(`listening on ${this.url}`);
  }

  status(): DoorStatus {
    return { name: this.name, kind: 'http', address: this.url, clients: this.#owners.inside() };
  }

  /** The page of an instrument is what makes it one of LXI. LXI Device Specification. */
  offer(): DoorOffer {
    return { types: ['_lxi._tcp', '_http._tcp'], host: this.#host, tcpPort: this.#port };
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Those who wait are told that it closes; who has not taken the answer in time is cut off. */
  async #close(): Promise<void> {
    this.#callers.close();
    this.#streams.close();
    this.#tasks.close();
    const server = this.#server;
    if (server === undefined) return;
    await this.#answered();
    try {
      await server.close();
    } catch (error) {
      this.#log.warn('the server did not close in order', { error });
    }
  }

  async #answered(): Promise<void> {
    const server = this.#server?.server;
    if (server === undefined || this.#owners.inside().length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.schedule(closeLongestMs, resolve);
    this.#owners.whenEmpty(resolve);
    await promise;
    timer.cancel();
  }

  async #guard(): Promise<AccessGuard> {
    const { hosts = [], origins = [], tokenFile } = this.#options;
    const isRequired = this.#options.isTokenRequired ?? !isLoopback(this.#host);
    const failures = new FailureLimit(this.#clock);
    if (!isRequired) return new AccessGuard({ hosts, origins, failures });
    if (tokenFile === undefined) {
      throw new SignalboxError(
        'CONFIG_INVALID',
        `${this.#host} can be reached from other machines, and no token file is named`,
        { nextStep: 'Name a token file, or listen on 127.0.0.1.' },
      );
    }
    const token = await TokenFile.open(tokenFile, (error) =>
      this.#log.warn('no token is right any more', { error }),
    );
    return new AccessGuard({ hosts, origins, failures, token });
  }

  #listenError(cause: unknown): SignalboxError {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const where = hostAndPort(this.#host, this.#port);
    return why === 'EADDRINUSE'
      ? new SignalboxError('LINK_COMMUNICATION', `${where} is taken by another program`, {
          nextStep: `See which with \`ss -ltnp 'sport = :${this.#port}'\`, or choose another port.`,
          cause,
        })
      : new SignalboxError('LINK_COMMUNICATION', `cannot listen on ${where}: ${why}`, { cause });
  }
}
