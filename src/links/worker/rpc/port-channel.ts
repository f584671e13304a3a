import { encodeJsonRpc, JsonRpcReader } from '../../../protocols/index.ts';
import type { JsonRpcMessage } from '../../../protocols/index.ts';
import type { ChannelUser, Posted, RpcChannel } from './channel.ts';
import { movable } from './moved-arrays.ts';

/** What of a `MessagePort` or a `Worker` a channel needs. */
export interface PortEnd {
  postMessage(value: unknown, transfer: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (value: unknown) => void): unknown;
}

/** What one post carries: lines, or one line and the arrays of its message. */
type Parcel = string | readonly [line: string, ...arrays: Uint8Array[]];

class PostedText implements Posted {
  text: string;
  isSent = false;

  constructor(text: string) {
    this.text = text;
  }

  takeBack(): void {
    if (!this.isSent) this.text = '';
  }
}

/**
 * Messages between threads: the same lines, many in one post, and arrays beside them, which are
 * copied once, or moved. What is posted waits with the other thread: it is bounded by the calls that
 * may be in flight.
 */
export class PortChannel implements RpcChannel {
  readonly #port: PortEnd;
  readonly #reader = new JsonRpcReader();
  #waiting: PostedText[] = [];
  #isClosed = false;

  constructor(port: PortEnd) {
    this.#port = port;
  }

  open(user: ChannelUser): void {
    this.#port.on('message', (parcel) => {
      if (this.#isClosed) return;
      const [text, arrays] = read(parcel as Parcel);
      user.onEvents(this.#reader.readText(text, arrays));
    });
  }

  post(message: JsonRpcMessage): Posted {
    const { text, arrays } = encodeJsonRpc(message);
    const posted = new PostedText(text);
    if (this.#isClosed) return posted;
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

  #flush(): void {
    let batch = '';
    for (const posted of this.#waiting) {
      posted.isSent = true;
      batch += posted.text;
    }
    this.#waiting = [];
    if (batch !== '') this.#port.postMessage(batch satisfies Parcel, []);
  }
}

function read(parcel: Parcel): [string, readonly Uint8Array[] | undefined] {
  if (typeof parcel === 'string') return [parcel, undefined];
  const [line, ...arrays] = parcel;
  return [line, arrays];
}

function buffersOf(arrays: readonly Uint8Array<ArrayBuffer>[]): ArrayBuffer[] {
  return [...new Set(arrays.map(({ buffer }) => buffer))];
}
