import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { FaultPlan } from '../fault-plan.ts';
import type { Fault } from '../faults.ts';
import { Cable } from '../outlets/cable.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Simulator } from '../simulator.ts';
import { WireLog } from '../wire-log.ts';
import { Account } from './account.ts';
import { RequestRate } from './request-rate.ts';
import { spoilAnswer } from './spoil-answer.ts';
import type { SpotifyDefinition } from './spotify-definition.ts';
import { failure, WebApi } from './web-api.ts';
import type { ApiAnswer } from './web-api.ts';

const host = '127.0.0.1';
/** A longer request is refused. */
const bodyBytesMost = 65_536;
/** How faults and the log name the two servers. */
const apiNode = 0;
const accountsNode = 1;

const faultKinds: readonly Fault['kind'][] = [
  'drop',
  'garble',
  'delay',
  'wrong-length',
  'unplug',
  'status',
  'oversize',
];

/** A simulated Spotify, with what only it can do. */
export interface SpotifySimulator extends Simulator {
  /** The user takes the consent back: all tokens end. */
  revoke(): void;
}

/** The simulated Web API and accounts server. @throws LINK_COMMUNICATION when the port is taken */
export async function openSpotifySimulator(
  definition: SpotifyDefinition,
  clock: Clock = systemClock,
): Promise<SpotifySimulator> {
  const simulator = new SpotifyServer(definition, clock);
  await simulator.open();
  return simulator;
}

class SpotifyServer implements SpotifySimulator {
  readonly #clock: Clock;
  readonly #api: WebApi;
  readonly #account: Account;
  readonly #rate: RequestRate;
  readonly #faults: FaultPlan;
  readonly #log = new WireLog();
  readonly #cable: Cable;
  #port: number;
  #server: Server | undefined;

  constructor(definition: SpotifyDefinition, clock: Clock) {
    const { seed = 1, tcpPort = 0, requestsMost = 180 } = definition;
    this.#clock = clock;
    this.#port = tcpPort;
    this.#api = new WebApi(definition, clock, seededRandom(seed));
    this.#account = new Account(definition, clock);
    this.#rate = new RequestRate(requestsMost, clock);
    this.#faults = new FaultPlan(seededRandom(seed + 1), definition, faultKinds);
    this.#cable = new Cable({
      plug: async () => await this.#listen(),
      pull: async () => await this.#hangUp(),
    });
  }

  async open(): Promise<void> {
    try {
      await this.#cable.plug();
    } catch (cause) {
      const message = `a simulator cannot listen at ${host}:${this.#port}`;
      throw new SignalboxError('LINK_COMMUNICATION', message, { cause });
    }
  }

  get address(): string {
    return `${host}:${this.#port}`;
  }

  addFault: Simulator['addFault'] = async (rule) => this.#faults.add(rule);
  clearFaults: Simulator['clearFaults'] = async () => this.#faults.clear();
  silence: Simulator['silence'] = async (node, isSilent) => this.#faults.silence(node, isSilent);
  unplug: Simulator['unplug'] = async (backAfterMs) => this.#cable.unplug(backAfterMs);
  resetLog: Simulator['resetLog'] = async () => this.#log.reset();
  transactions: Simulator['transactions'] = async () => this.#log.transactions();
  report: Simulator['report'] = async () => ({ ...this.#log.report(), winks: {} });

  revoke(): void {
    this.#account.revoke();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cable[Symbol.asyncDispose]();
  }

  async #listen(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject);
    server.listen(this.#port, host, listening.resolve);
    await listening.promise;
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async #hangUp(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startMs = performance.now();
    const body = await bodyOf(request).catch(() => undefined);
    if (body === undefined) {
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url ?? '/', `http://${this.address}`);
    const node = url.pathname.startsWith('/v1/') ? apiNode : accountsNode;
    const fault: Fault | undefined = this.#faults.isSilent(node)
      ? { kind: 'drop' }
      : this.#faults.next(node);
    const note = (answer?: ApiAnswer): void => {
      this.#log.add({
        startMs,
        endMs: performance.now(),
        node,
        // Without what is secret: neither header nor form.
        request: Buffer.from(
          `${request.method} ${url.pathname}${node === apiNode ? url.search : ''}`,
        ),
        ...(answer && { reply: Buffer.from(String(answer.status)) }),
        ...(fault && { fault: fault.kind }),
      });
    };
    if (fault?.kind === 'unplug' && fault.moment === 'request') {
      note();
      this.#cable.unplug(fault.backAfterMs);
      return;
    }
    const refusal = fault?.kind === 'status' ? refusalOf(fault) : undefined;
    const answer = refusal ?? this.#answer(request, url, body);
    note(answer);
    await spoilAnswer(response, answer, {
      fault,
      clock: this.#clock,
      plan: this.#faults,
      unplug: (backAfterMs) => this.#cable.unplug(backAfterMs),
    });
  }

  #answer(request: IncomingMessage, url: URL, body: string): ApiAnswer {
    const { method = 'GET', headers } = request;
    if (url.pathname === '/authorize' && method === 'GET') {
      const outcome = this.#account.authorize(url.searchParams);
      if ('error' in outcome) return { status: 400, body: outcome.error };
      return { status: 302, headers: { location: outcome.location } };
    }
    if (url.pathname === '/api/token' && method === 'POST') {
      return this.#account.token(new URLSearchParams(body));
    }
    if (!url.pathname.startsWith('/v1/')) return failure(404, 'Service not found');
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) return failure(401, 'No token provided');
    const state = this.#account.check(token);
    if (state === 'expired') return failure(401, 'The access token expired');
    if (state === 'invalid') return failure(401, 'Invalid access token');
    const waitSeconds = this.#rate.take();
    if (waitSeconds > 0) return tooMany(waitSeconds);
    return this.#api.answer({
      method,
      path: url.pathname.slice('/v1'.length),
      query: url.searchParams,
      body: objectOf(body),
    });
  }
}

function refusalOf(fault: Extract<Fault, { kind: 'status' }>): ApiAnswer {
  const { status, retryAfterSeconds, reason } = fault;
  if (status === 429) return tooMany(retryAfterSeconds ?? 1);
  return failure(status, fault.message ?? 'Something went wrong', reason);
}

function tooMany(seconds: number): ApiAnswer {
  return {
    ...failure(429, 'API rate limit exceeded'),
    headers: { 'retry-after': String(seconds) },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > bodyBytesMost) throw new RangeError('too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
