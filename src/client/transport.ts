import { SignalboxError } from '../kernel/index.ts';
import type { ErrorReport } from '../kernel/index.ts';

/** Beyond the time that a request may take at the gateway, an answer is waited for so long. */
export const answerSlackMs = 10_000;
/** How long a stream may be silent; the gateway sends a sign of life every 15 s. */
export const silenceLongestMs = 45_000;

/** Where the gateway is, and who asks. */
export interface TransportOptions {
  /** `http://127.0.0.1:5001` */
  readonly url: string;
  readonly token: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** One request to the gateway. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Its parts are made safe for an address here. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
  readonly lease?: string | undefined;
  /** How long the gateway itself may take. */
  readonly takesMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses beyond those of success that are answers, not errors. */
  readonly accepts?: readonly number[];
}

/** Requests to one gateway. Errors come out as the gateway reported them. */
export class Transport {
  readonly #base: URL;
  readonly #token: string | undefined;
  readonly #headers: Readonly<Record<string, string>>;

  /** @throws BAD_ARGUMENT when the address is none of http or https */
  constructor({ url, token, headers }: TransportOptions) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new SignalboxError('BAD_ARGUMENT', `'${url}' is no address of a gateway`, {
        nextStep: 'Give one like http://127.0.0.1:5001.',
      });
    }
    this.#base = new URL(url);
    this.#token = token;
    this.#headers = headers;
  }

  /** The address of the gateway, as people read it. */
  get url(): string {
    return this.#base.origin;
  }

  /** What a WebSocket is opened with; browsers cannot give it headers. */
  live(query: Readonly<Record<string, string | undefined>>): { url: URL; protocols: string[] } {
    const url = this.#address(['api', 'v1', 'live'], query);
    url.protocol = url.protocol.replace('http', 'ws');
    const protocols = this.#token === undefined ? [] : [`bearer.${this.#token}`];
    return { url, protocols: ['signalbox', ...protocols] };
  }

  /**
   * @throws what the gateway reports; GATEWAY_UNREACHABLE when it does not answer; CANCELLED
   */
  async call<Result>(call: Call): Promise<Result> {
    const takesMs = (call.takesMs ?? 0) + answerSlackMs;
    const timeout = AbortSignal.timeout(takesMs);
    const signal = call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]);
    const response = await this.#fetch(call, signal, takesMs);
    try {
      const text = await response.text();
      const isAnswer = response.ok || call.accepts?.includes(response.status) === true;
      if (!isAnswer) throw this.#failure(text, response.status);
      return (text === '' ? undefined : JSON.parse(text)) as Result;
    } catch (error) {
      throw this.#explained(error, call.signal, takesMs);
    }
  }

  /** Opens a stream. @throws as {@link call} */
  async stream(call: Call, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    return (await this.download(call, signal)).body;
  }

  /** As {@link stream}, with what the headers say of it. */
  async download(
    call: Call,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly headers: Headers; readonly body: ReadableStream<Uint8Array> }> {
    const until = signal ?? new AbortController().signal;
    const response = await this.#fetch(call, until, answerSlackMs);
    const { body, headers } = response;
    if (!response.ok || body === null) {
      throw this.#failure(await response.text(), response.status);
    }
    return { headers, body };
  }

  async #fetch(call: Call, signal: AbortSignal, takesMs: number): Promise<Response> {
    const hasContent = call.method !== 'GET' && call.method !== 'DELETE';
    const headers: Record<string, string> = { ...this.#headers, ...call.headers };
    if (hasContent) headers['content-type'] = 'application/json';
    if (call.lease !== undefined) headers['signalbox-lease'] = call.lease;
    if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
    try {
      return await fetch(this.#address(call.path, call.query), {
        method: call.method,
        headers,
        signal,
        redirect: 'error',
        ...(hasContent ? { body: JSON.stringify(call.body ?? {}) } : {}),
      });
    } catch (error) {
      throw this.#explained(error, call.signal, takesMs);
    }
  }

  #address(path: readonly string[], query: Call['query'] = {}): URL {
    const url = new URL(path.map((part) => `/${encodeURIComponent(part)}`).join(''), this.#base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  #failure(text: string, status: number): SignalboxError {
    const report = reportIn(text);
    if (report !== undefined) return SignalboxError.fromReport(report);
    return new SignalboxError(
      'GATEWAY_UNREACHABLE',
      `what answers at ${this.url} with status ${status} is no gateway`,
    );
  }

  #explained(error: unknown, signal: AbortSignal | undefined, takesMs: number): SignalboxError {
    if (error instanceof SignalboxError) return error;
    if (signal?.aborted === true) {
      const { reason } = signal;
      if (reason instanceof SignalboxError) return reason;
      return new SignalboxError('CANCELLED', 'the request was taken back', { cause: error });
    }
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    const what = isLate ? `did not answer within ${takesMs} ms` : 'does not answer';
    return new SignalboxError('GATEWAY_UNREACHABLE', `the gateway at ${this.url} ${what}`, {
      cause: error,
    });
  }
}

function reportIn(text: string): Partial<ErrorReport> | undefined {
  try {
    const body = JSON.parse(text) as { error?: Partial<ErrorReport> } | null;
    return typeof body?.error?.code === 'string' ? body.error : undefined;
  } catch {
    return undefined;
  }
}
