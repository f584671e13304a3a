import { SignalboxError } from '../../kernel/index.ts';
import { streamsMost } from './limits.ts';

/** Answers that do not end by themselves: events, watches, live connections. */
export class Streams {
  readonly #open = new Set<() => void>();
  #isClosed = false;

  /**
   * Counts one until disposed.
   * @param end called when the door is closed
   * @throws QUEUE_FULL beyond {@link streamsMost}, CLOSED
   */
  add(end: () => void): Disposable {
    this.check();
    this.#open.add(end);
    return { [Symbol.dispose]: () => void this.#open.delete(end) };
  }

  /** @throws QUEUE_FULL, CLOSED when there is no room for another one */
  check(): void {
    if (this.#isClosed) throw new SignalboxError('CLOSED', 'the door was closed');
    if (this.#open.size < streamsMost) return;
    throw new SignalboxError('QUEUE_FULL', `${streamsMost} streams are open already`, {
      nextStep: 'Close a page or a watch, or watch several parameters in one stream.',
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#open) end();
    this.#open.clear();
  }
}
