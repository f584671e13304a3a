import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A live connection as any program may have it. */
export async function live(url: string, name = 'program=raw') {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live?${name}`);
  const waiting: ((message: Record<string, unknown>) => void)[] = [];
  const received: Record<string, unknown>[] = [];
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Record<string, unknown>;
    const next = waiting.shift();
    if (next === undefined) received.push(message);
    else next(message);
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  return {
    socket,
    say: (message: unknown) =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: async () =>
      received.shift() ??
      (await new Promise<Record<string, unknown>>((resolve) => waiting.push(resolve))),
    [Symbol.dispose]: () => socket.close(),
  };
}

/** A WebSocket that does nothing by itself: it answers no ping, and reads only when it is told to. */
export class RawWebSocket implements AsyncDisposable {
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
  }

  static async open(url: string): Promise<RawWebSocket> {
    const { hostname, port, host } = new URL(url);
    const client = new RawWebSocket(connect(Number(port), hostname));
    client.socket.write(
      `GET /api/v1/live HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\n` +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(client.socket, 'data');
    return client;
  }

  say(message: unknown): void {
    this.socket.write(textFrame(JSON.stringify(message)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
  }
}

/** A text of a client in one frame (RFC 6455, section 5.2), masked with zeros. */
function textFrame(text: string): Uint8Array {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from([...head, 0, 0, 0, 0]), payload]);
}
