/** Takes note of a listener that threw; the emitter goes on with the next one. */
export type ListenerFailure = (error: unknown, event: string) => void;

interface Subscription {
  readonly listener: (payload: never) => void;
  isOver: boolean;
}

/**
 * Typed events for rooms that publish without knowing who listens. Listeners run at once, in the
 * order in which they came; one that throws is reported and disturbs nobody. One that comes while an
 * event is given out hears from the next on, one that goes hears no more.
 */
export class Emitter<Events extends object> {
  /** Never changed, only replaced: who gives an event out goes through the list that was. */
  readonly #subscriptions = new Map<keyof Events, readonly Subscription[]>();
  readonly #onFailure: ListenerFailure;

  /** @param onFailure told of each listener that throws */
  constructor(onFailure: ListenerFailure = () => {}) {
    this.#onFailure = onFailure;
  }

  /** Adds a listener; dispose to take it away. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): Disposable {
    const subscription: Subscription = { listener, isOver: false };
    this.#subscriptions.set(name, [...this.#of(name), subscription]);
    return { [Symbol.dispose]: () => this.#end(name, subscription) };
  }

  /** Whether anybody listens, so that costly payloads are built only then. */
  has(name: keyof Events): boolean {
    return this.#subscriptions.has(name);
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const { listener, isOver } of this.#of(name)) {
      if (isOver) continue;
      try {
        (listener as (payload: Events[Name]) => void)(payload);
      } catch (error) {
        this.#onFailure(error, String(name));
      }
    }
  }

  #of(name: keyof Events): readonly Subscription[] {
    return this.#subscriptions.get(name) ?? [];
  }

  #end(name: keyof Events, subscription: Subscription): void {
    subscription.isOver = true;
    const left = this.#of(name).filter((each) => each !== subscription);
    if (left.length === 0) this.#subscriptions.delete(name);
    else this.#subscriptions.set(name, left);
  }
}
