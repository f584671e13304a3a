import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import {
  encodeHislip,
  encodeHislipData,
  HislipMessageReader,
} from '../../../src/protocols/index.ts';
import type { HislipEvent, HislipMessage } from '../../../src/protocols/index.ts';

type Kind<Type extends HislipMessage['type']> = HislipMessage & { readonly type: Type };

/** One of a program's two connections. */
export class HislipChannelOfProgram {
  readonly socket: Socket;
  readonly #reader = new HislipMessageReader({ from: 'server' });
  readonly #events: HislipEvent[] = [];
  #arrival = Promise.withResolvers<void>();
  #isOver = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data: Uint8Array) => {
      this.#events.push(...this.#reader.push(data));
      this.#arrived();
    });
    // A test that breaks the connection looks at `close`.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isOver = true;
      this.#arrived();
    });
  }

  static async connect(tcpPort: number): Promise<HislipChannelOfProgram> {
    const socket = connect({ port: tcpPort, host: '127.0.0.1' });
    await once(socket, 'connect');
    return new HislipChannelOfProgram(socket);
  }

  say(message: HislipMessage): void {
    this.socket.write(encodeHislip(message));
  }

  /** The next thing that comes; throws when the connection has ended. */
  async next(): Promise<HislipEvent> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#isOver) throw new Error('the connection has ended');
      await this.#arrival.promise;
    }
  }

  /** The next message, which must be of that type. */
  async message<Type extends HislipMessage['type']>(type: Type): Promise<Kind<Type>> {
    const event = await this.next();
    if (event.kind === 'message' && event.message.type === type) return event.message as Kind<Type>;
    throw new Error(`${JSON.stringify(event)} in the place of ${type}`);
  }

  async ended(): Promise<void> {
    while (!this.#isOver) await this.#arrival.promise;
  }

  #arrived(): void {
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers<void>();
  }
}

/** A response as it came. */
export interface Response {
  readonly text: string;
  /** The ids of its Data and DataEnd messages. */
  readonly messageIds: readonly number[];
}

const firstId = 0xff_ff_ff_00;

/** A program at a HiSLIP door, with both its connections. */
export class HislipProgram implements Disposable {
  readonly synchronous: HislipChannelOfProgram;
  readonly asynchronous: HislipChannelOfProgram;
  #messageId = firstId;
  #hasRead = false;

  private constructor(synchronous: HislipChannelOfProgram, asynchronous: HislipChannelOfProgram) {
    this.synchronous = synchronous;
    this.asynchronous = asynchronous;
  }

  static async connect(tcpPort: number, subAddress = 'hislip0'): Promise<HislipProgram> {
    const synchronous = await HislipChannelOfProgram.connect(tcpPort);
    synchronous.say({ type: 'Initialize', version: 0x01_00, vendorId: 'XX', subAddress });
    const { sessionId } = await synchronous.message('InitializeResponse');
    const asynchronous = await HislipChannelOfProgram.connect(tcpPort);
    asynchronous.say({ type: 'AsyncInitialize', sessionId });
    await asynchronous.message('AsyncInitializeResponse');
    return new HislipProgram(synchronous, asynchronous);
  }

  /** The id of the last message that was sent. */
  get lastId(): number {
    return this.#messageId - 2;
  }

  /** Whether the end of the last response was read; told with the next message. */
  get hasRead(): boolean {
    return this.#hasRead;
  }

  /** Sends a message, in one piece or several. */
  write(...pieces: readonly string[]): void {
    for (const [at, piece] of pieces.entries()) {
      const payload = new TextEncoder().encode(piece);
      const isEnd = at === pieces.length - 1;
      const head = { isEnd, messageId: this.#messageId, rmtDelivered: this.#hasRead };
      const { socket } = this.synchronous;
      socket.cork();
      socket.write(encodeHislipData({ ...head, payloadBytes: payload.length }));
      socket.write(payload);
      socket.uncork();
      this.#hasRead = false;
      this.#messageId = (this.#messageId + 2) >>> 0;
    }
  }

  trigger(): void {
    const { lastId } = this;
    this.synchronous.say({ type: 'Trigger', messageId: lastId + 2, rmtDelivered: this.#hasRead });
    this.#messageId = lastId + 4;
  }

  async read(): Promise<Response> {
    return await this.readFrom(await this.synchronous.next());
  }

  /** Reads a response of which the first thing has been taken already. */
  async readFrom(first: HislipEvent): Promise<Response> {
    const chunks: Uint8Array[] = [];
    const messageIds: number[] = [];
    for (let event = first; ; event = await this.synchronous.next()) {
      if (event.kind === 'begin') messageIds.push(event.data.messageId);
      else if (event.kind === 'piece') chunks.push(Uint8Array.from(event.bytes));
      else if (event.kind !== 'end') throw new Error(`${JSON.stringify(event)} in a response`);
      else if (event.data.isEnd) break;
    }
    this.#hasRead = true;
    return { text: Buffer.concat(chunks).toString('latin1'), messageIds };
  }

  /** Reads a response and keeps nothing of it. @returns how many bytes it had */
  async skip(): Promise<number> {
    let bytes = 0;
    await this.take((piece) => void (bytes += piece.length));
    return bytes;
  }

  /** Hands a response on piece by piece. */
  async take(taken: (piece: Uint8Array) => void): Promise<void> {
    for (;;) {
      const event = await this.synchronous.next();
      if (event.kind === 'piece') taken(event.bytes);
      else if (event.kind === 'end' && event.data.isEnd) break;
    }
    this.#hasRead = true;
  }

  async ask(text: string): Promise<string> {
    this.write(text);
    return (await this.read()).text;
  }

  /** Asks for a lock, or releases it. @returns the answer's control code */
  async lock(request: Kind<'AsyncLock'>['request']): Promise<number> {
    this.asynchronous.say({ type: 'AsyncLock', request });
    return (await this.asynchronous.message('AsyncLockResponse')).code;
  }

  async statusByte(): Promise<number> {
    this.asynchronous.say({
      type: 'AsyncStatusQuery',
      messageId: this.lastId,
      rmtDelivered: this.#hasRead,
    });
    return (await this.asynchronous.message('AsyncStatusResponse')).status;
  }

  /** A device clear, with what it asks for. @returns the features that were agreed on */
  async clear(features = 0): Promise<number> {
    this.asynchronous.say({ type: 'AsyncDeviceClear' });
    await this.asynchronous.message('AsyncDeviceClearAcknowledge');
    this.synchronous.say({ type: 'DeviceClearComplete', features });
    for (;;) {
      const event = await this.synchronous.next();
      if (event.kind !== 'message' || event.message.type !== 'DeviceClearAcknowledge') continue;
      this.#messageId = firstId;
      this.#hasRead = false;
      return event.message.features;
    }
  }

  [Symbol.dispose](): void {
    this.synchronous.socket.destroy();
    this.asynchronous.socket.destroy();
  }
}
