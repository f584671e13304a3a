import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { SocketDoor } from '../../../src/doors/index.ts';

/** Without a byte for so long, what is waited for does not come. */
const silenceMostMs = 20_000;

/** The TCP port in `TCPIP::127.0.0.1::5025::SOCKET`. */
export function tcpPortOf(door: SocketDoor): number {
  return Number(door.status().address.split('::')[2]);
}

/** A program at a raw socket. No wait of it is longer than {@link silenceMostMs}, or than its connection. */
export class LineClient implements Disposable {
  readonly socket: Socket;
  readonly #lines: string[] = [];
  #rest = '';
  #waiting: PromiseWithResolvers<void> | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.#take(data.toString('latin1')));
    socket.setTimeout(silenceMostMs, () => this.#fail(`it heard nothing for ${silenceMostMs} ms`));
    socket.on('close', () => this.#fail('its connection has ended'));
    // A test that breaks the connection looks at `close`.
    socket.on('error', () => {});
  }

  static async connect(tcpPort: number, allowHalfOpen = false): Promise<LineClient> {
    const socket = connect({ port: tcpPort, host: '127.0.0.1', allowHalfOpen });
    await once(socket, 'connect');
    return new LineClient(socket);
  }

  /** What came and was not taken by {@link next} yet. */
  get received(): string {
    return [...this.#lines, this.#rest].join('\n');
  }

  /** Sends a line and waits for one. */
  async ask(line: string): Promise<string> {
    this.socket.write(`${line}\n`);
    return await this.next();
  }

  /** The next line that comes. */
  async next(): Promise<string> {
    const [line = ''] = await this.lines(1);
    return line;
  }

  /** The next lines that come. */
  async lines(count: number): Promise<string[]> {
    while (this.#lines.length < count) {
      if (this.socket.destroyed) throw new Error('its connection has ended');
      this.#waiting = Promise.withResolvers();
      await this.#waiting.promise;
    }
    return this.#lines.splice(0, count);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#lines.push(...lines);
    this.#waiting?.resolve();
  }

  #fail(why: string): void {
    this.#waiting?.reject(new Error(why));
    this.#waiting = undefined;
  }
}
