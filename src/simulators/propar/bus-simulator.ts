import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { directNode, messageBytesMost } from '../../protocols/index.ts';
import { FaultPlan } from '../fault-plan.ts';
import type { Fault, FaultsAtStart } from '../faults.ts';
import type { Wire, WireUser } from '../outlets/outlet.ts';
import { seededRandom } from '../seeded-random.ts';
import { WireLog } from '../wire-log.ts';
import type { LoggedTransaction } from '../wire-log.ts';
import { WirePace } from '../wire-pace.ts';
import { answerOf } from './node-answers.ts';
import { NodeModel } from './node-model.ts';
import type { NodeDefinition } from './node-model.ts';
import { RequestReader } from './request-reader.ts';
import type { ReceivedRequest } from './request-reader.ts';
import { encodeFrame, spoilFrame } from './spoil-frame.ts';

/**
 * So many requests wait at the host of a bus, which has about five buffers; a further one is answered
 * by an error frame. Manual 9.17.027.
 */
export const waitingRequestsMost = 5;
/** After so long the host of a bus gives up on a node, and says so where it is made to. */
export const hostTimeoutMs = 40;

/** Codes of error frames. Manual 9.17.027, ASCII protocol. */
const frameError = { general: 1, noAnswer: 9 };
/** What went out before a cable is pulled gets so long to arrive. */
const flushMs = 5;

export interface ProparBusOptions extends FaultsAtStart {
  readonly nodes: readonly NodeDefinition[];
  /** 0 for a wire that takes no time. @default 38_400 */
  readonly baudRate?: number;
  /** How long an instrument thinks before it answers. @default 2 */
  readonly answerTimeMs?: number;
  /** What is drawn at random is decided by it. @default 1 */
  readonly seed?: number;
  /** What a request to an address that nobody has comes to. @default 'silence' */
  readonly absentNodes?: 'silence' | 'error-frame';
  /** The instruments' time; the wire always takes the machine's. @default systemClock */
  readonly clock?: Clock;
  /** Pulls the cable the bus hangs on. */
  readonly unplug?: (backAfterMs: number) => void;
}

interface Request extends ReceivedRequest {
  readonly wire: Wire;
  /** When its first byte began to travel, and its last arrived. */
  readonly startMs: number;
  readonly arrivedMs: number;
}

/**
 * A FLOW-BUS with its host, the first node: takes the bytes of a master, binary or ASCII, and answers
 * as the instruments would, in the time that the wire takes.
 */
export class ProparBusSimulator {
  readonly faults: FaultPlan;
  readonly log: WireLog = new WireLog();
  /** The first is the host. */
  readonly nodes: readonly NodeModel[];
  readonly #pace: WirePace;
  readonly #answerTimeMs: number;
  readonly #hasErrorFrames: boolean;
  readonly #unplug: (backAfterMs: number) => void;
  readonly #waiting: Request[] = [];
  #isAnswering = false;

  /** @throws BAD_ARGUMENT for nodes that do not exist or are there twice, and negative times */
  constructor(options: ProparBusOptions) {
    const { nodes, baudRate = 38_400, answerTimeMs = 2, seed = 1, clock = systemClock } = options;
    checkBus(nodes, baudRate, answerTimeMs);
    this.faults = new FaultPlan(seededRandom(seed), options);
    this.#pace = new WirePace(baudRate);
    this.#answerTimeMs = answerTimeMs;
    this.#hasErrorFrames = options.absentNodes === 'error-frame';
    this.#unplug = options.unplug ?? (() => {});
    this.nodes = nodes.map(
      (node, index) =>
        new NodeModel(node, {
          next: () => this.nodes[index + 1]?.address ?? 0,
          last: () => Math.max(...this.nodes.map(({ address }) => address)),
          isTaken: (address) => this.#at(address, index) !== undefined,
          flowOf: (address, process) => this.#at(address)?.flowAt(process) ?? 0,
          clock,
          // Its own numbers for each, so that what is read of one changes nothing of another.
          random: seededRandom(seed + node.address),
        }),
    );
  }

  /** Serves one wire: a terminal, or a connection of a serial server. */
  serve(wire: Wire): WireUser {
    const reader = new RequestReader();
    return {
      receive: (data) => {
        const nowMs = performance.now();
        for (const request of reader.push(data)) this.#accept(wire, request, nowMs);
      },
      // Requests that came whole are carried out though nobody hears of it.
      closed: () => {},
    };
  }

