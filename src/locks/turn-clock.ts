import { systemClock } from '../kernel/index.ts';
import type { Clock, Timer } from '../kernel/index.ts';

/** A time that was read once serves so many readings before it is read again. */
const readingsMost = 256;

/**
 * A clock that reads the time once a turn of the event loop, or once in 256 readings where a turn is
 * long. Reading the real time costs as much as an uncontended lock; a hold that begins and
 * ends within a turn counts as one of no length.
 */
class TurnClock implements Clock {
  readonly #clock: Clock;
  readonly #endTurn: () => void;
  #nowMs = 0;
  #readingsLeft = 0;
  #turnEnds = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#endTurn = () => {
      this.#turnEnds = false;
      this.#readingsLeft = 0;
    };
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    if (this.#readingsLeft === 0) this.#read();
    this.#readingsLeft -= 1;
    return this.#nowMs;
  }

  schedule(delayMs: number, run: () => void): Timer {
    return this.#clock.schedule(delayMs, run);
  }

  #read(): void {
    this.#nowMs = this.#clock.monotonic();
    this.#readingsLeft = readingsMost;
    if (this.#turnEnds) return;
    this.#turnEnds = true;
    // It must count as work to do: else the loop could sleep first, and wake to an old time.
    setImmediate(this.#endTurn);
  }
}

/** The time of the present turn, for what is measured too often to read the clock each time. */
export const turnClock: Clock = new TurnClock(systemClock);
