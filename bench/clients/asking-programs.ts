import {
  encodeCall,
  encodeHislipData,
  encodeRecord,
  noVxi11Flags,
  vxi11Core,
} from '../../src/protocols/index.ts';
import { HislipProgram } from '../../test/doors/hislip/hislip-program.ts';
import { Vxi11Program } from '../../test/doors/vxi11/vxi11-program.ts';
import { AskingSocket } from './asking-socket.ts';

const firstMessageId = 0xff_ff_ff_00;

/** Asks one query over HiSLIP again and again, in messages that it has ready. */
export class HislipAsker implements Disposable {
  readonly #program: HislipProgram;
  readonly #socket: AskingSocket;
  readonly #payload: Buffer;
  #messageId = firstMessageId;

  private constructor(program: HislipProgram, query: string) {
    this.#program = program;
    this.#socket = new AskingSocket(program.synchronous.socket);
    this.#payload = Buffer.from(query);
  }

  static async connect(tcpPort: number, query: string): Promise<HislipAsker> {
    return new HislipAsker(await HislipProgram.connect(tcpPort), query);
  }

  async ask(): Promise<void> {
    const messageId = this.#messageId;
    this.#messageId = (messageId + 2) >>> 0;
    const rmtDelivered = messageId !== firstMessageId;
    const payloadBytes = this.#payload.length;
    const head = encodeHislipData({ isEnd: true, messageId, rmtDelivered, payloadBytes });
    await this.#socket.ask(Buffer.concat([head, this.#payload]));
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }
}

/** Asks one query over VXI-11 again and again: a write and a read, two calls that it has ready. */
export class Vxi11Asker implements Disposable {
  readonly #program: Vxi11Program;
  readonly #socket: AskingSocket;
  readonly #calls: readonly Buffer[];
  #xid = 1_000;

  private constructor(program: Vxi11Program, query: string) {
    this.#program = program;
    this.#socket = new AskingSocket(program.core.socket, 'any');
    const { linkId } = program;
    const waits = { linkId, ioTimeoutMs: 2_000, lockTimeoutMs: 0 };
    const data = new TextEncoder().encode(query);
    const write = { ...waits, flags: { ...noVxi11Flags, end: true }, data };
    const read = { ...waits, flags: noVxi11Flags, requestBytes: 65_536, terminator: 0 };
    this.#calls = [
      Buffer.from(encodeRecord(encodeCall(vxi11Core, 'write', write, { xid: 0 }))),
      Buffer.from(encodeRecord(encodeCall(vxi11Core, 'read', read, { xid: 0 }))),
    ];
  }

  static async connect(tcpPort: number, query: string): Promise<Vxi11Asker> {
    return new Vxi11Asker(await Vxi11Program.connect(tcpPort), query);
  }

  async ask(): Promise<void> {
    for (const call of this.#calls) {
      this.#xid += 1;
      // After the mark of the record. RFC 5531, sections 9 and 11.
      call.writeUInt32BE(this.#xid, 4);
      await this.#socket.ask(call);
    }
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }
}
