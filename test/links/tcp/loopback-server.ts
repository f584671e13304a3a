import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

const host = '127.0.0.1';

/** A real server on loopback, which does with each client what it is told. */
export class LoopbackServer implements AsyncDisposable {
  readonly options: { readonly host: string; readonly port: number };
  /** All clients that ever came, in their order. */
  readonly clients: Socket[] = [];
  readonly #server: Server;

  private constructor(server: Server, serve: (client: Socket) => void) {
    const { port } = server.address() as AddressInfo;
    this.options = { host, port };
    this.#server = server;
    server.on('connection', (client) => {
      // A client that breaks off is its test's own doing.
      client.on('error', () => {});
      this.clients.push(client);
      serve(client);
    });
  }

  /** @param port 0 takes a free one */
  static async listen(serve: (client: Socket) => void, port = 0): Promise<LoopbackServer> {
    const server = createServer({ noDelay: true, allowHalfOpen: true });
    server.listen(port, host);
    await once(server, 'listening');
    return new LoopbackServer(server, serve);
  }

  get address(): string {
    return `tcp://${host}:${this.options.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const client of this.clients) client.destroy();
    await closed;
  }
}

/** A port number of loopback on which nobody listens. */
export async function unusedPort(): Promise<number> {
  await using server = await LoopbackServer.listen(() => {});
  return server.options.port;
}

/** Does with each whole line of a client what `answer` says. */
export function eachLine(client: Socket, answer: (line: string) => void): void {
  let unread = '';
  client.on('data', (data: Buffer) => {
    const lines = (unread + data.toString('latin1')).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) answer(line);
  });
}
