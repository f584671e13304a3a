import { onAbort, SignalboxError } from '../../kernel/index.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import type { HttpResponse } from './http-answer.ts';
import type { HttpRequest } from './http-client.ts';
import type { HttpService } from './http-service.ts';

/**
 * A line to a web service. It carries requests, and no bytes. It breaks when the service asks to be
 * left alone, and opens again when that is over: so everybody in line waits, and is told why.
 */
class HttpLink implements Link {
  readonly address: string;
  readonly kind = 'message';
  readonly #service: HttpService;
  readonly #broken = Promise.withResolvers<never>();

  constructor(service: HttpService) {
    this.#service = service;
    this.address = service.address;
    this.#broken.promise.catch(() => {});
  }

  async open(): Promise<void> {
    const { pause } = this.#service;
    if (pause !== undefined) await Promise.reject(pause);
  }

  async write(): Promise<void> {
    const text = `a web service takes requests and no bytes: ${this.address}`;
    return await Promise.reject(new SignalboxError('INSTRUMENT_ERROR', text));
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    using _given = onAbort(signal, () => this.#broken.reject(signal.reason));
    return await this.#broken.promise;
  }

  async request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    try {
      return await this.#service.request(request, signal);
    } catch (error) {
      if (this.#service.pause !== undefined) this.#broken.reject(this.#service.pause);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#broken.reject(new SignalboxError('CLOSED', `${this.address} was closed`));
    // Connections that are kept for later would outlive the port. A new one is made when it opens again.
    this.#service[Symbol.dispose]();
  }
}

/** Makes lines to one web service. */
export function httpLinkFactory(service: HttpService): LinkFactory {
  return { address: service.address, kind: 'message', create: () => new HttpLink(service) };
}
