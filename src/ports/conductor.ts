import { asSignalboxError, hasCode, raceAbort, SignalboxError } from '../kernel/index.ts';
import type { Clock, ErrorCode } from '../kernel/index.ts';
import type { LinkKeeper } from './link-keeper.ts';
import { resynchronize } from './resynchronization.ts';
import type { Resynchronization } from './resynchronization.ts';
import { interpretReply } from './transaction.ts';
import type { Attempt, Transaction, Verification } from './transaction.ts';
import type { Wire } from './wire.ts';

/** How long a write whose acknowledgement was lost with the link waits for it, to be read back. */
export const verifyAfterLossMs = 10_000;
/**
 * After so many requests in a row without one byte from anybody the link is opened anew: a wedged
 * adapter, or a network peer that is gone without a word, looks like that.
 */
export const silentRequestsMost = 5;
/** How often a write that is read back and found missing is sent again. */
export const rewritesMost = 2;

/** What one turn on the wire came to. */
export interface TurnResult {
  readonly outcome:
    | { readonly kind: 'reply'; readonly reply: unknown }
    | { readonly kind: 'failure'; readonly error: SignalboxError };
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
}

/** Failures after which a reply may still arrive, or bytes of it lie about. */
const replyOutstanding: readonly ErrorCode[] = ['INSTRUMENT_TIMEOUT', 'REPLY_MALFORMED'];
/** Failures after which it is unknown whether the instrument got the request. */
const outcomeUnknown: readonly ErrorCode[] = [
  ...replyOutstanding,
  'LINK_USB',
  'LINK_COMMUNICATION',
  'LINK_PROTOCOL',
  'LINK_TIMEOUT',
  'WORKER_LOST',
];

/** Does one transaction on the wire, and leaves the wire in step for the next. */
export class Conductor {
  readonly #keeper: LinkKeeper;
  readonly #clock: Clock;
  readonly #resynchronization: Resynchronization;
  readonly #life: AbortSignal;
  #whenOpen = Promise.withResolvers<void>();
  #silentRequests = 0;
  #arrivalsBefore = 0;

  constructor(
    keeper: LinkKeeper,
    clock: Clock,
    resynchronization: Resynchronization,
    life: AbortSignal,
  ) {
    this.#keeper = keeper;
    this.#clock = clock;
    this.#resynchronization = resynchronization;
    this.#life = life;
  }

  /** Told by the port when its link has opened. */
  linkOpened(): void {
    this.#silentRequests = 0;
    this.#arrivalsBefore = 0;
    this.#whenOpen.resolve();
    this.#whenOpen = Promise.withResolvers<void>();
  }

  /** One turn. Never rejects. */
  async turn(transaction: Transaction<unknown>): Promise<TurnResult> {
    const first = await this.#attempt(transaction);
    const { repeat } = transaction;
    if (first.outcome.kind === 'reply' || repeat === 'safe' || repeat === 'once') return first;
    const { error } = first.outcome;
    if (!outcomeUnknown.includes(error.code)) return first;
    const { verification } = transaction;
    if (repeat === 'verify' && verification !== undefined) {
      return await this.#verify(transaction, verification, first, error);
    }
    return { ...first, outcome: { kind: 'failure', error: unknownOutcome(transaction, error) } };
  }

