import type { Clock, Timer } from '../../../kernel/index.ts';

/** A place in a {@link DeadlineLine}. */
export interface Deadline {
  dueMs: number;
  previous: Deadline | undefined;
  next: Deadline | undefined;
  isInLine: boolean;
  /** Its time is over. */
  expire(): void;
}

/**
 * Deadlines in their order, with one timer for all. A deadline is added at the end mostly, since most
 * calls have the same timeout, and is taken out when its call ends, long before it is due: so neither
 * costs a timer.
 */
export class DeadlineLine {
  readonly #clock: Clock;
  readonly #afterReading: (run: () => void) => void;
  #first: Deadline | undefined;
  #last: Deadline | undefined;
  #timer: Timer | undefined;
  #timerDueMs = Infinity;

  /**
   * @param afterReading runs something when what has arrived is read: a process that was busy must
   *   not call late what is there
   */
  constructor(clock: Clock, afterReading: (run: () => void) => void) {
    this.#clock = clock;
    this.#afterReading = afterReading;
  }

  add(deadline: Deadline, inMs: number): void {
    deadline.dueMs = this.#clock.monotonic() + inMs;
    let before = this.#last;
    while (before !== undefined && before.dueMs > deadline.dueMs) before = before.previous;
    const after = before === undefined ? this.#first : before.next;
    deadline.previous = before;
    deadline.next = after;
    deadline.isInLine = true;
    if (before === undefined) this.#first = deadline;
    else before.next = deadline;
    if (after === undefined) this.#last = deadline;
    else after.previous = deadline;
    if (deadline.dueMs < this.#timerDueMs) this.#arm(deadline.dueMs, inMs);
  }

  remove(deadline: Deadline): void {
    if (!deadline.isInLine) return;
    deadline.isInLine = false;
    if (deadline.previous === undefined) this.#first = deadline.next;
    else deadline.previous.next = deadline.next;
    if (deadline.next === undefined) this.#last = deadline.previous;
    else deadline.next.previous = deadline.previous;
    deadline.previous = undefined;
    deadline.next = undefined;
  }

  /** Ends the timer; nothing is in line any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerDueMs = Infinity;
  }

  #arm(dueMs: number, inMs: number): void {
    this.#timer?.cancel();
    this.#timerDueMs = dueMs;
    this.#timer = this.#clock.schedule(inMs, () => {
      // What falls due while this reads is found at its end: until then nothing else is armed.
      this.#afterReading(() => this.#expire());
    });
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    while (this.#first !== undefined && this.#first.dueMs <= now) {
      const due = this.#first;
      this.remove(due);
      due.expire();
    }
    this.#timerDueMs = Infinity;
    this.#timer = undefined;
    if (this.#first !== undefined) this.#arm(this.#first.dueMs, this.#first.dueMs - now);
  }
}
