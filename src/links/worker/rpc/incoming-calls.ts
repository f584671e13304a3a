import { jsonRpcErrors } from '../../../protocols/index.ts';
import type { JsonRpcError, JsonRpcId, JsonRpcRequest } from '../../../protocols/index.ts';
import { replyOfError, RpcRefusal } from './call-error.ts';
import type { RpcChannel } from './channel.ts';

/** What whoever answers a call knows of it. */
export interface RpcContext {
  /** Aborted when the caller takes the call back, or is gone. */
  readonly signal: AbortSignal;
  /** Tells the caller how far it is. Any JSON value, with arrays. */
  progress(value: unknown): void;
}

/**
 * Answers a call with a value or a promise of it; throws, or rejects, to answer with an error.
 */
export type RpcHandler = (method: string, params: unknown, context: RpcContext) => unknown;

/** How many replies and progresses were dropped, because the other side does not read. */
export interface IncomingStatistics {
  /** Calls from the other side. */
  readonly requests: number;
  /** Of these, refused: as many were under way as may be. */
  readonly requestsRefused: number;
  readonly repliesDropped: number;
}

class IncomingCall implements RpcContext {
  readonly id: JsonRpcId;
  readonly #channel: RpcChannel;
  #controller: AbortController | undefined;
  #cancelledWith: Error | undefined;
  #isOver = false;

  constructor(id: JsonRpcId, channel: RpcChannel) {
    this.id = id;
    this.#channel = channel;
  }

  /** Made when it is asked for: most functions never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelledWith !== undefined) this.#controller.abort(this.#cancelledWith);
    }
    return this.#controller.signal;
  }

  cancel(reason: Error): void {
    this.#cancelledWith ??= reason;
    this.#controller?.abort(reason);
  }

  get cancelledWith(): Error | undefined {
    return this.#cancelledWith;
  }

  over(): void {
    this.#isOver = true;
  }

  progress(value: unknown): void {
    if (this.#isOver) return;
    const params = { id: this.id, value };
    this.#channel.post({ kind: 'notification', method: '$/progress', params });
  }
}

/** The calls of the other side: each is answered exactly once. */
export class IncomingCalls {
  readonly #channel: RpcChannel;
  readonly #handler: RpcHandler;
  readonly #callsMost: number;
  readonly #underWay = new Map<JsonRpcId, IncomingCall>();
  readonly #counts = { requests: 0, requestsRefused: 0, repliesDropped: 0 };
  #whenIdle: (() => void)[] = [];

  constructor(channel: RpcChannel, handler: RpcHandler, callsMost: number) {
    this.#channel = channel;
    this.#handler = handler;
    this.#callsMost = callsMost;
  }

  get statistics(): IncomingStatistics {
    return { ...this.#counts };
  }

  get underWayCount(): number {
    return this.#underWay.size;
  }

  take({ id, method, params }: JsonRpcRequest): void {
    this.#counts.requests += 1;
    if (this.#underWay.size >= this.#callsMost) {
      this.#counts.requestsRefused += 1;
      const message = `${this.#callsMost} calls are under way, the most that may be`;
      this.#fail(id, { code: jsonRpcErrors.queueFull, message });
      return;
    }
    if (this.#underWay.has(id)) {
      const message = `a call with the id ${id} is under way`;
      this.#fail(id, { code: jsonRpcErrors.invalidRequest, message });
      return;
    }
    const call = new IncomingCall(id, this.#channel);
    let result: unknown;
    try {
      result = this.#handler(method, params, call);
    } catch (error) {
      call.over();
      this.#fail(id, errorOf(call, error));
      return;
    }
    if (!isPromise(result)) {
      call.over();
      this.#succeed(id, result);
      return;
    }
    this.#underWay.set(id, call);
    result.then(
      (value) => {
        this.#end(call);
        this.#succeed(id, value);
        this.#tellIdle();
      },
      (error: unknown) => {
        this.#end(call);
        this.#fail(id, errorOf(call, error));
        this.#tellIdle();
      },
    );
  }

  cancel(id: unknown): void {
    const call = this.#underWay.get(id as JsonRpcId);
    call?.cancel(new RpcRefusal(jsonRpcErrors.cancelled, 'the caller took the call back'));
  }

  /** The other side is gone: nobody waits for what is under way. */
  cancelAll(): void {
    for (const { id } of this.#underWay.values()) this.cancel(id);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    if (this.#underWay.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenIdle.push(resolve);
    await promise;
  }

  #end(call: IncomingCall): void {
    call.over();
    this.#underWay.delete(call.id);
  }

  #tellIdle(): void {
    if (this.#underWay.size > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #succeed(id: JsonRpcId, result: unknown): void {
    try {
      this.#channel.post({ kind: 'result', id, result });
    } catch (error) {
      // It cannot travel: the caller is told, unless the other side does not even read.
      this.#fail(id, replyOfError(error));
    }
  }

  #fail(id: JsonRpcId, error: JsonRpcError): void {
    try {
      this.#channel.post({ kind: 'failure', id, error });
    } catch {
      this.#counts.repliesDropped += 1;
    }
  }
}

/** What a cancelled function throws is that it was cancelled, whatever it throws. */
function errorOf(call: IncomingCall, error: unknown): JsonRpcError {
  return replyOfError(call.cancelledWith ?? error);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
