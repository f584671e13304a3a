import type { Dispatcher } from 'undici';
import { SignalboxError } from '../../kernel/index.ts';

/** What came back. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Errors of a connection that was never made: the server got nothing. Source: man 3 errno; getaddrinfo(3). */
const unmade: readonly string[] = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

/** An answer as it comes. */
export class HttpAnswer implements Dispatcher.DispatchHandler {
  readonly promise: Promise<HttpResponse>;
  readonly #host: string;
  readonly #bytesMost: number;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #pieces: Uint8Array[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #givenUp: SignalboxError | undefined;
  #status = 0;
  #headers: Record<string, string> = {};

  constructor(host: string, bytesMost: number) {
    this.#host = host;
    this.#bytesMost = bytesMost;
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Waits no more; what is under way is broken off. */
  giveUp(reason: SignalboxError): void {
    this.#givenUp = reason;
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  /** There is a connection, and the request goes out. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#givenUp !== undefined) controller.abort(this.#givenUp);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    for (const name in headers) this.#headers[name] = String(headers[name]);
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Uint8Array): void {
    this.#pieces.push(piece);
  }

  onResponseEnd(): void {
    const [first] = this.#pieces;
    this.#resolve({
      status: this.#status,
      headers: this.#headers,
      body: first !== undefined && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces),
    });
  }

  onResponseError(_controller: unknown, error: Error): void {
    const isTooLong = (error as NodeJS.ErrnoException).code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
    const isConnected = this.#controller !== undefined;
    this.#reject(
      isTooLong ? tooLong(this.#host, this.#bytesMost) : failure(this.#host, error, isConnected),
    );
  }
}

function tooLong(host: string, most: number): SignalboxError {
  return new SignalboxError('REPLY_MALFORMED', `${host} answered with more than ${most} bytes`, {
    details: { host, responseBytesMost: most },
  });
}

function failure(host: string, error: unknown, isConnected: boolean): SignalboxError {
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
