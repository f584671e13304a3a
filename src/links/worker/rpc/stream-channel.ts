import { SignalboxError } from '../../../kernel/index.ts';
import { encodeJsonRpc, JsonRpcReader } from '../../../protocols/index.ts';
import type { JsonRpcMessage } from '../../../protocols/index.ts';
import { waitingBytesMost } from './channel.ts';
import type { ChannelUser, Posted, RpcChannel } from './channel.ts';

/** Text that is written at once: more calls for less memory, fewer for less time. */
const batchLengthMost = 262_144;

class OutgoingMessage implements Posted {
  text: string;
  arrays: readonly Uint8Array[];
  isSent = false;

  constructor(text: string, arrays: readonly Uint8Array[]) {
    this.text = text;
    this.arrays = arrays;
  }

  get bytes(): number {
    let sum = this.text.length;
    for (const { byteLength } of this.arrays) sum += byteLength;
    return sum;
  }

  takeBack(): void {
    if (this.isSent) return;
    this.text = '';
    this.arrays = [];
  }
}

/** Messages over a pair of byte streams: the pipes of a process. */
export class StreamChannel implements RpcChannel {
  readonly #input: NodeJS.ReadableStream;
  readonly #output: NodeJS.WritableStream;
  readonly #reader = new JsonRpcReader();
  #waiting: OutgoingMessage[] = [];
  #waitingBytes = 0;
  #isScheduled = false;
  #isHeldUp = false;
  #isClosed = false;
  #user: ChannelUser | undefined;
  #flushing: (() => void)[] = [];

  /**
   * @param input what the other side says
   * @param output what it hears
   */
  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
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
    this.#input.on('error', (error) => this.#end(`its output broke: ${error.message}`));
    this.#input.on('end', () => this.#end('its output ended'));
    this.#input.on('close', () => this.#end('its output was closed'));
    this.#input.on('data', (bytes: Uint8Array) => {
      if (!this.#isClosed) user.onEvents(this.#reader.read(bytes));
    });
  }

  post(message: JsonRpcMessage): Posted {
    const { text, arrays } = encodeJsonRpc(message);
    const posted = new OutgoingMessage(text, arrays);
    if (this.#isClosed) return posted;
    const bytes = posted.bytes;
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > waitingBytesMost) {
      const text = `${this.#waitingBytes} bytes wait for a side that does not read; ${waitingBytesMost} are the most`;
      throw new SignalboxError('WORKER_BUSY', text);
    }
    this.#waiting.push(posted);
    this.#waitingBytes += bytes;
    if (!this.#isScheduled && !this.#isHeldUp) {
      this.#isScheduled = true;
      // After all promises of this turn: what they post goes out in the same write.
      process.nextTick(() => this.#flush());
    }
    return posted;
  }

  async flushed(): Promise<void> {
    if (this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushing.push(resolve);
    this.#flush();
    await promise;
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#settleFlushing();
  }

  #end(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#user?.onEnd(reason);
  }

  #flush(): void {
    this.#isScheduled = false;
    if (this.#isClosed || this.#isHeldUp) return;
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
