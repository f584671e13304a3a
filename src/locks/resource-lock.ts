import { Emitter, SignalboxError, systemClock } from '../kernel/index.ts';
import type { Clock, Owner } from '../kernel/index.ts';
import { Agent, currentAgent } from './agent.ts';
import { MemoryTokenSource } from './fencing-token.ts';
import type { FencingToken, TokenSource } from './fencing-token.ts';
import {
  checkHoldMs,
  checkRequest,
  lockHeldError,
  renewalLimitError,
  statusOf,
} from './hold-record.ts';
import type { HoldRecord } from './hold-record.ts';
import type { Hold, HoldEnd, HoldRequest, HoldStatus, LockMode } from './hold.ts';
import { checkRank } from './rank.ts';
import { renewedLongestMs } from './resource-lock-options.ts';
import type {
  ResourceLockEvents,
  ResourceLockOptions,
  ResourceLockStatistics,
} from './resource-lock-options.ts';
import type { Waitable } from './wait-graph.ts';

/**
 * Who holds a resource, and until when: exclusively, or shared by all who name the same key. Says
 * at once whether a wish can be granted; in what order those wait who were refused is for others
 * (`ResourceQueue`, or a port's own queue), who listen to `freed`.
 *
 * An agent that holds may hold again, and each grant ends by itself. One that holds it shared may
 * take it exclusively, too: the others keep their holds but may not use them meanwhile.
 */
export class ResourceLock {
  readonly name: string;
  readonly rank: number | undefined;
  readonly #clock: Clock;
  readonly #tokens: TokenSource;
  readonly #isWaitedFor: () => boolean;
  readonly #renewedLongestMs: number;
  readonly #events: Emitter<ResourceLockEvents>;
  /** By the token's text, in the order of their grants. */
  readonly #holds = new Map<string, HoldRecord>();
  readonly #counts = { grants: 0, refusals: 0, renewals: 0, released: 0, expired: 0, broken: 0 };
  #longestHoldMs = 0;

  constructor(options: ResourceLockOptions) {
    this.name = options.name;
    this.rank = options.rank;
    this.#clock = options.clock ?? systemClock;
    this.#tokens = options.tokens ?? new MemoryTokenSource();
    this.#isWaitedFor = options.isWaitedFor ?? (() => false);
    this.#renewedLongestMs = options.renewedLongestMs ?? renewedLongestMs;
    this.#events = new Emitter(options.onListenerFailure);
  }

  /** Adds a listener, which is called before the method that caused the event returns. */
  on<Name extends keyof ResourceLockEvents>(
    name: Name,
    listener: (payload: ResourceLockEvents[Name]) => void,
  ): Disposable {
    return this.#events.on(name, listener);
  }

  get isFree(): boolean {
    this.#expireDue();
    return this.#holds.size === 0;
  }

  /** Whether `by` holds it, in whatever mode. */
  isHeldBy(by: Agent): boolean {
    this.#expireDue();
    return this.#some((hold) => by.descendsFrom(hold.by));
  }

