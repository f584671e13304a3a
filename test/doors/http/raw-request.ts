import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as any program may make it: fetch does not let its Host be chosen. */
export interface RawRequest {
  readonly url: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Up to the end, or of a stream up to its first bytes. */
  readonly text: string;
}

export async function rawRequest(options: RawRequest): Promise<RawReply> {
  const { url, method = 'GET', path, headers = {}, body } = options;
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
  const sent = request({ host: hostname, port, method, path, headers, agent: false });
  sent.on('error', reject);
  sent.on('upgrade', ({ statusCode = 0, headers: got }, socket) => {
    resolve({ status: statusCode, headers: got, text: '' });
    socket.destroy();
  });
  sent.on('response', (response) => {
    let text = '';
    const { statusCode = 0, headers: got } = response;
    const done = (): void => resolve({ status: statusCode, headers: got, text });
    response.setEncoding('utf8');
    response.on('data', (piece: string) => {
      text += piece;
      if (got['content-type']?.startsWith('text/event-stream') !== true) return;
      done();
      sent.destroy();
    });
    response.on('end', done);
    response.on('error', reject);
  });
  sent.end(body);
  return await promise;
}
