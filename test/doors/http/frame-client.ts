import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** One frame, as any client may make it, wrong ones too. RFC 6455, section 5.2. */
export interface FrameWish {
  /** @default text */
  readonly opcode?: number;
  /** @default true */
  readonly isFinal?: boolean;
  /** The three reserved bits. @default 0 */
  readonly reserved?: number;
  readonly payload?: Uint8Array | string;
  /** Four bytes, or none at all, which no client may do. @default some */
  readonly mask?: readonly number[] | undefined;
  /** How the length is written: 7, 16 or 64 bits. @default the shortest that holds it */
  readonly lengthBits?: 7 | 16 | 64;
  /** What is said to be the length. @default what it is */
  readonly length?: bigint;
}

const someMask = [0x37, 0xfa, 0x21, 0x3d];

export function frame(wish: FrameWish = {}): Buffer {
  const { opcode = opcodes.text, isFinal = true, reserved = 0 } = wish;
  const payload = Buffer.from(wish.payload ?? '');
  const mask = 'mask' in wish ? wish.mask : someMask;
  const length = wish.length ?? BigInt(payload.length);
  const bits = wish.lengthBits ?? (length < 126n ? 7 : length < 65_536n ? 16 : 64);
  const head = Buffer.alloc(bits === 7 ? 2 : bits === 16 ? 4 : 10);
  head[0] = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const isMasked = mask === undefined ? 0 : 0x80;
  head[1] = isMasked | (bits === 7 ? Number(length) : bits === 16 ? 126 : 127);
  if (bits === 16) head.writeUInt16BE(Number(length), 2);
  if (bits === 64) head.writeBigUInt64BE(length, 2);
  if (mask === undefined) return Buffer.concat([head, payload]);
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([head, Buffer.from(mask), masked]);
}

/** What a server sent, up to the end of the connection. */
export interface Received {
  readonly texts: readonly string[];
  /** Payloads. */
  readonly pongs: readonly string[];
  /** Of its closing frame; 0 for one without a code; absent where none came. */
  readonly code?: number;
  /** A frame that no server may send, in words. */
  readonly wrong?: string;
}

/** A WebSocket client that sends what it is told, whatever that is, and shows what comes. */
export class FrameClient implements AsyncDisposable {
  readonly socket: Socket;
  readonly ended: Promise<unknown>;
  #bytes: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    this.ended = once(socket, 'close');
  }

  static async open(url: string, path = '/api/v1/live'): Promise<FrameClient> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname, noDelay: true });
    socket.on('error', () => {});
    const client = new FrameClient(socket);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    let head = '';
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.on('data', (data) => {
      client.#bytes = Buffer.concat([client.#bytes, data]);
      const end = client.#bytes.indexOf('\r\n\r\n');
      if (head !== '' || end < 0) return;
      head = client.#bytes.toString('latin1', 0, end);
      client.#bytes = client.#bytes.subarray(end + 4);
      resolve();
    });
    await promise;
    return client;
  }

  /** All whole frames that have come. */
  get received(): Received {
    const texts: string[] = [];
    const pongs: string[] = [];
    let code: number | undefined;
    const bytes = this.#bytes;
    for (let at = 0; at + 2 <= bytes.length;) {
      const [first = 0, second = 0] = bytes.subarray(at);
      const length =
        second < 126
          ? second
          : second === 126
            ? bytes.readUInt16BE(at + 2)
            : Number(bytes.readBigUInt64BE(at + 2));
      const from = at + (second < 126 ? 2 : second === 126 ? 4 : 10);
      const payload = bytes.subarray(from, from + length);
      if (payload.length < length) break;
      at = from + length;
      const wrong = wrongWith(first, second, code);
      if (wrong !== undefined) return { texts, pongs, wrong };
      const opcode = first & 0x0f;
      if (opcode === opcodes.text) texts.push(payload.toString());
      else if (opcode === opcodes.pong) pongs.push(payload.toString('latin1'));
      else if (opcode === opcodes.close) code = length === 0 ? 0 : payload.readUInt16BE(0);
    }
    return code === undefined ? { texts, pongs } : { texts, pongs, code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.ended;
  }
}

function wrongWith(first: number, second: number, code: number | undefined): string | undefined {
  if (code !== undefined) return 'a frame after the closing one';
  if ((first & 0x80) === 0) return 'a fragment';
  if ((first & 0x70) !== 0) return 'a reserved bit';
  if ((second & 0x80) !== 0) return 'a masked frame';
  return [1, 8, 9, 10].includes(first & 0x0f) ? undefined : `opcode ${first & 0x0f}`;
}
