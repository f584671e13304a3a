import type { Clock } from '../kernel/index.ts';

/** What an instrument said of itself is asked again after so long: another program may change it. */
export const factAgeMs = 10_000;

/** What an instrument has said of itself lately: units, factors. Bounded by its parameters. */
export class KnownFacts<Fact> {
  readonly #clock: Clock;
  readonly #facts = new Map<string, { readonly fact: Fact; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The fact of this name, asked for when it is not known or too old. */
  async get(name: string, ask: () => Promise<Fact>): Promise<Fact> {
    const known = this.#facts.get(name);
    if (known !== undefined && this.#clock.monotonic() - known.atMs < factAgeMs) return known.fact;
    const fact = await ask();
    this.#facts.set(name, { fact, atMs: this.#clock.monotonic() });
    return fact;
  }

  /** Something was written: anything may have changed. */
  forget(): void {
    this.#facts.clear();
  }
}
