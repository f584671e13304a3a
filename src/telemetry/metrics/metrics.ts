import { systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { expose } from './exposition.ts';
import type { Exposition } from './exposition.ts';
import { gauge } from './metric-family.ts';
import type { MetricFamily, MetricSource } from './metric-family.ts';

const msPerSecond = 1_000;

/** All metrics of a gateway: looked up when somebody asks, and at no other time. */
export class Metrics {
  readonly #clock: Clock;
  readonly #sources: MetricSource[] = [];

  /** @param clock @default systemClock */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Adds what is asked on each scrape. Names must be its own. */
  add(source: MetricSource): void {
    this.#sources.push(source);
  }

  /** @param more of who asks: of the HTTP door, for instance */
  async scrape(more: readonly MetricFamily[] = []): Promise<Exposition> {
    const beganMs = this.#clock.monotonic();
    const families = [...this.#sources.flatMap((source) => source()), ...more];
    const lookedMs = this.#clock.monotonic() - beganMs;
    return await expose([
      ...families,
      gauge('signalbox_scrape_duration_seconds', 'How long it took to look all of this up.', [
        { value: lookedMs / msPerSecond },
      ]),
    ]);
  }
}
