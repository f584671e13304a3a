import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

import type { AlertReport, SignalboxClient } from '../../../src/client/index.ts';
import type { Topics } from './topics.ts';

/** Rules that were changed may raise something without an event: it is looked at again so often. */
const everyMs = 15_000;
/** What comes in one burst is asked for once. */
const burstMs = 150;

/** The alerts that nobody has acknowledged, for every page: the newest last. */
export class RaisedAlerts implements Disposable {
  readonly raised: ReadonlySignal<readonly AlertReport[]>;
  readonly #raised = signal<readonly AlertReport[]>([]);
  readonly #client: ReadonlySignal<SignalboxClient>;
  readonly #stop: () => void;
  readonly #end = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ReadonlySignal<SignalboxClient>, topics: Topics) {
    this.raised = this.#raised;
    this.#client = client;
    this.#stop = topics.follow('alerts', () => this.#lookIn(burstMs));
    this.#lookIn(0);
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#end.abort();
    clearTimeout(this.#timer);
  }

  #lookIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), delayMs);
  }

  async #look(): Promise<void> {
    const { signal } = this.#end;
    if (!document.hidden) {
      try {
        const { alerts } = await this.#client.value.alerts.list({ signal });
        this.#raised.value = alerts
          .flatMap(({ raised }) => raised)
          .filter(({ acknowledged }) => acknowledged === undefined)
          .toSorted((one, other) => one.raisedMs - other.raisedMs);
      } catch {
        // What is wrong with the connection is told elsewhere.
      }
    }
    if (!signal.aborted) this.#lookIn(everyMs);
  }
}