  /** Each agent that holds it, once. */
  holders(): Iterable<Agent> {
    this.#expireDue();
    return new Set(this.#holds.values().map((hold) => hold.by));
  }

  /** What a wish that was refused waits for, for a {@link WaitGraph}: who is in its way. */
  waitable(mode: LockMode, by: Agent): Waitable {
    return {
      name: this.name,
      holders: () => {
        this.#expireDue();
        return new Set(this.#blockers(mode, by).map((hold) => hold.by));
      },
    };
  }

  /** Whether {@link tryAcquire} would grant. */
  isGrantable(mode: LockMode, by: Agent): boolean {
    this.#expireDue();
    return this.#blockers(mode, by).next().done === true;
  }

  /**
   * Grants at once or not at all.
   *
   * @returns the hold, or undefined when somebody else's hold is in the way
   * @throws BAD_ARGUMENT for a bad key or hold time; LOCK_ORDER when a higher rank is held
   */
  tryAcquire(request: HoldRequest): Hold | undefined {
    checkRequest(this.name, request);
    const by = request.by ?? currentAgent() ?? new Agent();
    if (!this.isGrantable(request.mode, by)) {
      this.#counts.refusals += 1;
      return undefined;
    }
    if (!this.#some((hold) => by.descendsFrom(hold.by))) checkRank(this, by);
    return this.#grant(request, by);
  }

  /**
   * Checks that the holder of `token` may use the resource now.
   *
   * @throws LEASE_LOST when the hold has ended; LEASE_HELD when another holder of the same key has
   *   taken the resource exclusively for a while
   */
  validate(token: FencingToken): Hold {
    const hold = this.#find(token);
    const excluded = (other: HoldRecord): boolean =>
      other.mode === 'exclusive' && !hold.by.descendsFrom(other.by);
    if (this.#some(excluded)) throw this.heldError();
    return hold;
  }

  /** Whether somebody without a token may use the resource: nobody else holds it. */
  admits(by: Agent): boolean {
    this.#expireDue();
    let holdsShared = false;
    let othersShare = false;
    for (const hold of this.#holds.values()) {
      const own = by.descendsFrom(hold.by);
      if (hold.mode === 'exclusive' && !own) return false;
      if (hold.mode !== 'exclusive') {
        if (own) holdsShared = true;
        else othersShare = true;
      }
    }
    return holdsShared || !othersShare;
  }

  /** Each agent whose hold keeps `by` from using it without a token: see {@link admits}. */
  *excluders(by: Agent): Generator<Agent> {
    const sharesIt = this.#some((hold) => hold.mode !== 'exclusive' && by.descendsFrom(hold.by));
    for (const holder of this.holders()) {
      if (by.descendsFrom(holder)) continue;
      const isInTheWay = (hold: HoldRecord): boolean =>
        hold.by === holder && (hold.mode === 'exclusive' || !sharesIt);
      if (this.#some(isInTheWay)) yield holder;
    }
  }

  /**
   * Starts the time of a hold anew.
   *
   * @param holdMs @default the time that it was granted for
   * @returns after how long it ends now
   * @throws LEASE_LOST when it has ended; RENEWAL_LIMIT when others wait and it was stretched to
   *   the limit (it still lasts until its present end); BAD_ARGUMENT for a bad time
   */
  renew(token: FencingToken, holdMs?: number): number {
    checkHoldMs(this.name, holdMs);
    const hold = this.#find(token);
    const wishMs = holdMs ?? hold.holdMs;
    if (wishMs === undefined) return Infinity;
    const nowMs = this.#clock.monotonic();
    let untilMs = nowMs + wishMs;
    if (this.#isWaitedFor()) {
      untilMs = Math.min(untilMs, hold.startedMs + this.#renewedLongestMs);
      if (untilMs <= hold.expiresAtMs && nowMs + wishMs > hold.expiresAtMs) {
        throw renewalLimitError(this.name, hold, { nowMs, mostMs: this.#renewedLongestMs });
      }
    }
    hold.expiresAtMs = untilMs;
    this.#arm(hold, nowMs);
    this.#counts.renewals += 1;
    const expiresInMs = untilMs - nowMs;
    this.#events.emit('renewed', { hold, expiresInMs });
    return expiresInMs;
  }

  /** Ends one hold. @returns false when it had ended before, however that was */
  release(token: FencingToken): boolean {
    this.#expireDue();
    const hold = this.#holds.get(String(token));
    if (hold === undefined) return false;
    this.#end(hold, 'released');
    this.#events.emit('released', { hold });
    this.#events.emit('freed', undefined);
    return true;
  }

  /** Ends all holds of an agent: its client has gone. @returns how many there were */
  releaseAll(by: Agent): number {
    this.#expireDue();
    const holds = [...this.#holds.values()].filter((hold) => hold.by === by);
    for (const hold of holds) this.#end(hold, 'released');
    for (const hold of holds) this.#events.emit('released', { hold });
    if (holds.length > 0) this.#events.emit('freed', undefined);
    return holds.length;
  }

  /**
   * Takes the resource away from all who hold it, or from one of them. Their tokens are worth
   * nothing from here on. Each hold is told of in `broken`, with who did it and why.
   *
   * @returns the holds that were ended
   */
  break(by: Owner, reason: string, from?: Agent): readonly Hold[] {
    this.#expireDue();
    const holds = [...this.#holds.values()].filter(
      (hold) => from === undefined || hold.by === from,
    );
    for (const hold of holds) this.#end(hold, 'broken');
    for (const hold of holds) this.#events.emit('broken', { hold, by, reason });
    if (holds.length > 0) this.#events.emit('freed', undefined);
    return holds;
  }

  /** All holds, oldest first. */
  status(): readonly HoldStatus[] {
    this.#expireDue();
    const nowMs = this.#clock.monotonic();
    return Array.from(this.#holds.values(), (hold) => statusOf(hold, nowMs));
  }

  statistics(): ResourceLockStatistics {
    this.#expireDue();
    return { ...this.#counts, longestHoldMs: this.#longestHoldMs };
  }

  /** The error for one who cannot have it. */
  heldError(): SignalboxError {
    return lockHeldError(this.name, this.status());
  }

  #grant(request: HoldRequest, by: Agent): Hold {
    const startedMs = this.#clock.monotonic();
    const hold: HoldRecord = {
      token: this.#tokens.next(),
      by,
      mode: request.mode,
      sinceMs: this.#clock.now(),
      startedMs,
      holdMs: request.holdMs,
      expiresAtMs: request.holdMs === undefined ? Infinity : startedMs + request.holdMs,
      timer: undefined,
    };
    this.#holds.set(String(hold.token), hold);
    if (this.rank !== undefined) by.noteRank(this.rank);
    this.#arm(hold, startedMs);
    this.#counts.grants += 1;
    this.#events.emit('granted', { hold });
    return hold;
  }

  /** The holds that exclude the wish. */
  *#blockers(mode: LockMode, by: Agent): Generator<HoldRecord, undefined> {
    const own = [...this.#holds.values()].filter((hold) => by.descendsFrom(hold.by));
    const shares = own.some((hold) => hold.mode !== 'exclusive');
    for (const hold of this.#holds.values()) {
      const isOwn = by.descendsFrom(hold.by);
      if (hold.mode === 'exclusive') {
        // Who holds it only exclusively cannot go on to share it; who shares it already nests.
        if (!isOwn || (mode !== 'exclusive' && !shares)) yield hold;
      } else if (mode === 'exclusive') {
        if (!isOwn && own.length === 0) yield hold;
      } else if (hold.mode.shared !== mode.shared) {
        yield hold;
      }
    }
    return undefined;
  }

  #some(test: (hold: HoldRecord) => boolean): boolean {
    return this.#holds.values().some(test);
  }

  #find(token: FencingToken): HoldRecord {
    this.#expireDue();
    const hold = this.#holds.get(String(token));
    if (hold !== undefined) return hold;
    throw new SignalboxError('LEASE_LOST', `the hold ${String(token)} on ${this.name} has ended`, {
      details: { resource: this.name, token: String(token) },
    });
  }

  #arm(hold: HoldRecord, nowMs: number): void {
    hold.timer?.cancel();
    hold.timer = undefined;
    if (hold.expiresAtMs === Infinity) return;
    hold.timer = this.#clock.schedule(hold.expiresAtMs - nowMs, () => {
      this.#expireDue();
      // A platform timer may come a little early by this clock.
      if (this.#holds.get(String(hold.token)) === hold) this.#arm(hold, this.#clock.monotonic());
    });
  }

  /**
   * Ends what is due. Called first by everything, as timers come late after the process was stopped
   * and must not let a hold that is over move another byte.
   */
  #expireDue(): void {
    if (this.#holds.size === 0) return;
    const nowMs = this.#clock.monotonic();
    const due = [...this.#holds.values()].filter((hold) => hold.expiresAtMs <= nowMs);
    if (due.length === 0) return;
    for (const hold of due) this.#end(hold, 'expired');
    for (const hold of due) this.#events.emit('expired', { hold });
    this.#events.emit('freed', undefined);
  }

  #end(hold: HoldRecord, end: HoldEnd): void {
    this.#holds.delete(String(hold.token));
    hold.timer?.cancel();
    if (this.rank !== undefined) hold.by.forgetRank(this.rank);
    this.#counts[end] += 1;
    const heldMs = this.#clock.monotonic() - hold.startedMs;
    if (heldMs > this.#longestHoldMs) this.#longestHoldMs = heldMs;
  }
}
