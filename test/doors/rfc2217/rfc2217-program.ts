import { once } from 'node:events';
import { connect } from 'node:net';
import {
  encodeComPort,
  encodeTelnetData,
  parseComPort,
  telnetOptions,
  TelnetStream,
} from '../../../src/protocols/index.ts';
import type { ComPortCommand, TelnetEvent } from '../../../src/protocols/index.ts';

/** A client that speaks of nothing but the line. */
export class Rfc2217Program implements Disposable {
  readonly #telnet: TelnetStream;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #end: () => void;

  private constructor(socket: ReturnType<typeof connect>) {
    const options = [telnetOptions.binary, telnetOptions.comPort];
    this.#telnet = new TelnetStream({ local: options, remote: options });
    this.#chunks = (socket as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    this.#send = (bytes) => void socket.write(bytes);
    this.#end = () => void socket.destroy();
    this.#send(this.#telnet.ask('remote', telnetOptions.comPort, true));
    this.#send(this.#telnet.ask('local', telnetOptions.comPort, true));
  }

  static async connect(tcpPort: number): Promise<Rfc2217Program> {
    const socket = connect(tcpPort, '127.0.0.1');
    await once(socket, 'connect');
    return new Rfc2217Program(socket);
  }

  async ask(command: ComPortCommand): Promise<ComPortCommand> {
    this.#send(encodeComPort(command, 'client'));
    for (;;) {
      for (const event of await this.#events()) {
        if (event.kind !== 'subnegotiation') continue;
        const answer = parseComPort(event.data, 'server');
        if (answer.kind !== 'malformed' && answer.kind !== 'modem-state') return answer;
      }
    }
  }

  /** Sends a line over the wire. @returns the line that comes back */
  async query(line: string): Promise<string> {
    this.#send(encodeTelnetData(new TextEncoder().encode(line), true));
    let text = '';
    while (!text.endsWith('\n')) {
      for (const event of await this.#events()) {
        if (event.kind === 'data') text += Buffer.from(event.data).toString('latin1');
      }
    }
    return text;
  }

  /** What comes next. */
  async #events(): Promise<readonly TelnetEvent[]> {
    const { value, done } = await this.#chunks.next();
    if (done === true) throw new Error('the connection has ended');
    const { events, reply } = this.#telnet.push(value);
    if (reply.length > 0) this.#send(reply);
    return [...events];
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}
