import { onAbort, SignalboxError } from '../../src/kernel/index.ts';
import type { Chunk, Link, LinkFactory, SerialLines } from '../../src/links/index.ts';

/** What a peer may do with a link that it is at the other end of. */
export interface PeerSide {
  reply(text: string): void;
  /** Breaks the link as a pulled cable does. */
  unplug(): void;
}

/** What is at the other end: told of each write. */
export type Peer = (request: string, side: PeerSide) => void;

/** A link to a function. Records what was written, and whether two requests ever overlapped. */
export class MemoryLink implements Link {
  readonly address = 'memory';
  readonly kind = 'stream';
  readonly #bench: MemoryBench;
  readonly #arrived: Uint8Array[] = [];
  #reading: { resolve: (chunk: Chunk) => void; reject: (error: unknown) => void } | undefined;
  #broken: SignalboxError | undefined;

  constructor(bench: MemoryBench) {
    this.#bench = bench;
  }

  async open(): Promise<void> {
    this.#bench.opens += 1;
    const failure = this.#bench.openFailure;
    if (failure !== undefined) throw failure;
    this.#bench.current = this;
  }

  async write(data: Uint8Array): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const failure = this.#bench.writeFailure;
    if (failure !== undefined) throw failure;
    const text = new TextDecoder().decode(data);
    this.#bench.written.push(text);
    this.#bench.peer(text, this.side);
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    const next = this.#arrived.shift();
    if (next !== undefined) return { data: next, end: false };
    if (this.#broken !== undefined) throw this.#broken;
    const { promise, resolve, reject } = Promise.withResolvers<Chunk>();
    this.#reading = { resolve, reject };
    // Taken away again, since all reads of a link bring the same signal.
    using _cancelled = onAbort(signal, () => reject(signal.reason));
    return await promise;
  }

  async setLines(lines: SerialLines): Promise<void> {
    const failure = this.#bench.linesFailure;
    if (failure !== undefined) throw failure;
    this.#bench.lines.push(lines);
  }

  async close(): Promise<void> {
    this.break(new SignalboxError('CLOSED', 'closed'));
  }

  readonly side: PeerSide = {
    reply: (text) => {
      if (this.#broken !== undefined) return;
      const data = new TextEncoder().encode(text);
      const reading = this.#reading;
      this.#reading = undefined;
      if (reading === undefined) this.#arrived.push(data);
      else reading.resolve({ data, end: false });
    },
    unplug: () => this.break(new SignalboxError('LINK_USB', 'memory was unplugged')),
  };

  break(error: SignalboxError): void {
    this.#broken ??= error;
    const reading = this.#reading;
    this.#reading = undefined;
    reading?.reject(error);
  }
}

/** Both ends of a link that a test plays with. */
export class MemoryBench implements LinkFactory {
  readonly address = 'memory';
  readonly kind = 'stream';
  readonly written: string[] = [];
  /** What its control lines were set to. */
  readonly lines: SerialLines[] = [];
  opens = 0;
  openFailure: SignalboxError | undefined;
  writeFailure: SignalboxError | undefined;
  linesFailure: SignalboxError | undefined;
  current: MemoryLink | undefined;
  peer: Peer;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  create(): Link {
    return new MemoryLink(this);
  }
}
