import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { checkedUrl, HttpClient } from './http-client.ts';
import type { HttpClientOptions, HttpRequest } from './http-client.ts';
import type { HttpResponse } from './http-answer.ts';
import { retryAfterMs } from './retry-after.ts';

/** After so many failures of the network in a row a service is left alone for {@link serviceRestMs}. */
export const networkFailuresMost = 3;
export const serviceRestMs = 30_000;

/** Where the right to use a service comes from. */
export interface HttpAuthorization {
  /** What goes into the header `Authorization`. @throws SIGN_IN_REQUIRED, and what getting it meets */
  header(signal: AbortSignal): Promise<string>;
  /** The service did not take it: the next call of `header` must not give the same one. */
  refused(header: string): void;
}

export interface HttpServiceOptions extends HttpClientOptions {
  /** What paths are below: `https://api.spotify.com/v1`. */
  readonly url: string;
  /** @default nothing is sent to identify who asks */
  readonly authorization?: HttpAuthorization | undefined;
  /** @default {@link serviceRestMs} */
  readonly restMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * One web service, for all links that lead to it: its connections, the pause that it asked for, and
 * whether the network leads to it at all.
 */
export class HttpService implements Disposable {
  /** Without anything that is secret. */
  readonly address: string;
  readonly #url: URL;
  readonly #client: HttpClient;
  readonly #authorization: HttpAuthorization | undefined;
  readonly #clock: Clock;
  readonly #restMs: number;
  /** Monotonic. */
  #pausedUntilMs = 0;
  #pause: SignalboxError | undefined;
  #failuresInARow = 0;
  #restsUntilMs = 0;
  #last: { readonly path: string; readonly url: URL } | undefined;

  /**
   * @throws CONFIG_INVALID for what is no address, for plain http beyond this machine that is not allowed,
   *   and where an authorization would travel so
   */
  constructor(options: HttpServiceOptions) {
    const { url, authorization, allowUnencrypted = false } = options;
    this.#url = checkedUrl(parsed(url), allowUnencrypted && authorization === undefined);
    this.address = `${this.#url.origin}${this.#url.pathname.replace(/\/$/, '')}`;
    this.#client = new HttpClient(options);
    this.#authorization = authorization;
    this.#restMs = options.restMs ?? serviceRestMs;
    this.#clock = options.clock ?? systemClock;
  }

  /** The pause that the service asked for, while it lasts. */
  get pause(): SignalboxError | undefined {
    return this.#clock.monotonic() < this.#pausedUntilMs ? this.#pause : undefined;
  }

  /**
   * The answer, whatever its status but 429 is. One that refuses the authorization is asked once more
   * with a new one.
   * @throws RATE_LIMITED, which begins a pause; INSTRUMENT_OFFLINE, also without a try when the network
   *   failed several times in a row; what {@link HttpClient.send} and the authorization throw
   */
  async request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    for (let isSecond = false; ; isSecond = true) {
      this.#throwIfResting();
      const header = await this.#authorization?.header(signal);
      const response = await this.#send(request, header, signal);
      if (response.status === 429) throw this.#beginPause(response);
      if (response.status !== 401 || header === undefined || isSecond) return response;
      this.#authorization?.refused(header);
    }
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  async #send(
    { method, path, query, body, form, accept = 'application/json' }: HttpRequest,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const url = this.#urlOf(path, query);
    const text =
      form === undefined
        ? body === undefined
          ? undefined
          : JSON.stringify(body)
        : new URLSearchParams(form).toString();
    const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
    const length =
      method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(text ?? '')) };
    try {
      const response = await this.#client.send(
        {
          method,
          url,
          headers: {
            accept,
            ...(authorization === undefined ? {} : { authorization }),
            ...(text === undefined ? {} : { 'content-type': type }),
            ...length,
          },
          body: text,
          mayReuse: method !== 'POST',
        },
        signal,
      );
      this.#failuresInARow = 0;
      return response;
    } catch (error) {
      this.#count(error);
      throw error;
    }
  }

  /** Polls ask for the same place each time. */
  #urlOf(path: string, query: HttpRequest['query']): URL {
    if (query === undefined && this.#last?.path === path) return this.#last.url;
    const url = new URL(this.address + path);
    for (const name in query) url.searchParams.set(name, String(query[name]));
    if (query === undefined) this.#last = { path, url };
    return url;
  }

  #beginPause(response: HttpResponse): SignalboxError {
    const forMs = retryAfterMs(response, this.#clock.now());
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.monotonic() + forMs);
    const until = new Date(this.#clock.now() + forMs).toISOString().replace(/\.\d+/, '');
    this.#pause = new SignalboxError(
      'RATE_LIMITED',
      `${this.#url.host} has had too many requests (429) and asked to be left alone until ${until}`,
      { details: { host: this.#url.host, retryAfterMs: forMs, isSent: false, transient: true } },
    );
    return this.#pause;
  }

  /** What the caller took back says nothing of the network. */
  #count(error: unknown): void {
    if (!(error instanceof SignalboxError)) return;
    const isNetwork =
      error.code === 'INSTRUMENT_OFFLINE' ||
      error.code === 'LINK_COMMUNICATION' ||
      error.code === 'INSTRUMENT_TIMEOUT';
    if (!isNetwork) return;
    this.#failuresInARow += 1;
    if (this.#failuresInARow < networkFailuresMost) return;
    this.#restsUntilMs = this.#clock.monotonic() + this.#restMs;
    // One try when the rest is over; if it fails, the next rest begins.
    this.#failuresInARow = networkFailuresMost - 1;
  }

  #throwIfResting(): void {
    const leftMs = Math.ceil(this.#restsUntilMs - this.#clock.monotonic());
    if (leftMs <= 0) return;
    const { host } = this.#url;
    throw new SignalboxError(
      'INSTRUMENT_OFFLINE',
      `${host} could not be reached ${networkFailuresMost} times in a row; it is tried again in ${leftMs} ms`,
      {
        details: { host, isSent: false, retryAfterMs: leftMs },
        nextStep: 'Check the network of this machine.',
      },
    );
  }
}

function parsed(text: string): URL {
  const url = URL.parse(text);
  if (url !== null) return url;
  throw new SignalboxError('CONFIG_INVALID', `'${text.slice(0, 100)}' is no address of a service`);
}
