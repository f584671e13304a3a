import { cancellationError, LinkedQueue, onAbort, SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { databaseWaitersMost, databaseWaitMs } from './value-database.ts';
import type { OperationOptions } from './value-database.ts';

export interface PermitsOptions {
  /** Of what: `a connection to …`. */
  readonly what: string;
  readonly most: number;
  readonly clock: Clock;
}

/** So many may use a database at once; others wait in line, within bounds. */
export class Permits {
  readonly #options: PermitsOptions;
  readonly #line = new LinkedQueue<() => void>();
  #inUse = 0;
  #waits = 0;
  #longestWaitMs = 0;
  #closed: SignalboxError | undefined;
  readonly #cancel = new Set<(error: SignalboxError) => void>();

  constructor(options: PermitsOptions) {
    this.#options = options;
  }

  get inUse(): number {
    return this.#inUse;
  }

  get waiting(): number {
    return this.#line.size;
  }

  get waits(): number {
    return this.#waits;
  }

  get longestWaitMs(): number {
    return this.#longestWaitMs;
  }

  /**
   * Waits for one; dispose to give it back.
   * @throws DATABASE_BUSY after its wait, CANCELLED, QUEUE_FULL, CLOSED
   */
  async take({ signal, waitMs = databaseWaitMs }: OperationOptions = {}): Promise<Disposable> {
    const { what, most, clock } = this.#options;
    if (this.#closed !== undefined) throw this.#closed;
    if (signal?.aborted === true) throw cancellationError(signal, `the wait for ${what}`);
    if (this.#inUse < most && this.#line.size === 0) return this.#permit();
    if (this.#line.size >= databaseWaitersMost) {
      throw new SignalboxError('QUEUE_FULL', `${databaseWaitersMost} wait for ${what} already`);
    }
    const startMs = clock.monotonic();
    const turn = Promise.withResolvers<void>();
    const place = this.#line.push(turn.resolve);
    const giveUp = (error: SignalboxError): void => {
      if (this.#line.remove(place)) turn.reject(error);
    };
    this.#cancel.add(giveUp);
    const timer = clock.schedule(waitMs, () =>
      giveUp(
        new SignalboxError('DATABASE_BUSY', `no turn came for ${what} within ${waitMs} ms`, {
          details: { waitMs, inUse: this.#inUse },
        }),
      ),
    );
    using _listener = onAbort(signal, () => {
      if (signal !== undefined) giveUp(cancellationError(signal, `the wait for ${what}`));
    });
    try {
      await turn.promise;
    } finally {
      timer.cancel();
      this.#cancel.delete(giveUp);
      this.#waits += 1;
      this.#longestWaitMs = Math.max(this.#longestWaitMs, clock.monotonic() - startMs);
    }
    return this.#given();
  }

  /** Nobody gets one any more. */
  close(error: SignalboxError): void {
    this.#closed = error;
    for (const giveUp of this.#cancel) giveUp(error);
  }

  #permit(): Disposable {
    this.#inUse += 1;
    return this.#given();
  }

  /** A permit that goes from hand to hand stays in use. */
  #given(): Disposable {
    let isGiven = false;
    return {
      [Symbol.dispose]: () => {
        if (isGiven) return;
        isGiven = true;
        const next = this.#line.shift();
        if (next === undefined) this.#inUse -= 1;
        else next();
      },
    };
  }
}
