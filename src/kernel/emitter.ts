/** Takes note of a listener that threw; the emitter goes on with the next one. */
export type ListenerFailure = (error: unknown, event: string) => void;

/**
 * Typed events for rooms that publish without knowing who listens. Listeners run at once, in the
 * order in which they came; one that throws is reported and disturbs nobody.
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();
  readonly #onFailure: ListenerFailure;

  /** @param onFailure told of each listener that throws */
  constructor(onFailure: ListenerFailure = () => {}) {
    this.#onFailure = onFailure;
  }

  /** Adds a listener; dispose to take it away. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): Disposable {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener);
    return { [Symbol.dispose]: () => void set.delete(listener) };
  }

  /** Whether anybody listens, so that costly payloads are built only then. */
  has(name: keyof Events): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    const set = this.#listeners.get(name);
    if (set === undefined) return;
    for (const listener of set) {
      try {
        (listener as (payload: Events[Name]) => void)(payload);
      } catch (error) {
        this.#onFailure(error, String(name));
      }
    }
  }
}
