import { cancellationError, SignalboxError } from '../../../kernel/index.ts';
import type { Clock } from '../../../kernel/index.ts';
import type {
  JsonRpcFailure,
  JsonRpcId,
  JsonRpcRequest,
  JsonRpcResult,
} from '../../../protocols/index.ts';
import { errorOfReply } from './call-error.ts';
import { callTimeoutMsDefault } from './call-options.ts';
import type { CallOptions, CallStatistics, StrayReply } from './call-options.ts';
import type { Posted, RpcChannel } from './channel.ts';
import { DeadlineLine } from './deadline-line.ts';
import { OutgoingCall } from './outgoing-call.ts';
import { UnnumberedCalls } from './unnumbered-calls.ts';

/** So many calls may be in flight. */
export const callsInFlightMost = 4_096;
/** So many ids of calls that were given up are known, to tell a late reply from a repeated one. */
export const abandonedMost = 4_096;

/** How calls are made. */
export interface OutgoingCallsOptions {
  readonly channel: RpcChannel;
  readonly clock: Clock;
  /** What errors call the other side: `worker pyrpl`. */
  readonly name: string;
  readonly callsMost: number;
  readonly afterReading: (run: () => void) => void;
  /** Replies without ids cannot be told apart any more. */
  readonly onConfused: (reason: string) => void;
  /** Told of each reply that goes to nobody. */
  readonly onStray?: ((stray: StrayReply) => void) | undefined;
}

