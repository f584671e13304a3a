import type {
  ControlRequest,
  TransferIn,
  TransferStatus,
  UsbtmcTransfers,
} from '../../../src/links/index.ts';

const headerBytes = 12;
const packetBytes = 512;

/** What a simulated device does otherwise than it should. */
export interface DeviceFaults {
  /** Changes a transfer that is about to come in. */
  spoil?: (transfer: Buffer) => Buffer;
  /** Stalls the next transfer of that endpoint. */
  stall?: 'bulk-in' | 'bulk-out' | undefined;
  /** Takes nothing. */
  isStuck?: boolean;
  /** Answers a control request by itself. */
  control?: (request: ControlRequest) => TransferIn | undefined;
}

interface Waiter {
  readonly settle: (transfer: TransferIn) => void;
}

/**
 * A USBTMC-USB488 device as its host sees it, after the standards: it checks what the host sends, and
 * answers requests when it has something to say.
 */
export class SimulatedDevice {
  readonly faults: DeviceFaults = {};
  /** What the instrument heard, and what happened to it. */
  readonly log: string[] = [];
  /** What the host did that no host may. */
  readonly complaints: string[] = [];
  capabilities: Buffer = Buffer.from('010000010001000000000000000107040000000000000000', 'hex');
  hasInterrupt = true;
  statusByte = 0;
  /** What it answers to a message; undefined for nothing. */
  answer: (message: string) => Uint8Array | undefined = (message) => Buffer.from(message, 'latin1');
  #message: Buffer[] = [];
  #output: Buffer = Buffer.alloc(0);
  #hasOutput = false;
  #request: { readonly tag: number; readonly most: number } | undefined;
  #lastTag = 0;
  #in: Buffer[] = [];
  #inWaiters: Waiter[] = [];
  #notes: Buffer[] = [];
  #noteWaiters: Waiter[] = [];
  #halted = new Set<string>();
  #gone: Error | undefined;
  opens = 0;

  /** A way to it, as a link gets one at each opening. */
  connect(): UsbtmcTransfers {
    return new SimulatedTransfers(this);
  }

