import { cancellationError, onAbort } from '../kernel/index.ts';
import type { Clock, Owner, SignalboxError, Timer } from '../kernel/index.ts';
import type { Agent } from '../locks/index.ts';
import type { Queued } from './fair-queue.ts';
import type { LeaseWish } from './lease-book.ts';
import type { Lease } from './lease.ts';
import type { FailedAttempt } from './retry-budget.ts';
import type { RequestTrace } from './tracer.ts';
import type { Priority, Transaction } from './transaction.ts';

/** What is asked for: a transaction, or a lease. */
export type Ask =
  | {
      readonly kind: 'transaction';
      readonly transaction: Transaction<unknown>;
      readonly lease: Lease | undefined;
    }
  | { readonly kind: 'lease'; readonly wish: LeaseWish };

/** What all pending requests have in common. */
export interface PendingFacts {
  readonly by: Owner;
  readonly agent: Agent;
  readonly label: string;
  readonly scope: string | undefined;
  readonly priority: Priority;
  /** How long it may be in line. */
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
}

/** One request from the call to its end. Settles once; what comes later is dropped. */
export class Pending implements Queued {
  readonly ask: Ask;
  readonly by: Owner;
  readonly ownerId: string;
  readonly agent: Agent;
  readonly label: string;
  readonly scope: string | undefined;
  readonly priority: Priority;
  readonly waitMs: number;
  /** Monotonic; when it was asked. */
  readonly askedMs: number;
  readonly promise: Promise<unknown>;
  /** What went wrong so far. */
  readonly attempts: FailedAttempt[] = [];
  /** Others were in the way when it was asked. */
  blocked = false;
  /** The instrument refused it in company: it travels by itself. */
  alone = false;
  /** Monotonic; when it left the line for the first time. */
  begunMs: number | undefined;
  /** Follows it, where that is wanted. */
  trace: RequestTrace | undefined;
  /** Its place in the wait-for graph, while it is in line. */
  waiting: Disposable | undefined;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (reply: unknown) => void;
  readonly #reject: (error: unknown) => void;
  #settled = false;
  #timer: Timer | undefined;
  #abort: Disposable | undefined;

  constructor(ask: Ask, facts: PendingFacts, clock: Clock) {
    this.ask = ask;
    this.by = facts.by;
    this.ownerId = facts.by.id;
    this.agent = facts.agent;
    this.label = facts.label;
    this.scope = facts.scope;
    this.priority = facts.priority;
    this.waitMs = facts.waitMs;
    this.askedMs = clock.monotonic();
    this.#clock = clock;
    this.#signal = facts.signal;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  /** From now on it ends by itself: `expired` after its wait time, `cancelled` with its signal. */
  arm(expired: () => void, cancelled: (error: SignalboxError) => void): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(this.waitMs, expired);
    this.listen(cancelled);
  }

  /** From now on it ends with its signal. */
  listen(cancelled: (error: SignalboxError) => void): void {
    const signal = this.#signal;
    if (signal === undefined || this.#abort !== undefined) return;
    this.#abort = onAbort(signal, () => cancelled(cancellationError(signal, this.label)));
  }

  /** It has left the line. @param nowMs monotonic */
  begin(nowMs: number): void {
    this.#timer?.cancel();
    this.waiting?.[Symbol.dispose]();
    this.waiting = undefined;
    this.begunMs ??= nowMs;
    this.trace?.begun();
  }

  resolve(reply: unknown): void {
    if (this.#settle()) this.#resolve(reply);
  }

  reject(error: unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.cancel();
    this.#abort?.[Symbol.dispose]();
    this.waiting?.[Symbol.dispose]();
    return true;
  }
}
