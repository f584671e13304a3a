import type { Call, Transport } from './transport.ts';
import type { RequestOptions, WaitOptions } from './client-options.ts';

/** What a gateway takes when a request does not say. */
export const waitDefaultMs = 10_000;
/** Longer than drivers give an instrument, and as often as a port repeats a read. */
const answerDefaultMs = 10_000;
const attemptsMost = 3;
/** A change of the settings waits so long for others that change them, other processes among them. */
const changeLongestMs = 30_000;

/** Where everything is but for the health of the gateway. */
export function api(...path: readonly string[]): readonly string[] {
  return ['api', 'v1', ...path];
}

/** How long the gateway may take for a request: its turn, and each of its attempts. */
export function takesMs(options: RequestOptions & { readonly timeoutMs?: number }): number {
  const { waitMs = waitDefaultMs, timeoutMs = answerDefaultMs } = options;
  return waitMs + timeoutMs * attemptsMost;
}

/** The requests of the API, by their forms. Each throws what {@link Transport.call} does. */
export class ApiCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async get<Result>(
    path: readonly string[],
    options: WaitOptions,
    query?: Call['query'],
  ): Promise<Result> {
    const { signal } = options;
    const asked = query === undefined ? {} : { query };
    return await this.#transport.call<Result>({
      method: 'GET',
      path: api(...path),
      signal,
      ...asked,
    });
  }

  /** A request that may have to wait for its turn; how it is to be done goes with its body. */
  async post<Result>(
    path: readonly string[],
    body: object,
    options: RequestOptions,
  ): Promise<Result> {
    const { signal, lease, waitMs, priority } = options;
    return await this.#transport.call<Result>({
      method: 'POST',
      path: api(...path),
      body: { ...body, waitMs, priority },
      lease: lease?.token,
      takesMs: takesMs(options),
      signal,
    });
  }

  async delete<Result>(path: readonly string[], options: WaitOptions): Promise<Result> {
    const { signal } = options;
    return await this.#transport.call<Result>({ method: 'DELETE', path: api(...path), signal });
  }

  async patch<Result>(
    path: readonly string[],
    body: object,
    { signal }: WaitOptions,
  ): Promise<Result> {
    return await this.#transport.call<Result>({
      method: 'PATCH',
      path: api(...path),
      body,
      takesMs: changeLongestMs,
      signal,
    });
  }

  async put<Result>(
    path: readonly string[],
    body: object,
    options: RequestOptions,
  ): Promise<Result> {
    const { signal, lease } = options;
    return await this.#transport.call<Result>({
      method: 'PUT',
      path: api(...path),
      body,
      lease: lease?.token,
      takesMs: takesMs(options),
      signal,
    });
  }
}