  /** The cable is pulled. */
  unplug(): void {
    this.#gone = Object.assign(new Error('ENODEV: no such device'), { code: 'ENODEV' });
    for (const { settle } of [...this.#inWaiters.splice(0), ...this.#noteWaiters.splice(0)]) {
      settle({ status: 'stall', data: new Uint8Array() });
    }
  }

  /** It has something to say by now. */
  say(data: Uint8Array): void {
    this.#output = Buffer.from(data);
    this.#hasOutput = true;
    this.#respond();
  }

  /** How many bytes it still has to say. */
  get unsaid(): number {
    return this.#output.length;
  }

  askForService(): void {
    this.#note(Buffer.of(0x81, this.statusByte));
  }

  /** Something comes in by itself, such as the answer to a request that was given up. */
  push(transfer: Uint8Array): void {
    this.#in.push(Buffer.from(transfer));
    this.#serve();
  }

  check(): void {
    if (this.#gone !== undefined) throw this.#gone;
  }

  async bulkOut(data: Uint8Array, timeoutMs: number): Promise<TransferStatus> {
    this.check();
    if (this.faults.isStuck === true) return await pause(timeoutMs, 'timeout');
    if (this.#halted.has('bulk-out')) this.#complain('a message to an endpoint that is halted');
    if (this.faults.stall === 'bulk-out') {
      this.faults.stall = undefined;
      this.#halted.add('bulk-out');
      return 'stall';
    }
    await new Promise(setImmediate);
    this.check();
    this.#take(Buffer.from(data));
    return 'ok';
  }

  async bulkIn(length: number, timeoutMs: number): Promise<TransferIn> {
    this.check();
    if (length % packetBytes !== 0) this.#complain(`a read of ${length} bytes`);
    if (this.#halted.has('bulk-in')) this.#complain('a read from an endpoint that is halted');
    if (this.faults.stall === 'bulk-in') {
      this.faults.stall = undefined;
      this.#halted.add('bulk-in');
      return { status: 'stall', data: new Uint8Array() };
    }
    const transfer = await this.#wait(this.#inWaiters, timeoutMs);
    this.check();
    return transfer;
  }

  async interruptIn(timeoutMs: number): Promise<TransferIn> {
    this.check();
    const transfer = await this.#wait(this.#noteWaiters, timeoutMs);
    this.check();
    return transfer;
  }

  async controlIn(request: ControlRequest): Promise<TransferIn> {
    await new Promise(setImmediate);
    this.check();
    const otherwise = this.faults.control?.(request);
    if (otherwise !== undefined) return otherwise;
    const data = Buffer.from(this.#control(request));
    return { status: 'ok', data: data.subarray(0, request.length) };
  }

  async clearHalt(endpoint: string): Promise<void> {
    this.check();
    this.#halted.delete(endpoint);
    this.log.push(`<clear halt ${endpoint}>`);
  }

  #take(bytes: Buffer): void {
    const [message, tag = 0, inverse, reserved] = bytes;
    if (bytes.length < headerBytes || bytes.length % 4 !== 0)
      this.#complain(`${bytes.length} bytes`);
    if (tag === 0 || inverse !== 255 - tag || reserved !== 0) this.#complain(`a bTag of ${tag}`);
    if (tag === this.#lastTag) this.#complain(`the bTag ${tag} twice`);
    this.#lastTag = tag;
    const size = bytes.readUInt32LE(4);
    if (message === 128) this.log.push('<trigger>');
    else if (message === 2) {
      if (this.#request !== undefined) this.#complain('a request before the last was answered');
      this.#request = { tag, most: size };
      this.#respond();
    } else if (message === 1) {
      if (headerBytes + size > bytes.length || size === 0) this.#complain(`a size of ${size}`);
      this.#message.push(bytes.subarray(headerBytes, headerBytes + size));
      if (bytes[8] === 1) this.#hear();
    } else this.#complain(`a message ${message}`);
  }

  #hear(): void {
    const message = Buffer.concat(this.#message).toString('latin1');
    this.#message = [];
    this.log.push(message.length > 100 ? `${message.length} bytes` : message);
    const answer = this.answer(message);
    this.#output = Buffer.from(answer ?? []);
    this.#hasOutput = answer !== undefined;
    this.#respond();
  }

  #respond(): void {
    const request = this.#request;
    if (request === undefined || !this.#hasOutput) return;
    this.#request = undefined;
    const data = this.#output.subarray(0, request.most);
    this.#output = this.#output.subarray(data.length);
    const isEnd = this.#output.length === 0;
    if (isEnd) this.#hasOutput = false;
    this.push(answerOf(request.tag, data, isEnd));
  }

  #serve(): void {
    for (;;) {
      const [waiter] = this.#inWaiters;
      const transfer = this.#in[0];
      if (waiter === undefined || transfer === undefined) return;
      this.#inWaiters.shift();
      this.#in.shift();
      waiter.settle({ status: 'ok', data: this.faults.spoil?.(transfer) ?? transfer });
    }
  }

  #note(bytes: Buffer): void {
    const waiter = this.#noteWaiters.shift();
    if (waiter === undefined) this.#notes.push(bytes);
    else waiter.settle({ status: 'ok', data: bytes });
  }

  async #wait(waiters: Waiter[], timeoutMs: number): Promise<TransferIn> {
    const { promise, resolve } = Promise.withResolvers<TransferIn>();
    const waiter = { settle: resolve };
    waiters.push(waiter);
    const timer = setTimeout(() => {
      if (waiters.includes(waiter)) waiters.splice(waiters.indexOf(waiter), 1);
      resolve({ status: 'timeout', data: new Uint8Array() });
    }, timeoutMs);
    this.#serve();
    if (waiters === this.#noteWaiters && this.#notes.length > 0) {
      this.#noteWaiters
        .shift()
        ?.settle({ status: 'ok', data: this.#notes.shift() ?? Buffer.alloc(0) });
    }
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What waits when the host closes ends. */
  endWaits(): void {
    for (const { settle } of [...this.#inWaiters.splice(0), ...this.#noteWaiters.splice(0)]) {
      settle({ status: 'timeout', data: new Uint8Array() });
    }
  }

  #control({ request, value }: ControlRequest): readonly number[] {
    switch (request) {
      case 1:
        this.log.push('<abort out>');
        return [1, value];
      case 3: {
        if (this.#request?.tag !== value) return [0x81, value];
        this.#request = undefined;
        // Ends what waits with a short packet.
        this.push(Buffer.alloc(0));
        this.log.push('<abort in>');
        return [1, value];
      }
      case 2:
      case 4:
        return [1, 0, 0, 0, 0, 0, 0, 0];
      case 5:
        this.log.push('<clear>');
        this.#message = [];
        this.#hasOutput = false;
        this.#request = undefined;
        return [1];
      case 6:
        return this.#in.length > 0 ? [2, 1] : [1, 0];
      case 7:
        return [...this.capabilities];
      case 128:
        if (value < 2 || value > 127) this.#complain(`a poll with the bTag ${value}`);
        if (!this.hasInterrupt) return [1, value, this.statusByte];
        this.#note(Buffer.of(0x80 | value, this.statusByte));
        return [1, value, 0];
      case 160:
      case 161:
      case 162:
        this.log.push(`<${request} ${value}>`);
        return [1];
      default:
        this.#complain(`a request ${request}`);
        return [0x80];
    }
  }

  #complain(what: string): void {
    this.complaints.push(what);
  }
}

/** An answer as it comes in, filled up to four bytes. */
export function answerOf(tag: number, data: Uint8Array, isEnd: boolean): Buffer {
  const transfer = Buffer.alloc(Math.ceil((headerBytes + data.length) / 4) * 4);
  transfer.set([2, tag, 255 - tag]);
  transfer.writeUInt32LE(data.length, 4);
  transfer[8] = isEnd ? 1 : 0;
  transfer.set(data, headerBytes);
  return transfer;
}

class SimulatedTransfers implements UsbtmcTransfers {
  readonly #device: SimulatedDevice;
  #isClosed = false;
  #isOpen = false;

  constructor(device: SimulatedDevice) {
    this.#device = device;
  }

  get hasInterrupt(): boolean {
    return this.#device.hasInterrupt;
  }

  async open(): Promise<void> {
    this.#device.check();
    this.#device.opens += 1;
    this.#isOpen = true;
  }

  async bulkOut(data: Uint8Array, timeoutMs: number): Promise<TransferStatus> {
    return this.#check(await this.#check(this.#device).bulkOut(data, timeoutMs));
  }

  async bulkIn(length: number, timeoutMs: number): Promise<TransferIn> {
    return this.#check(await this.#check(this.#device).bulkIn(length, timeoutMs));
  }

  async interruptIn(timeoutMs: number): Promise<TransferIn> {
    return this.#check(await this.#check(this.#device).interruptIn(timeoutMs));
  }

  async controlIn(request: ControlRequest): Promise<TransferIn> {
    return this.#check(await this.#check(this.#device).controlIn(request));
  }

  async clearHalt(endpoint: string): Promise<void> {
    await this.#check(this.#device).clearHalt(endpoint);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#isOpen) this.#device.opens -= 1;
    this.#device.endWaits();
  }

  #check<T>(value: T): T {
    if (this.#isClosed) throw new Error('EBADF: closed');
    return value;
  }
}

async function pause<T>(ms: number, value: T): Promise<T> {
  return await new Promise((resolve) => void setTimeout(() => resolve(value), ms));
}
