import { systemClock } from '../../src/kernel/index.ts';
import type { Clock } from '../../src/kernel/index.ts';
import { Port } from '../../src/ports/index.ts';
import { Session } from '../../src/sessions/index.ts';
import type { ClientEnd, ClientProtocol } from '../../src/sessions/index.ts';
import { owner } from '../support/line-transaction.ts';
import { MemoryBench } from '../support/memory-link.ts';
import type { Peer } from '../support/memory-link.ts';

/** A port on a scripted link, with clients on it. */
export class ClientBench implements AsyncDisposable {
  readonly link: MemoryBench;
  readonly port: Port;
  readonly #clock: Clock;

  constructor(peer: Peer, clock: Clock = systemClock) {
    this.link = new MemoryBench(peer);
    this.#clock = clock;
    this.port = new Port({ name: 'bus', link: this.link, clock });
    this.port.open();
  }

  /** A client, and what it has received so far. */
  client(protocol: ClientProtocol, end: Partial<ClientEnd> = {}): BenchClient {
    return new BenchClient(this.port, protocol, this.#clock, end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.port.close();
  }
}

/** One client of a bench. */
export class BenchClient {
  readonly session: Session;
  readonly failures: { readonly label: string; readonly error: unknown }[] = [];
  #received = '';

  constructor(port: Port, protocol: ClientProtocol, clock: Clock, end: Partial<ClientEnd>) {
    this.session = new Session({
      port,
      protocol,
      by: owner(),
      clock,
      client: {
        send: (data) => {
          this.#received += Buffer.from(data).toString('latin1');
          return true;
        },
        failed: (label, error) => void this.failures.push({ label, error }),
        ...end,
      },
    });
  }

  get received(): string {
    return this.#received;
  }

  /** Sends text, in pieces of the given length. */
  say(text: string, pieceLength = text.length): void {
    const bytes = Buffer.from(text, 'latin1');
    for (let at = 0; at < bytes.length; at += pieceLength) {
      this.session.push(bytes.subarray(at, at + pieceLength));
    }
  }

  /** Sends text and gives what has been received when all of it is answered. */
  async ask(text: string): Promise<string> {
    this.#received = '';
    this.say(text);
    await this.session.drain();
    return this.#received;
  }
}