  async #attempt(transaction: Transaction<unknown>): Promise<TurnResult> {
    const wire = this.#keeper.wire;
    let attempt: Attempt<unknown>;
    try {
      attempt = transaction.attempt();
    } catch (thrown) {
      return failure(asSignalboxError(thrown), new Uint8Array());
    }
    const { request } = attempt;
    if (wire === undefined) {
      const error = this.#keeper.reason ?? new SignalboxError('CLOSED', 'the link is not open');
      return failure(error, request);
    }
    try {
      const { reply, received } = await wire.exchange(attempt, transaction);
      return { outcome: { kind: 'reply', reply }, request, reply: received };
    } catch (thrown) {
      const error = asSignalboxError(thrown);
      await this.#recover(wire, error, attempt);
      return failure(error, request);
    }
  }

  async #recover(wire: Wire, error: SignalboxError, attempt: Attempt<unknown>): Promise<void> {
    if (this.#keeper.wire !== wire) return;
    // Answers of a worker carry the number of their call, and it says itself when it ends; those of a
    // web service, or of who takes one request a connection, come by a connection that ends with them.
    const { link } = wire;
    if (link.call !== undefined || link.request !== undefined) return;
    if (link.exchange !== undefined) return;
    if (!replyOutstanding.includes(error.code) && !wire.isReplyOutstanding) return;
    // Where nothing was asked, nothing that did not come is late.
    if (isListening(attempt) && error.details['receivedBytes'] === 0) return;
    if (this.#isSilentForLong(wire)) {
      await this.#keeper.reopen(silentLink(wire));
      return;
    }
    try {
      await resynchronize(this.#resynchronization, wire, this.#clock, this.#life);
    } catch (thrown) {
      if (this.#life.aborted || this.#keeper.wire !== wire) return;
      await this.#keeper.reopen(asSignalboxError(thrown));
    }
  }

  /** Told of each request that came to no reply. */
  #isSilentForLong(wire: Wire): boolean {
    this.#silentRequests = wire.arrivals === this.#arrivalsBefore ? this.#silentRequests + 1 : 0;
    this.#arrivalsBefore = wire.arrivals;
    return this.#silentRequests >= silentRequestsMost;
  }

  /** Reads back, before anybody else can write, whether the write took effect; repeats it if not. */
  async #verify(
    transaction: Transaction<unknown>,
    verification: Verification<unknown>,
    first: TurnResult,
    firstError: SignalboxError,
  ): Promise<TurnResult> {
    let last = first;
    let error = firstError;
    for (let rewrites = 0; ; rewrites += 1) {
      const tookEffect = await this.#readBack(verification.readBack);
      if (tookEffect === true) {
        return { ...last, outcome: { kind: 'reply', reply: verification.reply } };
      }
      if (tookEffect === undefined || rewrites >= rewritesMost) {
        return { ...last, outcome: { kind: 'failure', error: unknownOutcome(transaction, error) } };
      }
      last = await this.#attempt(transaction);
      if (last.outcome.kind === 'reply') return last;
      error = last.outcome.error;
      if (!outcomeUnknown.includes(error.code)) return last;
    }
  }

  /** Undefined when that could not be found out either. */
  async #readBack(readBack: Transaction<boolean>): Promise<boolean | undefined> {
    if (!(await this.#opens())) return undefined;
    const result = await this.#attempt(readBack);
    if (result.outcome.kind === 'failure') return undefined;
    return interpretReply(readBack, result.outcome.reply);
  }

  /** Waits for the link if it is not open; says whether it is. */
  async #opens(): Promise<boolean> {
    if (this.#keeper.wire !== undefined) return true;
    const late = new AbortController();
    const timer = this.#clock.schedule(verifyAfterLossMs, () => late.abort());
    const until = AbortSignal.any([late.signal, this.#life]);
    try {
      await raceAbort(this.#whenOpen.promise, until, 'a wait for the link');
      return this.#keeper.wire !== undefined;
    } catch (error) {
      if (hasCode(error, 'CANCELLED', 'CLOSED', 'PORT_RELEASED')) return false;
      throw error;
    } finally {
      timer.cancel();
    }
  }
}

function isListening(attempt: Attempt<unknown>): boolean {
  const isAsking = attempt.rest !== undefined || attempt.operate !== undefined;
  return attempt.request.length === 0 && !isAsking;
}

function failure(error: SignalboxError, request: Uint8Array): TurnResult {
  return { outcome: { kind: 'failure', error }, request, reply: new Uint8Array() };
}

function silentLink(wire: Wire): SignalboxError {
  const { address } = wire.link;
  return new SignalboxError(
    'LINK_TIMEOUT',
    `${address} gave not one byte for ${silentRequestsMost} requests and is opened anew`,
    { details: { address, silentRequestsMost } },
  );
}

function unknownOutcome(transaction: Transaction<unknown>, cause: SignalboxError): SignalboxError {
  return new SignalboxError(
    'OUTCOME_UNKNOWN',
    `${transaction.label} was sent, but it is not known whether it took effect: ${cause.message}`,
    { details: { ...cause.details, cause: cause.code }, cause },
  );
}
