import { SignalboxError } from '../../kernel/index.ts';
import { streamsMostDefault } from './limits.ts';

/** Answers that do not end by themselves: events, watches, live connections. */
export class Streams {
  /** So many may be open at once. */
  readonly most: number;
  readonly #open = new Set<() => void>();
  #isClosed = false;

  /** @param most @default {@link streamsMostDefault} */
  constructor(most: number = streamsMostDefault) {
    this.most = most;
  }

  /**
   * Counts one until disposed.
   * @param end called when the door is closed
   * @throws QUEUE_FULL beyond {@link most}, CLOSED
   */
  add(end: () => void): Disposable {
    this.check();
    this.#open.add(end);
    return { [Symbol.dispose]: () => void this.#open.delete(end) };
  }

  /** @throws QUEUE_FULL, CLOSED when there is no room for another one */
  check(): void {
    if (this.#isClosed) throw new SignalboxError('CLOSED', 'the door was closed');
    if (this.#open.size < this.most) return;
    throw new SignalboxError('QUEUE_FULL', `${this.most} streams are open already`, {
      nextStep:
        'Close a page or a watch, watch several parameters in one stream, or raise `http.streamsMost`.',
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#open) end();
    this.#open.clear();
  }
}
