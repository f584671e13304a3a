import {
  AsciiFrameReader,
  BinaryFrameReader,
  directNode,
  encodeAsciiFrame,
  encodeBinaryFrame,
} from '../../protocols/index.ts';
import type { ProparFrame, ProparMode } from '../../protocols/index.ts';
import { FaultPlan, seededRandom } from '../faults.ts';
import type { Fault } from '../faults.ts';
import { WireLog } from '../wire-log.ts';
import { WirePace } from '../wire-pace.ts';
import { answerOf } from './node-answers.ts';
import { NodeModel } from './node-model.ts';
import type { NodeDefinition } from './node-model.ts';

/** So many requests wait at the host of a bus; it has about five buffers, further ones are lost. */
export const waitingRequestsMost = 5;

export interface ProparBusOptions {
  readonly nodes: readonly NodeDefinition[];
  /** 0 for a wire that takes no time. @default 38_400 */
  readonly baudRate?: number;
  /** How long an instrument thinks before it answers. @default 2 */
  readonly answerTimeMs?: number;
  /** What is drawn at random is decided by it. @default 1 */
  readonly seed?: number;
}

/** The wire's other end, as the simulator sees it. */
export interface WireEnd {
  write(data: Uint8Array): void;
  /** Pulls the cable; `plug` is called to put it back. */
  unplug(backAfterMs: number): void;
}

interface Request {
  readonly mode: ProparMode;
  readonly frame: ProparFrame;
  readonly bytes: Uint8Array;
  /** When its first byte began to travel, and its last arrived. */
  readonly startMs: number;
  readonly arrivedMs: number;
}

/**
 * A FLOW-BUS with its host: takes the bytes of a master, binary or ASCII, and answers as the
 * instruments would, in the time that the wire takes.
 */
export class ProparBusSimulator {
  readonly faults: FaultPlan;
  readonly log: WireLog = new WireLog();
  readonly nodes: ReadonlyMap<number, NodeModel>;
  readonly #local: NodeModel | undefined;
  readonly #pace: WirePace;
  readonly #answerTimeMs: number;
  readonly #readers: Record<ProparMode, BinaryFrameReader | AsciiFrameReader>;
  readonly #waiting: Request[] = [];
  readonly #silent = new Set<number>();
  #end: WireEnd | undefined;
  #received: number[] = [];
  #freeMs = 0;
  #isAnswering = false;

  constructor(options: ProparBusOptions) {
    const { nodes, baudRate = 38_400, answerTimeMs = 2, seed = 1 } = options;
    const random = seededRandom(seed);
    this.faults = new FaultPlan(random);
    this.#pace = new WirePace(baudRate);
    this.#answerTimeMs = answerTimeMs;
    this.#readers = { binary: new BinaryFrameReader(), ascii: new AsciiFrameReader() };
    const models = nodes.map(
      (node, index) =>
        new NodeModel(node, nodes[index + 1]?.address ?? 0, () => performance.now(), random),
    );
    this.nodes = new Map(models.map((model) => [model.address, model]));
    this.#local = models[0];
  }

  /** From now on replies go to this end. */
  attach(end: WireEnd): void {
    this.#end = end;
    this.#readers.binary = new BinaryFrameReader();
    this.#readers.ascii = new AsciiFrameReader();
    this.#received = [];
    this.#waiting.length = 0;
  }

  /** Makes a node answer nothing any more, or again. */
  silence(node: number, isSilent = true): void {
    if (isSilent) this.#silent.add(node);
    else this.#silent.delete(node);
  }

  /** Takes what the master sent. */
  receive(data: Uint8Array): void {
    const nowMs = performance.now();
    for (const byte of data) {
      this.#received.push(byte);
      const one = Uint8Array.of(byte);
      for (const mode of ['binary', 'ascii'] as const) {
        const [event] = this.#readers[mode].push(one);
        if (event?.kind === 'frame') this.#accept(mode, event.frame, nowMs);
      }
    }
    if (this.#received.length > 4_096) this.#received.splice(0, 2_048);
  }

  #accept(mode: ProparMode, frame: ProparFrame, nowMs: number): void {
    const bytes = Uint8Array.from(this.#received);
    this.#received = [];
    const startMs = Math.max(nowMs, this.#freeMs);
    const arrivedMs = startMs + this.#pace.durationMs(bytes.length);
    this.#freeMs = arrivedMs;
    if (this.#waiting.length >= waitingRequestsMost) return;
    this.#waiting.push({ mode, frame, bytes, startMs, arrivedMs });
    if (!this.#isAnswering) void this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    this.#isAnswering = true;
    for (;;) {
      const request = this.#waiting.shift();
      if (request === undefined) break;
      await this.#pace.until(request.arrivedMs);
      await this.#answer(request);
    }
    this.#isAnswering = false;
  }

  async #answer(request: Request): Promise<void> {
    const { mode, frame, bytes, startMs, arrivedMs } = request;
    const { node } = frame;
    const logged = { startMs, node, request: bytes };
    const model = node === directNode ? this.#local : this.nodes.get(node);
    if (model === undefined || this.#silent.has(model.address)) {
      this.log.add({ ...logged, endMs: arrivedMs, fault: 'silence' });
      return;
    }
    const fault = this.faults.next(model.address);
    if (fault?.kind === 'unplug') {
      // The message came whole, so the instrument does it; nobody is there to hear of it.
      for (const write of answerOf(model, frame.data).writes) this.log.addWrite(write);
      this.log.add({ ...logged, endMs: arrivedMs, fault: fault.kind });
      this.#end?.unplug(fault.backAfterMs);
      return;
    }
    const { data, writes } = answerOf(model, frame.data);
    for (const write of writes) this.log.addWrite(write);
    if (data === undefined || fault?.kind === 'drop') {
      this.log.add({ ...logged, endMs: arrivedMs, ...(fault && { fault: fault.kind }) });
      return;
    }
    const reply = this.#spoil({ ...frame, data }, mode, fault);
    const delayMs = fault?.kind === 'delay' ? fault.delayMs : 0;
    const endMs = arrivedMs + this.#answerTimeMs + this.#pace.durationMs(reply.length) + delayMs;
    this.log.add({ ...logged, endMs, reply, ...(fault && { fault: fault.kind }) });
    if (delayMs > 0) {
      // A late reply does not keep the others from theirs.
      const end = this.#end;
      setTimeout(() => end?.write(reply), endMs - performance.now());
      return;
    }
    this.#freeMs = Math.max(this.#freeMs, endMs);
    await this.#pace.until(endMs);
    this.#end?.write(reply);
  }

  #spoil(frame: ProparFrame, mode: ProparMode, fault: Fault | undefined): Uint8Array {
    const encode = mode === 'binary' ? encodeBinaryFrame : encodeAsciiFrame;
    const good = encode(frame);
    switch (fault?.kind) {
      case 'garble':
        return this.faults.garble(good);
      case 'duplicate':
        return Uint8Array.from([...good, ...good]);
      case 'noise':
        return Uint8Array.from([...this.faults.noise(), ...good]);
      case 'wrong-length': {
        const wrong = good.slice();
        const at = mode === 'binary' ? good.length - 3 : 2;
        return mode === 'binary'
          ? Uint8Array.from([...wrong.subarray(0, at), ...wrong.subarray(at + 1)])
          : wrong.fill(0x39, at - 1, at + 1);
      }
      default:
        return good;
    }
  }
}
