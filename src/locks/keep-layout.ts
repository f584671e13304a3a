/** One instance of each class given to {@link keepLayout}. */
const kept: object[] = [];

/**
 * Keeps an instance of a class for ever. Where a full collection finds none, V8 forgets how the
 * class is laid out, and throws away all fast code that was made for it. Guards and waiters live but
 * for a moment: without this, locks would be several times slower for a while after each one.
 */
export function keepLayout(instance: object): void {
  kept.push(instance);
}