/** The calls of this side, each of which is settled exactly once; and what came in reply to them. */
export class OutgoingCalls {
  readonly #options: OutgoingCallsOptions;
  readonly #deadlines: DeadlineLine;
  readonly #pending = new Map<JsonRpcId, OutgoingCall>();
  readonly #abandoned = new Map<JsonRpcId, string>();
  readonly #unnumbered: UnnumberedCalls;
  #lastId = 0;
  #endedWith: string | undefined;
  readonly #counts = {
    calls: 0,
    results: 0,
    failures: 0,
    timeouts: 0,
    cancelled: 0,
    refused: 0,
    lost: 0,
    late: 0,
    duplicate: 0,
    unknown: 0,
  };

  constructor(options: OutgoingCallsOptions) {
    this.#options = options;
    this.#deadlines = new DeadlineLine(options.clock, options.afterReading);
    this.#unnumbered = new UnnumberedCalls(options.onConfused);
  }

  /** How many calls wait for their answer. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  get statistics(): CallStatistics {
    return { ...this.#counts };
  }

  call(method: string, params: unknown, options: CallOptions): Promise<unknown> {
    const { signal, timeoutMs = callTimeoutMsDefault } = options;
    if (signal?.aborted === true) {
      return Promise.reject(cancellationError(signal, this.#what(method)));
    }
    if (!(timeoutMs > 0)) {
      const text = `${this.#what(method)}: timeoutMs is ${timeoutMs}; it must be more than 0`;
      return Promise.reject(new SignalboxError('BAD_ARGUMENT', text));
    }
    if (this.#endedWith !== undefined) return Promise.reject(this.#unavailable(method));
    if (this.#pending.size >= this.#options.callsMost) {
      this.#counts.refused += 1;
      const text = `${this.#what(method)}: ${this.#pending.size} calls are in flight, the most that may be`;
      return Promise.reject(new SignalboxError('WORKER_BUSY', text));
    }
    const id = this.#lastId + 1;
    let posted: Posted;
    try {
      const { channel } = this.#options;
      const request: JsonRpcRequest = { kind: 'request', id, method, params };
      // Who asks one at a time is not kept waiting for others, whose calls would go in the same write.
      posted = this.#pending.size === 0 ? channel.postAlone(request) : channel.post(request);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#lastId = id;
    this.#counts.calls += 1;
    return new Promise((resolve, reject) => {
      const call = new OutgoingCall(id, method, posted, resolve, reject);
      call.onProgress = options.onProgress;
      call.label = options.label;
      call.onExpired = this.#onExpired;
      this.#pending.set(id, call);
      this.#deadlines.add(call, timeoutMs);
      call.timeoutMs = timeoutMs;
      if (signal !== undefined) call.listenTo(signal, () => this.#cancel(call, signal));
      if (options.isReplyNumbered === false) this.#unnumbered.add(call);
    });
  }

  /** Something came in reply. */
  settle(reply: JsonRpcResult | JsonRpcFailure): void {
    const { id } = reply;
    const call = id === undefined ? this.#unnumbered.takeOldest() : this.#pending.get(id ?? '');
    if (call === undefined || call.isSettled) {
      this.#countStray(id, call);
      return;
    }
    this.#forget(call);
    this.#unnumbered.remove(call);
    if (reply.kind === 'result') {
      this.#counts.results += 1;
      call.resolve(reply.result);
    } else {
      this.#counts.failures += 1;
      call.reject(errorOfReply(reply.error, this.#what(call.method)));
    }
  }

  /** Tells a call of its progress. */
  progress(id: unknown, value: unknown): void {
    const call = this.#pending.get(id as JsonRpcId);
    try {
      call?.onProgress?.(value);
    } catch {
      // A listener that fails must not keep the next message from its own.
    }
  }

  /** Settles every call: the other side is gone. What is called from now on is refused. */
  end(reason: string): void {
    if (this.#endedWith !== undefined) return;
    this.#endedWith = reason;
    this.#deadlines.close();
    for (const call of this.#pending.values()) {
      this.#forget(call);
      this.#counts.lost += 1;
      call.reject(call.posted.isSent ? this.#lost(call) : this.#unavailable(call.method));
    }
    this.#abandoned.clear();
    this.#unnumbered.clear();
  }

  readonly #onExpired = (call: OutgoingCall): void => {
    this.#counts.timeouts += 1;
    const text = `${this.#what(call.method)}: no answer within ${call.timeoutMs} ms`;
    this.#giveUp(
      call,
      new SignalboxError('WORKER_TIMEOUT', call.posted.isSent ? text : `${text}; it was not sent`, {
        details: { timeoutMs: call.timeoutMs, isSent: call.posted.isSent },
      }),
    );
  };

  #cancel(call: OutgoingCall, signal: AbortSignal): void {
    this.#counts.cancelled += 1;
    this.#giveUp(call, cancellationError(signal, this.#what(call.method)));
  }

  #giveUp(call: OutgoingCall, error: SignalboxError): void {
    this.#forget(call);
    if (call.posted.isSent) {
      this.#abandon(call);
    } else {
      call.posted.takeBack();
      this.#unnumbered.remove(call);
    }
    call.reject(error);
  }

  #abandon(call: OutgoingCall): void {
    this.#unnumbered.abandon(call);
    this.#abandoned.set(call.id, call.label ?? call.method);
    if (this.#abandoned.size > abandonedMost) {
      for (const oldest of this.#abandoned.keys()) {
        this.#abandoned.delete(oldest);
        break;
      }
    }
    try {
      const params = { id: call.id };
      this.#options.channel.post({ kind: 'notification', method: '$/cancel', params });
    } catch {
      // So much waits for a side that does not read that this would change nothing either.
    }
  }

  #forget(call: OutgoingCall): void {
    call.isSettled = true;
    this.#pending.delete(call.id);
    this.#deadlines.remove(call);
    call.stopListening();
  }

  #countStray(id: JsonRpcId | null | undefined, call: OutgoingCall | undefined): void {
    const abandoned = call?.label ?? call?.method ?? this.#abandoned.get(id ?? '');
    if (call !== undefined) this.#abandoned.delete(call.id);
    else if (typeof id === 'number') this.#abandoned.delete(id);
    const kind = abandoned !== undefined ? 'late' : this.#wasGiven(id) ? 'duplicate' : 'unknown';
    this.#counts[kind] += 1;
    this.#options.onStray?.({ kind, what: abandoned ?? strayName(id) });
  }

  #wasGiven(id: JsonRpcId | null | undefined): boolean {
    return typeof id === 'number' && Number.isInteger(id) && id >= 1 && id <= this.#lastId;
  }

  #what(method: string): string {
    return `${this.#options.name}, ${method}`;
  }

  #unavailable(method: string): SignalboxError {
    const text = `${this.#what(method)}: not sent, because ${this.#endedWith}`;
    return new SignalboxError('WORKER_UNAVAILABLE', text, { details: { isSent: false } });
  }

  #lost(call: OutgoingCall): SignalboxError {
    const text = `${this.#what(call.method)}: no answer will come, because ${this.#endedWith}`;
    return new SignalboxError('WORKER_LOST', text, { details: { isSent: true } });
  }
}

function strayName(id: JsonRpcId | null | undefined): string {
  return id === undefined || id === null ? 'a call without an id' : `call ${id}`;
}
