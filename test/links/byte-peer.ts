import type { Socket } from 'node:net';
import { fromHex, toDigits } from '../protocols/hex.ts';

/** The server's end of one connection, which says and hears bytes written by hand. */
export class BytePeer {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #arrival = Promise.withResolvers<void>();
  #isOver = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#arrived();
    });
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** Whether the other side has sent what was not received here. */
  get hasUnread(): boolean {
    return this.#received.length > 0;
  }

  /** Says bytes, written as hexadecimal digits with any white space. */
  say(hex: string): void {
    this.socket.write(fromHex(hex));
  }

  /** Says bytes one at a time, each with a packet of its own. */
  async drip(hex: string): Promise<void> {
    for (const byte of fromHex(hex)) {
      this.socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
  }

  /** The next bytes, as digits without spaces. Throws when the other side ends before. */
  async hear(bytes: number): Promise<string> {
    while (this.#received.length < bytes) {
      if (this.#isOver) throw new Error(`it ended after '${toDigits(this.#received)}'`);
      await this.#arrival.promise;
    }
    const heard = this.#received.subarray(0, bytes);
    this.#received = this.#received.subarray(bytes);
    return toDigits(heard);
  }

  /** Resolves when the other side has ended. */
  async ended(): Promise<void> {
    while (!this.#isOver) await this.#arrival.promise;
  }

  #end(): void {
    this.#isOver = true;
    this.#arrived();
  }

  #arrived(): void {
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers<void>();
  }
}

/** Digits without white space, to compare with what was heard. */
export function digits(hex: string): string {
  return hex.replaceAll(/\s/g, '');
}
