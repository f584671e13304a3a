import type * as undiciLibrary from 'undici';
import type { Client } from 'undici';
import { cancellationError, isLoopback, onAbort, SignalboxError } from '../../kernel/index.ts';
import { HttpAnswer } from './http-answer.ts';
import type { HttpResponse } from './http-answer.ts';

/** How long a connection may take to open when nobody gives up before. */
export const connectLongestMs = 10_000;
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
  /** @default {@link httpResponseBytesMost} */
  readonly responseBytesMost?: number;
  /**
   * Whether plain http may go beyond this machine. What travels can be read and changed on its way then.
   * @default false
   */
  readonly allowUnencrypted?: boolean;
}

/** One connection to each server that is asked, used again for what follows. It follows no redirects. */
export class HttpClient implements Disposable {
  readonly #responseBytesMost: number;
  readonly #allowUnencrypted: boolean;
  /** By origin. */
  readonly #connections = new Map<string, Client>();
  #ended = new AbortController();

  constructor(options: HttpClientOptions = {}) {
    this.#responseBytesMost = options.responseBytesMost ?? httpResponseBytesMost;
    this.#allowUnencrypted = options.allowUnencrypted ?? false;
  }

  /**
   * The answer, whatever its status. Requests to one server go out one after the other.
   * @throws INSTRUMENT_OFFLINE when there is no connection, so that nothing was sent; LINK_COMMUNICATION
   *   when it broke; REPLY_MALFORMED for an answer that is too long; the reason of the signal
   */
  async send(request: RawRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { url, method, headers, body, mayReuse = true } = request;
    checkedUrl(url, this.#allowUnencrypted);
    // Loaded when something is asked for the first time.
    undici ??= await import('undici');
    const answer = new HttpAnswer(url.host, this.#responseBytesMost);
    using _given = onAbort(signal, () =>
      answer.giveUp(cancellationError(signal, `a request to ${url.host}`)),
    );
    if (!signal.aborted) {
      const path = url.pathname + url.search;
      const connection = this.#connection(undici, url.origin, mayReuse);
      connection.dispatch({ path, method, headers, body: body ?? null }, answer);
    }
    return await answer.promise;
  }

  /** Closes all connections. What is sent afterwards opens new ones. */
  [Symbol.dispose](): void {
    // Those that are being opened, too.
    this.#ended.abort();
    this.#ended = new AbortController();
    for (const connection of this.#connections.values()) void connection.destroy();
    this.#connections.clear();
  }

  #connection(library: Undici, origin: string, mayReuse: boolean): Client {
    const known = this.#connections.get(origin);
    if (known !== undefined && mayReuse) return known;
    // What is under way on it is finished.
    void known?.close();
    const connection = new library.Client(origin, {
      maxResponseSize: this.#responseBytesMost,
      allowH2: false,
      // How long an answer may take is the business of who asks.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectLongestMs, signal: this.#ended.signal },
    });
    this.#connections.set(origin, connection);
    return connection;
  }
}

type Undici = typeof undiciLibrary;
let undici: Undici | undefined;

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
