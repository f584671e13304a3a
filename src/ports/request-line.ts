import { describeOwner, SignalboxError } from '../kernel/index.ts';
import type { Clock, Owner, Timer } from '../kernel/index.ts';
import type { Agent, Waitable, WaitGraph } from '../locks/index.ts';
import { FairQueue } from './fair-queue.ts';
import type { Pending } from './pending.ts';
import type { WaitingStatus } from './port-status.ts';

/** One owner may have so many requests in line at a port; more are refused with QUEUE_FULL. */
export const queuedByOwnerMost = 1_024;
/** All owners together; more are refused with QUEUE_FULL. */
export const queuedOnPortMost = 16_384;

/** What the line has to know of its port. */
export interface RequestLineHost {
  readonly portName: string;
  readonly clock: Clock;
  readonly graph: WaitGraph;
  /** Whose leases keep a request back. */
  holdersAgainst(request: Pending): Iterable<Agent>;
  /** Why nothing goes over the wire at all, if so. */
  trouble(): SignalboxError | undefined;
  /** Who is on the wire. */
  serving(): readonly Owner[];
  /** A request ended in line: it expired, was cancelled or was turned away. */
  ended(request: Pending, error: SignalboxError): void;
  /** Somebody new is in line. */
  arrived(): void;
}

/**
 * Everybody who waits at a port, in fair order. Each wait ends: with its turn, its time, its signal,
 * as a refused deadlock, or with the port.
 */
export class RequestLine {
  readonly #host: RequestLineHost;
  readonly queue: FairQueue<Pending> = new FairQueue<Pending>();
  readonly #pausing = new Map<Pending, Timer>();

  constructor(host: RequestLineHost) {
    this.#host = host;
  }

  get size(): number {
    return this.queue.size;
  }

  /** @throws QUEUE_FULL, DEADLOCK */
  push(request: Pending): void {
    const { graph, portName } = this.#host;
    this.#checkRoom(request);
    request.waiting = graph.wait(request.agent, this.#waitable(request, `port ${portName}`));
    request.arm(
      () => this.#end(request, this.#expiry(request)),
      (error) => this.#end(request, error),
    );
    if (request.isSettled) return;
    this.queue.push(request);
    this.#host.arrived();
  }

  /** Goes by the line, because nobody is in it: it waits for nothing, and ends early with its signal alone. */
  pass(request: Pending): void {
    this.queue.serveByTheWay(request);
    request.listen((error) => this.#end(request, error));
  }

  /** Back into the line after a pause; until then it is not in anybody's way. */
  pause(request: Pending, delayMs: number): void {
    const { clock } = this.#host;
    request.arm(
      () => this.#end(request, this.#expiry(request)),
      (error) => this.#end(request, error),
    );
    if (request.isSettled) return;
    const timer = clock.schedule(delayMs, () => {
      this.#pausing.delete(request);
      if (request.isSettled) return;
      try {
        this.push(request);
      } catch (error) {
        this.#end(request, error as SignalboxError);
      }
    });
    this.#pausing.set(request, timer);
  }

  take(mayGo: (request: Pending) => boolean): Pending | undefined {
    return this.queue.take(mayGo);
  }

  /** Turns away all that wait and `which` says. */
  turnAway(error: SignalboxError, which: (request: Pending) => boolean = () => true): void {
    for (const request of [...this.queue, ...this.#pausing.keys()]) {
      if (which(request)) this.#end(request, error);
    }
  }

  /** Whether anybody waits for the scope, or for the whole port. */
  isWaitedFor(scope: string | undefined): boolean {
    for (const request of this.queue) {
      if (scope === undefined || request.scope === undefined || request.scope === scope)
        return true;
    }
    return false;
  }

  status(): WaitingStatus[] {
    const nowMs = this.#host.clock.monotonic();
    return Array.from(this.queue, (request) => ({
      owner: request.by,
      kind: request.ask.kind,
      label: request.label,
      priority: request.priority,
      ...(request.scope === undefined ? {} : { scope: request.scope }),
      waitedMs: nowMs - request.askedMs,
    }));
  }

  #waitable(request: Pending, name: string): Waitable {
    return { name, holders: () => this.#host.holdersAgainst(request) };
  }

  #checkRoom(request: Pending): void {
    const { portName } = this.#host;
    const ofOwner = this.queue.sizeOf(request.ownerId);
    if (ofOwner >= queuedByOwnerMost) {
      throw new SignalboxError(
        'QUEUE_FULL',
        `${describeOwner(request.by)} has ${ofOwner} requests in line at port ${portName}, the most allowed`,
        { details: { port: portName, queued: ofOwner, most: queuedByOwnerMost } },
      );
    }
    if (this.queue.size >= queuedOnPortMost) {
      throw new SignalboxError(
        'QUEUE_FULL',
        `${this.queue.size} requests are in line at port ${portName}, the most allowed`,
        { details: { port: portName, queued: this.queue.size, most: queuedOnPortMost } },
      );
    }
  }

  #end(request: Pending, error: SignalboxError): void {
    this.queue.remove(request);
    this.#pausing.get(request)?.cancel();
    this.#pausing.delete(request);
    if (!request.isSettled) this.#host.ended(request, error);
  }

  #expiry(request: Pending): SignalboxError {
    const { portName } = this.#host;
    const waited = `${request.label} waited ${request.waitMs} ms for port ${portName}`;
    const trouble = this.#host.trouble();
    if (trouble !== undefined) {
      return new SignalboxError(trouble.code, `${waited}: ${trouble.message}`, {
        details: { ...trouble.details, port: portName, waitMs: request.waitMs },
        nextStep: trouble.nextStep,
        cause: trouble,
      });
    }
    const holders = Array.from(this.#host.holdersAgainst(request), (agent) => agent.owner);
    const serving = this.#host.serving();
    const [blocker] = holders.length > 0 ? holders : serving;
    const how = holders.length > 0 ? 'held by' : 'in use by';
    const behind =
      blocker === undefined
        ? `${this.queue.size} others are in line`
        : `${how} ${describeOwner(blocker)}`;
    return new SignalboxError('WAIT_TIMEOUT', `${waited}: ${behind}`, {
      details: {
        port: portName,
        waitMs: request.waitMs,
        holders,
        serving,
        queued: this.queue.size,
      },
    });
  }
}
