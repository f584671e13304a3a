import type { ConfigRevision, Settings } from '../../config/index.ts';
import { Emitter, given, RingBuffer } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Port, PortEvents } from '../../ports/index.ts';
import type { ScheduleEvents, Scheduler } from '../../schedules/index.ts';

/** So many events are kept for clients that come back after a break. */
export const keptEventsMost = 1_000;

/** Something that happened on a port, to the settings, or to an alarm or job. */
export interface LoggedEvent {
  /** Counts up without a gap, from 1. */
  readonly sequence: number;
  readonly atMs: number;
  /** Absent for what is of no port. */
  readonly port?: string;
  readonly event: PortEventName | ScheduleEventName | 'config';
  readonly data: unknown;
}

type PortEventName =
  | 'state'
  | 'leaseGranted'
  | 'leaseEnded'
  | 'leaseHeldLong'
  | 'audit'
  | 'circuit';

/** As clients know them: what the scheduler calls `notify` is a `notice`. */
type ScheduleEventName = 'run' | 'notice' | 'alarm' | 'sleepTimer';

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
    const note = <Name extends PortEventName>(
      name: Name,
      dataOf: (payload: PortEvents[Name]) => unknown,
    ): void => {
      const listener = (payload: PortEvents[Name]): void =>
        this.#add({ port: port.name, event: name, data: dataOf(payload) });
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

  /** Listens to changes of the settings. */
  followSettings(settings: Pick<Settings<unknown>, 'onChange'>): void {
    this.#listeners.use(
      settings.onChange((change) => this.#add({ event: 'config', data: changeReport(change) })),
    );
  }

  /** Listens to alarms, jobs and sleep timers. */
  followSchedules({ events }: Pick<Scheduler, 'events'>): void {
    const note = (name: keyof ScheduleEvents, event: ScheduleEventName): void => {
      this.#listeners.use(events.on(name, (data) => this.#add({ event, data })));
    };
    note('run', 'run');
    note('notify', 'notice');
    note('alarm', 'alarm');
    note('sleepTimer', 'sleepTimer');
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

  #add(happened: Omit<LoggedEvent, 'sequence' | 'atMs'>): void {
    this.#sequence += 1;
    const logged = { sequence: this.#sequence, atMs: this.#clock.now(), ...happened };
    this.#kept.push(logged);
    this.events.emit('added', logged);
  }
}

/** A change of the settings as clients hear of it: which keys, not what they are now. */
export function changeReport({ revision, at, by, why, keys }: ConfigRevision): object {
  return { revision, at, by, ...given({ why }), keys };
}
