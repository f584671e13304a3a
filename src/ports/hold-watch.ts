import type { Clock, Emitter, Timer } from '../kernel/index.ts';
import type { LeaseBook } from './lease-book.ts';
import type { Lease } from './lease.ts';
import { longHoldMs } from './port-events.ts';
import type { PortEvents } from './port-events.ts';

/** What the watch looks at. */
export interface HoldWatchParts {
  readonly clock: Clock;
  readonly events: Emitter<PortEvents>;
  readonly book: LeaseBook;
  /** How many are in line. */
  readonly waiting: () => number;
}

/** Reports leases that are held long while others wait, again and again until they end. */
export class HoldWatch {
  readonly #parts: HoldWatchParts;
  readonly #timers = new Map<Lease, Timer>();

  constructor(parts: HoldWatchParts) {
    this.#parts = parts;
  }

  begin(lease: Lease): void {
    const { book, clock, events, waiting } = this.#parts;
    const timer = clock.schedule(longHoldMs, () => {
      const status = book.statusOf(lease);
      if (status === undefined) return;
      const inLine = waiting();
      if (inLine > 0) events.emit('leaseHeldLong', { lease: status, waiting: inLine });
      this.begin(lease);
    });
    this.#timers.set(lease, timer);
  }

  end(lease: Lease): void {
    this.#timers.get(lease)?.cancel();
    this.#timers.delete(lease);
  }
}
