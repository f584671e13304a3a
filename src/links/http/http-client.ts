import { request as requestPlain, Agent as PlainAgent } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as requestSecure, Agent as SecureAgent } from 'node:https';
import { cancellationError, isLoopback, onAbort, SignalboxError } from '../../kernel/index.ts';

/** So many connections to one server are open at the most; further requests wait for one. */
export const httpConnectionsMost = 2;
/** A longer answer is refused. */
export const httpResponseBytesMost = 1_048_576;

/** One request to a web service. */
export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the address of the service: `/me/player`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as the fields of a form, in the place of a body. */
  readonly form?: Readonly<Record<string, string>>;
  /** What kind of answer is wanted. @default 'application/json' */
  readonly accept?: string;
}

/** What came back. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A request as it goes out. */
export interface RawRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  /**
   * Whether it may be sent over a connection that was used before. The server may be closing that one
   * at this moment, and nobody would know then what became of the request. @default true
   */
  readonly mayReuse?: boolean;
}

export interface HttpClientOptions {
  /** @default {@link httpConnectionsMost} */
  readonly connectionsMost?: number;
  /** @default {@link httpResponseBytesMost} */
  readonly responseBytesMost?: number;
  /**
   * Whether plain http may go beyond this machine. What travels can be read and changed on its way then.
   * @default false
   */
  readonly allowUnencrypted?: boolean;
}

/** Errors of a connection that was never made: the server got nothing. Source: man 3 errno; getaddrinfo(3). */
const unmade: readonly string[] = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

/** The connections to one web service: a bounded pool that is used again. It follows no redirects. */
export class HttpClient implements Disposable {
  readonly #responseBytesMost: number;
  readonly #allowUnencrypted: boolean;
  readonly #agents: readonly (PlainAgent | SecureAgent)[];
  readonly #kept: { readonly plain: PlainAgent; readonly secure: SecureAgent };
  readonly #fresh: { readonly plain: PlainAgent; readonly secure: SecureAgent };

  constructor(options: HttpClientOptions = {}) {
    const { connectionsMost: maxSockets = httpConnectionsMost } = options;
    this.#responseBytesMost = options.responseBytesMost ?? httpResponseBytesMost;
    this.#allowUnencrypted = options.allowUnencrypted ?? false;
    const pool = (keepAlive: boolean): { plain: PlainAgent; secure: SecureAgent } => ({
      plain: new PlainAgent({ keepAlive, maxSockets }),
      secure: new SecureAgent({ keepAlive, maxSockets }),
    });
    this.#kept = pool(true);
    this.#fresh = pool(false);
    this.#agents = [this.#kept, this.#fresh].flatMap(({ plain, secure }) => [plain, secure]);
  }

  /**
   * The answer, whatever its status.
   * @throws INSTRUMENT_OFFLINE when there is no connection, so that nothing was sent; LINK_COMMUNICATION
   *   when it broke; REPLY_MALFORMED for an answer that is too long; the reason of the signal
   */
  async send(request: RawRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { url, method, headers, body, mayReuse = true } = request;
    const isSecure = checkedUrl(url, this.#allowUnencrypted).protocol === 'https:';
    const pool = mayReuse ? this.#kept : this.#fresh;
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const options: RequestOptions = {
      method,
      headers: { ...headers },
      agent: isSecure ? pool.secure : pool.plain,
    };
    const outgoing = (isSecure ? requestSecure : requestPlain)(url, options);
    let isConnected = false;
    outgoing.once('socket', (socket) => {
      if (!socket.connecting) isConnected = true;
      else socket.once(isSecure ? 'secureConnect' : 'connect', () => (isConnected = true));
    });
    outgoing.once('error', (error) => reject(failure(url, error, isConnected)));
    outgoing.once('response', (incoming) => {
      void this.#gather(incoming, url).then(resolve, reject);
    });
    using _given = onAbort(signal, () => {
      reject(cancellationError(signal, `a request to ${url.host}`));
      outgoing.destroy();
    });
    if (body === undefined) outgoing.end();
    else outgoing.end(body);
    return await promise;
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #gather(incoming: IncomingMessage, url: URL): Promise<HttpResponse> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Not by `for await`, which costs as much as all the rest where a thousand devices are asked each second.
    incoming.on('data', (piece: Uint8Array) => {
      length += piece.length;
      if (length > this.#responseBytesMost) reject(tooLong(url, this.#responseBytesMost));
      else pieces.push(piece);
    });
    incoming.once('end', resolve);
    incoming.once('error', reject);
    incoming.once('close', () => reject(new Error('it was closed before its end')));
    try {
      await promise;
    } catch (error) {
      incoming.destroy();
      throw failure(url, error, true);
    }
    return {
      status: incoming.statusCode ?? 0,
      headers: plainHeaders(incoming),
      body: pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces),
    };
  }
}

/**
 * @param allowUnencrypted whether plain http to other machines is meant
 * @throws CONFIG_INVALID for what is neither https nor plain http to this machine
 */
export function checkedUrl(url: URL, allowUnencrypted = false): URL {
  if (url.protocol === 'https:') return url;
  const isOwn = isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url.protocol === 'http:' && (isOwn || allowUnencrypted)) return url;
  throw new SignalboxError(
    'CONFIG_INVALID',
    `${url.protocol}//${url.host} would carry secrets in the clear`,
    { nextStep: 'Use https://; plain http:// is for this machine alone.' },
  );
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name in headers) plain[name] = String(headers[name]);
  return plain;
}

function tooLong({ host }: URL, most: number): SignalboxError {
  return new SignalboxError('REPLY_MALFORMED', `${host} answered with more than ${most} bytes`, {
    details: { host, responseBytesMost: most },
  });
}

function failure({ host }: URL, error: unknown, isConnected: boolean): SignalboxError {
  if (error instanceof SignalboxError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const why = message === '' ? code : message;
  if (!isConnected || unmade.includes(code)) {
    return new SignalboxError('INSTRUMENT_OFFLINE', `${host} cannot be reached: ${why}`, {
      details: { host, isSent: false, transient: true },
      nextStep: 'Check the network of this machine, and the address of the service.',
      cause: error,
    });
  }
  return new SignalboxError('LINK_COMMUNICATION', `the connection to ${host} broke: ${why}`, {
    details: { host },
    cause: error,
  });
}
