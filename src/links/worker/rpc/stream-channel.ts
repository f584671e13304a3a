import { SignalboxError } from '../../../kernel/index.ts';
import { encodeJsonRpc, JsonRpcReader } from '../../../protocols/index.ts';
import type { JsonRpcMessage } from '../../../protocols/index.ts';
import type { ByteSource } from './byte-source.ts';
import { waitingBytesMost } from './channel.ts';
import type { ChannelUser, Posted, RpcChannel } from './channel.ts';
import { decodeText } from './decode-text.ts';
import { movable } from './moved-arrays.ts';

/** Text that is written at once: more calls for less memory, fewer for less time. */
const batchLengthMost = 262_144;

class OutgoingMessage implements Posted {
  text: string;
  arrays: readonly Uint8Array[];
  readonly bytes: number;
  isSent = false;

  constructor(text: string, arrays: readonly Uint8Array[]) {
    this.text = text;
    this.arrays = arrays;
    let bytes = text.length;
    for (const { byteLength } of arrays) bytes += byteLength;
    this.bytes = bytes;
  }

  takeBack(): void {
    if (this.isSent) return;
    this.text = '';
    this.arrays = [];
  }
}

/** Messages over a pair of byte streams: the pipes of a process. */
export class StreamChannel implements RpcChannel {
  readonly #input: ByteSource;
  readonly #output: NodeJS.WritableStream;
  readonly #reader = new JsonRpcReader(decodeText);
  #waiting: OutgoingMessage[] = [];
  #waitingBytes = 0;
  #isScheduled = false;
  #isReading = false;
  #isHeldUp = false;
  #isClosed = false;
  #user: ChannelUser | undefined;
  #flushing: (() => void)[] = [];

  /**
   * @param input what the other side says
   * @param output what it hears
   */
  constructor(input: ByteSource, output: NodeJS.WritableStream) {
    this.#input = input;
    this.#output = output;
    output.on('drain', () => {
      this.#isHeldUp = false;
      this.#flush();
    });
    output.on('error', (error) => this.#end(`its input broke: ${error.message}`));
    output.on('close', () => this.#end('its input was closed'));
  }

  open(user: ChannelUser): void {
    this.#user = user;
    this.#input.open(
      (bytes) => this.#read(bytes, user),
      (reason) => this.#end(reason),
    );
  }

  post(message: JsonRpcMessage): Posted {
    const { text, arrays } = encodeJsonRpc(message);
    const posted = new OutgoingMessage(text, arrays);
    if (this.#isClosed) return posted;
    const { bytes } = posted;
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > waitingBytesMost) {
      const text = `${this.#waitingBytes} bytes wait for a side that does not read; ${waitingBytesMost} are the most`;
      throw new SignalboxError('WORKER_BUSY', text);
    }
    // Nothing says when a notification was written: whoever sent it goes on to fill its arrays anew.
    if (message.kind === 'notification') posted.arrays = arrays.map(movable);
    this.#waiting.push(posted);
    this.#waitingBytes += bytes;
    if (this.#isScheduled || this.#isHeldUp || this.#isReading) return posted;
    this.#isScheduled = true;
    // After all promises of this turn: what they post goes out in the same write.
    process.nextTick(this.#flushLater);
    return posted;
  }

  postAlone(message: JsonRpcMessage): Posted {
    const posted = this.post(message);
    if (!this.#isReading) this.#flush();
    return posted;
  }

  async flushed(): Promise<void> {
    if (this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushing.push(resolve);
    if (this.#waiting.length === 0) this.#whenWritten();
    else this.#flush();
    await promise;
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#settleFlushing();
  }

  readonly #flushLater = (): void => this.#flush();

  #read(bytes: Uint8Array, user: ChannelUser): void {
    if (this.#isClosed) return;
    const events = this.#reader.read(bytes);
    // What is answered at once goes out with the last answer, and waits for nothing else.
    this.#isReading = true;
    try {
      user.onEvents(events);
    } finally {
      this.#isReading = false;
      if (this.#waiting.length > 0) this.#flush();
    }
  }

  #end(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#user?.onEnd(reason);
  }

  #flush(): void {
    this.#isScheduled = false;
    if (this.#isClosed || this.#isHeldUp || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    let batch = '';
    let next = 0;
    for (; next < waiting.length && !this.#isHeldUp; next += 1) {
      const message = waiting[next] as OutgoingMessage;
      message.isSent = true;
      this.#waitingBytes -= message.bytes;
      batch += message.text;
      const isLast = next === waiting.length - 1;
      if (!isLast && message.arrays.length === 0 && batch.length < batchLengthMost) continue;
      this.#write(batch, message.arrays);
      batch = '';
    }
    if (next >= waiting.length) this.#waiting = [];
    else waiting.splice(0, next);
    if (this.#waiting.length === 0) this.#whenWritten();
  }

  #write(text: string, arrays: readonly Uint8Array[]): void {
    if (text === '') return;
    let isTaken = this.#output.write(text, 'utf8');
    for (const bytes of arrays) {
      if (bytes.byteLength > 0) isTaken = this.#output.write(bytes);
    }
    if (!isTaken) this.#isHeldUp = true;
  }

  #whenWritten(): void {
    if (this.#flushing.length === 0) return;
    this.#output.write('', () => this.#settleFlushing());
  }

  #settleFlushing(): void {
    for (const resolve of this.#flushing.splice(0)) resolve();
  }
}
