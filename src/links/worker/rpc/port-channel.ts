import { SignalboxError } from '../../../kernel/index.ts';
import { encodeJsonRpc, JsonRpcReader } from '../../../protocols/index.ts';
import type { JsonRpcMessage } from '../../../protocols/index.ts';
import { waitingBytesMost } from './channel.ts';
import type { ChannelUser, Posted, RpcChannel } from './channel.ts';
import { movable } from './moved-arrays.ts';

/** What of a `MessagePort` or a `Worker` a channel needs. */
export interface PortEnd {
  postMessage(value: unknown, transfer: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (value: unknown) => void): unknown;
}

/**
 * What one post carries: lines, or one line and the arrays of its message; or how many of the bytes
 * that the other side has posted were taken.
 */
type Parcel = string | readonly [line: string, ...arrays: Uint8Array[]] | number;

/** So many bytes are taken before the other side is told. */
const acknowledgedAtOnce = 1_048_576;

class PostedText implements Posted {
  text: string;
  readonly length: number;
  isSent = false;

  constructor(text: string) {
    this.text = text;
    this.length = text.length;
  }

  takeBack(): void {
    if (!this.isSent) this.text = '';
  }
}

/**
 * Messages between threads: the same lines, many in one post, and arrays beside them, which are
 * copied once, or moved. What is posted waits with the other thread, which says what it has taken.
 */
export class PortChannel implements RpcChannel {
  readonly #port: PortEnd;
  readonly #reader = new JsonRpcReader();
  #waiting: PostedText[] = [];
  /** Posted, and not known to be taken. */
  #waitingBytes = 0;
  /** Taken, and not told yet. */
  #takenBytes = 0;
  #isClosed = false;

  constructor(port: PortEnd) {
    this.#port = port;
  }

  open(user: ChannelUser): void {
    this.#port.on('message', (value) => {
      if (this.#isClosed) return;
      if (typeof value === 'number') {
        // The code of a thread may post numbers too: none of them gives credit for what is still to come.
        if (value > 0) this.#waitingBytes = Math.max(0, this.#waitingBytes - value);
        return;
      }
      const parcel = read(value);
      if (parcel === undefined) return;
      this.#acknowledge(bytesOf(parcel.text, parcel.arrays));
      user.onEvents(this.#reader.readText(parcel.text, parcel.arrays));
    });
  }

  post(message: JsonRpcMessage): Posted {
    const { text, arrays } = encodeJsonRpc(message);
    const posted = new PostedText(text);
    if (this.#isClosed) return posted;
    this.#reserve(bytesOf(text, arrays));
    if (arrays.length > 0) {
      // At once, and after what was posted before: later the arrays may have changed.
      this.#flush();
      const copies = arrays.map(movable);
      posted.isSent = true;
      this.#port.postMessage([text, ...copies] satisfies Parcel, buffersOf(copies));
      return posted;
    }
    if (this.#waiting.push(posted) === 1) process.nextTick(() => this.#flush());
    return posted;
  }

  postAlone(message: JsonRpcMessage): Posted {
    const posted = this.post(message);
    this.#flush();
    return posted;
  }

  async flushed(): Promise<void> {
    this.#flush();
    await Promise.resolve();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  /** @throws WORKER_BUSY */
  #reserve(bytes: number): void {
    // So little may wait for no more than its acknowledgement: then one message may be longer, alone.
    const isWaiting = this.#waitingBytes >= acknowledgedAtOnce;
    if (isWaiting && this.#waitingBytes + bytes > waitingBytesMost) {
      const text = `${this.#waitingBytes} bytes wait for a thread that does not read; ${waitingBytesMost} are the most`;
      throw new SignalboxError('WORKER_BUSY', text);
    }
    this.#waitingBytes += bytes;
  }

  #acknowledge(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.#takenBytes < acknowledgedAtOnce) return;
    this.#port.postMessage(this.#takenBytes satisfies Parcel, []);
    this.#takenBytes = 0;
  }

  #flush(): void {
    let batch = '';
    for (const posted of this.#waiting) {
      posted.isSent = true;
      batch += posted.text;
      // What was taken back does not wait.
      this.#waitingBytes -= posted.length - posted.text.length;
    }
    this.#waiting = [];
    if (batch !== '') this.#port.postMessage(batch satisfies Parcel, []);
  }
}

/** What a parcel carries; undefined for what the code of a thread has posted on its own account. */
function read(
  parcel: unknown,
): { readonly text: string; readonly arrays: readonly Uint8Array[] | undefined } | undefined {
  if (typeof parcel === 'string') return { text: parcel, arrays: undefined };
  if (!Array.isArray(parcel)) return undefined;
  const [text, ...arrays] = parcel as readonly unknown[];
  const areArrays = arrays.every((each) => each instanceof Uint8Array);
  return typeof text === 'string' && areArrays ? { text, arrays } : undefined;
}

function bytesOf(text: string, arrays: readonly Uint8Array[] = []): number {
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, text.length);
}

function buffersOf(arrays: readonly Uint8Array<ArrayBuffer>[]): ArrayBuffer[] {
  return [...new Set(arrays.map(({ buffer }) => buffer))];
}
