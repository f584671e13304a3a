import { Emitter, RingBuffer } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Port, PortEvents } from '../../ports/index.ts';

/** So many events are kept for clients that come back after a break. */
export const keptEventsMost = 1_000;

/** Something that happened on a port. */
export interface LoggedEvent {
  /** Counts up without a gap, from 1. */
  readonly sequence: number;
  readonly atMs: number;
  readonly port: string;
  readonly event: 'state' | 'leaseGranted' | 'leaseEnded' | 'leaseHeldLong' | 'audit' | 'circuit';
  readonly data: unknown;
}

/** What happened on all ports lately, in one line of numbers. Exchanges are in each port's trace. */
export class EventLog implements Disposable {
  readonly events: Emitter<{ added: LoggedEvent }> = new Emitter<{ added: LoggedEvent }>();
  readonly #clock: Clock;
  readonly #kept = new RingBuffer<LoggedEvent>(keptEventsMost);
  readonly #listeners = new DisposableStack();
  #sequence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The number of the newest event, 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Listens to a port. */
  follow(port: Port): void {
    const note = <Name extends LoggedEvent['event']>(
      name: Name,
      dataOf: (payload: PortEvents[Name]) => unknown,
    ): void => {
      const listener = (payload: PortEvents[Name]): void =>
        this.#add(port.name, name, dataOf(payload));
      this.#listeners.use(port.events.on(name, listener));
    };
    note('state', ({ state, reason }) => ({
      state,
      ...(reason === undefined ? {} : { reason: reason.message }),
    }));
    note('leaseGranted', (granted) => granted);
    note('leaseEnded', ({ lease: { id, owner, mode, scope }, end }) => ({
      lease: { id, owner, mode, ...(scope === undefined ? {} : { scope }) },
      end,
    }));
    note('leaseHeldLong', (held) => held);
    note('audit', (audit) => audit);
    note('circuit', (circuit) => circuit);
  }

  /** All events after the given one; undefined when some of them are not kept any more. */
  after(sequence: number): readonly LoggedEvent[] | undefined {
    if (sequence > this.#sequence) return undefined;
    const later = [...this.#kept].filter((event) => event.sequence > sequence);
    return later.length === this.#sequence - sequence ? later : undefined;
  }

  [Symbol.dispose](): void {
    this.#listeners.dispose();
  }

  #add(port: string, event: LoggedEvent['event'], data: unknown): void {
    this.#sequence += 1;
    const logged = { sequence: this.#sequence, atMs: this.#clock.now(), port, event, data };
    this.#kept.push(logged);
    this.events.emit('added', logged);
  }
}
