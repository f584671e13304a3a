import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Owner, Timer } from '../../kernel/index.ts';
import type { LatestValues } from '../latest/latest-values.ts';
import { DueQueue } from './due-queue.ts';
import { Poll } from './poll.ts';
import type { PollOptions, PollStatus, PollSurroundings } from './poll.ts';

/** An instrument is polled no more often than this, and no more seldom, in ms. */
export const pollEveryLeastMs = 10;
export const pollEveryMostMs = 86_400_000;
/** After the start, and when an instrument comes, everything is read for the first time within so long. */
export const firstPollWithinMs = 1_000;
/** What is due within so long is begun at once: one wake-up for all of it. */
const togetherMs = 2;

export interface PollerOptions {
  readonly latest: LatestValues;
  /** @default systemClock */
  readonly clock?: Clock;
  /** From 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/** An instrument with all that is polled of it. */
interface Polled {
  readonly polls: readonly Poll[];
  readonly ended: AbortController;
  readonly listeners: DisposableStack;
}

/**
 * One schedule for all instruments. Each keeps to a grid of times of its own, which nothing shifts and
 * which is spread over the interval, so that a bus is not asked everything at one moment. One that
 * cannot be read is asked more seldom, and at once when its port has come back.
 */
export class Poller implements AsyncDisposable {
  readonly #latest: LatestValues;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #by: Owner;
  readonly #polled = new Map<string, Polled>();
  readonly #due = new DueQueue<Poll>();
  /** When each poll is due; what the queue says of it besides is out of date. */
  readonly #dueMs = new Map<Poll, number>();
  readonly #underWay = new Set<Promise<void>>();
  #timer: Timer | undefined;
  #timerMs = Infinity;
  #isEnded = false;

  constructor(options: PollerOptions) {
    this.#latest = options.latest;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#by = { id: 'poller', program: 'poller', door: 'gateway', sinceMs: this.#clock.now() };
  }

  /**
   * From now on these are read of an instrument, and nothing else is.
   * @param wishes of one instrument, one for each interval
   * @throws NOT_FOUND for a parameter that it has not; BAD_ARGUMENT for an interval out of bounds; CLOSED
   */
  set(name: string, wishes: readonly PollOptions[]): void {
    if (this.#isEnded) throw new SignalboxError('CLOSED', 'the poller has ended');
    for (const { everyMs } of wishes) checkInterval(everyMs);
    const ended = new AbortController();
    const surroundings: PollSurroundings = {
      clock: this.#clock,
      latest: this.#latest,
      by: this.#by,
      signal: ended.signal,
    };
    const nowMs = this.#clock.monotonic();
    const longestMs = Math.max(...wishes.map(({ everyMs }) => everyMs));
    const anchorMs = nowMs + this.#random() * longestMs;
    const polls = wishes.map((wish) => new Poll(wish, surroundings, anchorMs));
    this.remove(name);
    const listeners = new DisposableStack();
    this.#polled.set(name, { polls, ended, listeners });
    const shareOfStart = this.#random();
    for (const poll of polls) {
      this.#plan(poll, nowMs + shareOfStart * Math.min(poll.everyMs, firstPollWithinMs));
    }
    for (const port of new Set(wishes.map(({ instrument }) => instrument.port))) {
      const again = (): void => this.#again(polls);
      listeners.use(port.events.on('state', ({ state }) => void (state === 'open' && again())));
      listeners.use(port.events.on('circuit', ({ state }) => void (state === 'online' && again())));
    }
  }

  /** Reads it no more, and forgets its values. */
  remove(name: string): void {
    const polled = this.#polled.get(name);
    if (polled === undefined) return;
    this.#polled.delete(name);
    polled.ended.abort(new SignalboxError('CANCELLED', `${name} is not polled any more`));
    polled.listeners.dispose();
    for (const poll of polled.polls) this.#dueMs.delete(poll);
    this.#latest.remove(name);
  }

  status(): readonly PollStatus[] {
    return Array.from(this.#polled.values()).flatMap(({ polls }) =>
      polls.map((poll) => poll.status()),
    );
  }

  /** Ends all polls, and waits for what is under way; the values stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    this.#timer?.cancel();
    this.#due.clear();
    this.#dueMs.clear();
    for (const { ended, listeners } of this.#polled.values()) {
      ended.abort(new SignalboxError('CLOSED', 'the poller has ended'));
      listeners.dispose();
    }
    this.#polled.clear();
    await Promise.all(this.#underWay);
  }

  #plan(poll: Poll, dueMs: number): void {
    this.#dueMs.set(poll, dueMs);
    this.#due.add(dueMs, poll);
    this.#wakeAt(dueMs);
  }

  #wakeAt(dueMs: number): void {
    if (dueMs >= this.#timerMs) return;
    this.#timer?.cancel();
    this.#timerMs = dueMs;
    const delayMs = Math.max(0, dueMs - this.#clock.monotonic());
    this.#timer = this.#clock.schedule(delayMs, () => this.#begin());
  }

  #begin(): void {
    this.#timerMs = Infinity;
    const nowMs = this.#clock.monotonic();
    for (;;) {
      const poll = this.#due.takeDue(nowMs + togetherMs);
      if (poll === undefined) break;
      const dueMs = this.#dueMs.get(poll);
      // Taken away, or planned anew since.
      if (dueMs === undefined || dueMs > nowMs + togetherMs) continue;
      this.#run(poll, dueMs, nowMs);
    }
    const { nextMs } = this.#due;
    if (nextMs !== undefined) this.#wakeAt(nextMs);
  }

  #run(poll: Poll, dueMs: number, nowMs: number): void {
    poll.miss(Math.max(0, Math.floor((nowMs - dueMs) / poll.nowEveryMs)));
    this.#plan(poll, poll.nextAfter(Math.max(nowMs, dueMs)));
    const { nowEveryMs } = poll;
    const run = poll.run().then(() => {
      this.#underWay.delete(run);
      // It can be read again: it goes back to its interval now, not after the long one.
      if (poll.nowEveryMs < nowEveryMs && this.#dueMs.has(poll)) {
        this.#plan(poll, poll.nextAfter(this.#clock.monotonic()));
      }
    });
    this.#underWay.add(run);
  }

  /** Those that could not be read may be readable again: nobody waits for their next time. */
  #again(polls: readonly Poll[]): void {
    const nowMs = this.#clock.monotonic();
    for (const poll of polls) {
      if (poll.isAbsent && this.#dueMs.has(poll)) this.#plan(poll, nowMs);
    }
  }
}

function checkInterval(everyMs: number): void {
  if (everyMs >= pollEveryLeastMs && everyMs <= pollEveryMostMs) return;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `a poll every ${everyMs} ms: between ${pollEveryLeastMs} and ${pollEveryMostMs} ms are possible`,
  );
}