  /** The instrument with an address. @param except leaves one out */
  #at(address: number, except = -1): NodeModel | undefined {
    return this.nodes.find((node, index) => node.address === address && index !== except);
  }

  #accept(wire: Wire, request: ReceivedRequest, nowMs: number): void {
    const { startMs, endMs } = this.#pace.take(nowMs, request.bytes.length);
    if (this.#waiting.length >= waitingRequestsMost) {
      this.log.addLost();
      const { mode, frame } = request;
      wire.write(encodeFrame(errorFrame(frame, frameError.general), mode));
      return;
    }
    this.#waiting.push({ ...request, wire, startMs, arrivedMs: endMs });
    if (!this.#isAnswering) void this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    this.#isAnswering = true;
    try {
      for (;;) {
        const request = this.#waiting.shift();
        if (request === undefined) return;
        await this.#pace.until(request.arrivedMs);
        await this.#answer(request);
      }
    } finally {
      this.#isAnswering = false;
    }
  }

  async #answer(request: Request): Promise<void> {
    const { mode, frame } = request;
    const model = frame.node === directNode ? this.nodes[0] : this.#at(frame.node);
    if (model === undefined || this.faults.isSilent(model.address)) {
      await this.#answerAbsent(request);
      return;
    }
    const fault = this.faults.next(model.address);
    if (fault?.kind === 'unplug' && fault.moment === 'request') {
      this.#end(request, { fault });
      this.#unplug(fault.backAfterMs);
      return;
    }
    const { data, writes, decoded } = answerOf(model, frame.data, answerBytesMost(mode));
    for (const write of writes) this.log.addWrite(write);
    const isUnheard = fault?.kind === 'drop' || (fault?.kind === 'unplug' && !isMidReply(fault));
    if (data === undefined || isUnheard) {
      this.#end(request, { fault, decoded });
      if (fault?.kind === 'unplug') this.#unplug(fault.backAfterMs);
      return;
    }
    const reply = spoilFrame({ ...frame, data }, mode, fault, this.faults);
    if (fault?.kind === 'delay') this.#replyLate(request, reply, fault, decoded);
    else if (fault?.kind === 'unplug') await this.#replyHalf(request, reply, fault, decoded);
    else await this.#reply(request, reply, { fault, decoded });
  }

  async #reply(
    request: Request,
    reply: Uint8Array,
    logged: { fault?: Fault | undefined; decoded?: unknown },
  ): Promise<void> {
    const due = this.#pace.take(request.arrivedMs + this.#answerTimeMs, reply.length);
    await this.#pace.until(due.endMs);
    request.wire.write(reply);
    this.#end(request, {
      ...logged,
      reply,
      endMs: due.endMs,
      lateMs: performance.now() - due.endMs,
    });
  }

  /** A late reply does not keep the others from theirs. */
  #replyLate(
    request: Request,
    reply: Uint8Array,
    fault: Extract<Fault, { kind: 'delay' }>,
    decoded: unknown,
  ): void {
    const endMs = request.arrivedMs + this.#answerTimeMs + this.#pace.durationMs(reply.length);
    systemClock.schedule(endMs + fault.delayMs - performance.now(), () => {
      request.wire.write(reply);
    });
    this.#end(request, { fault, decoded, reply, endMs });
  }

  async #replyHalf(
    request: Request,
    reply: Uint8Array,
    fault: Extract<Fault, { kind: 'unplug' }>,
    decoded: unknown,
  ): Promise<void> {
    await this.#reply(request, reply.subarray(0, reply.length >> 1), { fault, decoded });
    await this.#pace.until(performance.now() + flushMs);
    this.#unplug(fault.backAfterMs);
  }

  async #answerAbsent(request: Request): Promise<void> {
    const { mode, frame } = request;
    if (!this.#hasErrorFrames) {
      this.#end(request, { reason: 'silence' });
      return;
    }
    const reply = encodeFrame(errorFrame(frame, frameError.noAnswer), mode);
    const due = this.#pace.take(request.arrivedMs + hostTimeoutMs, reply.length);
    await this.#pace.until(due.endMs);
    request.wire.write(reply);
    this.#end(request, { reason: 'absent', reply, endMs: due.endMs });
  }

  #end(
    { frame, bytes, startMs, arrivedMs }: Request,
    outcome: Partial<Pick<LoggedTransaction, 'endMs' | 'reply' | 'lateMs' | 'decoded'>> & {
      readonly fault?: Fault | undefined;
      readonly reason?: string;
    },
  ): void {
    const { fault, reason = fault?.kind, ...rest } = outcome;
    const logged = { startMs, endMs: arrivedMs, node: frame.node, request: bytes, ...rest };
    this.log.add(reason === undefined ? logged : { ...logged, fault: reason });
  }
}

function isMidReply(fault: Extract<Fault, { kind: 'unplug' }>): boolean {
  return fault.moment === 'reply';
}

/** The length of a line counts the node too. */
function answerBytesMost(mode: ReceivedRequest['mode']): number {
  return mode === 'binary' ? messageBytesMost : messageBytesMost - 1;
}

function errorFrame(frame: ReceivedRequest['frame'], errorCode: number): ReceivedRequest['frame'] {
  return { ...frame, data: new Uint8Array(), errorCode };
}

function checkBus(nodes: readonly NodeDefinition[], baudRate: number, answerTimeMs: number): void {
  const addresses = new Set(nodes.map(({ address }) => address));
  const problem =
    nodes.length === 0
      ? 'has no nodes'
      : addresses.size < nodes.length
        ? 'has two nodes with one address'
        : !(baudRate >= 0 && baudRate < Infinity && answerTimeMs >= 0 && answerTimeMs < Infinity)
          ? `cannot have ${baudRate} baud and an answering time of ${answerTimeMs} ms`
          : undefined;
  if (problem === undefined) return;
  throw new SignalboxError('BAD_ARGUMENT', `a simulated bus ${problem}`);
}
