import type { Clock, Timer } from '../../kernel/index.ts';
import type { Verdict } from './conditions.ts';

/** How a condition stands: `rising` and `falling` hold already, but not for long enough yet. */
export type HoldState = 'quiet' | 'rising' | 'raised' | 'falling';

export interface HoldOptions {
  readonly clock: Clock;
  readonly isRaised: boolean;
  /** How long it has to hold before it is raised, in ms. */
  readonly forMs: () => number;
  /** How long it has to be over before it is cleared, in ms. */
  readonly clearForMs: () => number;
  readonly raised: () => void;
  readonly cleared: () => void;
}

/**
 * Raises what has held long enough, and clears what has been over long enough. An unknown verdict ends a
 * wait, which begins anew: what is raised stays so, what is not does too.
 */
export class Hold {
  readonly #options: HoldOptions;
  #state: HoldState;
  #timer: Timer | undefined;

  constructor(options: HoldOptions) {
    this.#options = options;
    this.#state = options.isRaised ? 'raised' : 'quiet';
  }

  get state(): HoldState {
    return this.#state;
  }

  /** Whether it counts as raised: also while it waits to be cleared. */
  get isRaised(): boolean {
    return this.#state === 'raised' || this.#state === 'falling';
  }

  take(verdict: Verdict): void {
    const waits = this.isRaised ? 'over' : 'holds';
    if (verdict !== waits) this.#rest();
    else if (this.#timer === undefined) this.#begin();
  }

  /** Takes back what it waits for. */
  rest(): void {
    this.#rest();
  }

  #begin(): void {
    const { clock, forMs, clearForMs } = this.#options;
    const delayMs = this.isRaised ? clearForMs() : forMs();
    if (delayMs <= 0) {
      this.#turn();
      return;
    }
    this.#state = this.isRaised ? 'falling' : 'rising';
    this.#timer = clock.schedule(delayMs, () => this.#turn());
  }

  #turn(): void {
    const wasRaised = this.isRaised;
    this.#timer = undefined;
    this.#state = wasRaised ? 'quiet' : 'raised';
    if (wasRaised) this.#options.cleared();
    else this.#options.raised();
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#state = this.isRaised ? 'raised' : 'quiet';
  }
}
