import { asSignalboxError } from '../kernel/index.ts';
import type { Clock, Emitter, SignalboxError } from '../kernel/index.ts';
import type { Batch, Part } from './batch.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { Pending } from './pending.ts';
import type { PortEvents } from './port-events.ts';
import type { PortRecord } from './port-record.ts';
import type { ReplyCache } from './reply-cache.ts';
import type { RequestLine } from './request-line.ts';
import { attemptsError, isTransient, retryDelayMs } from './retry-budget.ts';
import type { RetryBudget } from './retry-budget.ts';
import { interpretReply } from './transaction.ts';

/** What settling needs of its port. */
export interface SettlementParts {
  readonly clock: Clock;
  readonly events: Emitter<PortEvents>;
  readonly line: RequestLine;
  readonly breaker: CircuitBreaker;
  readonly cache: ReplyCache;
  readonly record: PortRecord;
  readonly retry: RetryBudget;
  /** Whether the port takes requests; when it does not, none is repeated. */
  readonly isOpenToAll: () => boolean;
}

/** Gives everybody whom a turn on the wire served what it came to: a reply, another try, or an error. */
export class Settlement {
  readonly #parts: SettlementParts;

  constructor(parts: SettlementParts) {
    this.#parts = parts;
  }

  /**
   * An answer came: keeps it for who accepts one of some age. Tells nobody yet.
   * @param forgotten of the cache when it came: it is not kept where a write has gone out since
   */
  keep(batch: Batch, reply: unknown, forgotten: number): void {
    this.#reportAnswer(batch.transaction.scope);
    if (this.#parts.cache.forgotten !== forgotten) return;
    for (const { part, value } of answers(batch, reply)) {
      const { merge, scope } = part.transaction;
      if (merge !== undefined) this.#parts.cache.set(merge.key, value, scope);
    }
  }

  /** Gives everybody the answer that came. */
  answer(batch: Batch, reply: unknown): void {
    this.#parts.record.merged(batch.requests.length - 1);
    for (const { part, value } of answers(batch, reply)) {
      for (const request of part.requests) this.#answer(request, value);
    }
  }

  /** No answer came: another try for each, or the error. */
  fail(batch: Batch, error: SignalboxError): void {
    const { breaker, line } = this.#parts;
    const { scope } = batch.transaction;
    const { requests } = batch;
    if (scope !== undefined) this.#reportFailure(scope, error);
    // Whose fault it is shows when each is sent by itself.
    if (batch.isChain && (error.code === 'INSTRUMENT_ERROR' || error.fault === 'caller')) {
      for (const request of requests) this.#alone(request);
      return;
    }
    const isDown = scope !== undefined && breaker.isOffline(scope);
    for (const request of requests) this.#failOrRepeat(request, error, isDown);
    const refusal = isDown ? breaker.refusal(scope) : undefined;
    if (refusal !== undefined) line.turnAway(refusal, (request) => request.scope === scope);
  }

  /** Ends a request with an error, unless it has ended. */
  end(request: Pending, error: SignalboxError): void {
    if (request.isSettled) return;
    this.#parts.record.ended(request, error);
    request.reject(error);
  }

  #answer(request: Pending, raw: unknown): void {
    const { ask } = request;
    if (request.isSettled || ask.kind !== 'transaction') return;
    const lost = ask.lease?.lost;
    // What was asked under a lease that has ended meanwhile goes to nobody.
    if (lost?.aborted === true) {
      this.end(request, lost.reason as SignalboxError);
      return;
    }
    try {
      const reply = interpretReply(ask.transaction, raw);
      this.#parts.record.ended(request);
      request.resolve(reply);
    } catch (error) {
      this.end(request, asSignalboxError(error));
    }
  }

  #failOrRepeat(request: Pending, error: SignalboxError, isDown: boolean): void {
    if (request.isSettled || request.ask.kind !== 'transaction') return;
    const { clock, line, record, retry, isOpenToAll } = this.#parts;
    const { repeat, label } = request.ask.transaction;
    request.attempts.push({ code: error.code, message: error.message, atMs: clock.now() });
    request.trace?.failed(error.code);
    const failed = request.attempts.length;
    const mayRepeat =
      repeat === 'safe' && isTransient(error) && !isDown && failed <= retry.most && isOpenToAll();
    if (mayRepeat) {
      record.retried();
      line.pause(request, retryDelayMs(retry, failed));
      return;
    }
    this.end(request, attemptsError(label, error, request.attempts));
  }

  /** The instrument refused it in company: sends it once more by itself. */
  #alone(request: Pending): void {
    if (request.isSettled) return;
    request.alone = true;
    this.#parts.line.pause(request, 0);
  }

  #reportAnswer(scope: string | undefined): void {
    const { breaker, events } = this.#parts;
    if (scope === undefined || !breaker.answered(scope)) return;
    events.emit('circuit', { scope, state: 'online' });
  }

  #reportFailure(scope: string, error: SignalboxError): void {
    const { breaker, events } = this.#parts;
    const code = error.code === 'OUTCOME_UNKNOWN' ? error.details['cause'] : error.code;
    if (code === 'INSTRUMENT_TIMEOUT') {
      if (breaker.unanswered(scope)) {
        events.emit('circuit', { scope, state: 'offline' });
      }
    } else if (error.fault === 'instrument') this.#reportAnswer(scope);
    else breaker.undecided(scope);
  }
}

/** What each part of a batch is answered. */
function answers(batch: Batch, reply: unknown): { readonly part: Part; readonly value: unknown }[] {
  const replies = batch.isChain ? (reply as readonly unknown[]) : [reply];
  return batch.parts.map((part, index) => ({ part, value: replies[index] }));
}
