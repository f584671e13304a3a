import { BackOff } from '../../kernel/index.ts';
import type { Clock, Emitter, Timer } from '../../kernel/index.ts';
import type { AlertStore } from './alert-ledger.ts';
import type { AlertRecord, NoticeEvent } from './alert-record.ts';
import type { AlertEvents } from './alert-reports.ts';
import { PendingChanges } from './pending-changes.ts';

/** What happens within so long becomes durable, and is told, together. */
export const commitWithinMs = 20;
/** The pauses between tries to write what a disk does not take, in ms. */
const storeAgainMs = { firstMs: 1_000, longestMs: 60_000 } as const;
/** @param wanted the ways that the rule names; all where it names none */
export type Route = (
  event: NoticeEvent,
  alert: AlertRecord,
  wanted: readonly string[] | undefined,
) => readonly string[];

export interface AlertJournalOptions {
  readonly store: AlertStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly route: Route;
  readonly life: string;
  readonly events: Emitter<AlertEvents>;
  /** Called when everything so far was written, or could not be, and was told. */
  readonly flushed: () => void;
}

/** What happens to alerts, on its way to the disk and then to whoever is to be told. */
export class AlertJournal {
  /** What is written next; say {@link changed} of it. */
  readonly pending: PendingChanges = new PendingChanges();
  readonly #store: AlertStore;
  readonly #clock: Clock;
  readonly #route: Route;
  readonly #life: string;
  readonly #events: Emitter<AlertEvents>;
  readonly #flushed: () => void;
  readonly #storeAgain: BackOff;
  /** Told once what is pending is written. */
  #untold: (() => void)[] = [];
  #commit: Timer | undefined;
  #writeAgain: Timer | undefined;
  #isEnded = false;

  constructor(options: AlertJournalOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#route = options.route;
    this.#life = options.life;
    this.#events = options.events;
    this.#flushed = options.flushed;
    this.#storeAgain = new BackOff({ ...storeAgainMs, random: options.random });
  }

  /** An alert is raised, or other than it was. */
  write(record: AlertRecord): void {
    this.pending.alert(record);
    this.changed();
  }

  /** Done once all that is pending is written. */
  afterwards(tell: () => void): void {
    this.#untold.push(tell);
  }

  /** People are to be told. @param wanted by these ways only */
  notify(event: NoticeEvent, alert: AlertRecord, wanted: readonly string[] | undefined): void {
    const number = event === 'reminded' ? `-${alert.reminders}` : '';
    const key = `${this.#life}-${alert.id}-${event}${number}`;
    const atMs = this.#clock.now();
    for (const way of this.#route(event, alert, wanted)) {
      this.pending.notice({ way, key, event, atMs, alert });
    }
  }

  /** Something is to become durable: with what else happens in the same moment. */
  changed(): void {
    if (this.#commit !== undefined || this.#isEnded) return;
    this.#commit = this.#clock.schedule(commitWithinMs, () => this.flush());
  }

  /** Writes and tells now all that there is to be. */
  flush(): void {
    this.#commit?.cancel();
    this.#commit = undefined;
    this.#writeAgain?.cancel();
    let isWritten = true;
    if (!this.pending.isEmpty) {
      try {
        this.#store.write(this.pending.changes);
        this.#storeAgain.reset();
      } catch (error) {
        isWritten = false;
        this.#events.emit('storeFailed', error);
      }
    }
    // A disk that takes nothing keeps nobody from being told: it may be what is to be told of.
    const notices = this.pending.takeNotices();
    const untold = this.#untold;
    this.#untold = [];
    if (isWritten) this.pending.clear();
    else if (!this.#isEnded) {
      this.#writeAgain = this.#clock.schedule(this.#storeAgain.nextMs(), () => this.flush());
    }
    if (notices.length > 0) this.#events.emit('notices', notices);
    for (const tell of untold) tell();
    this.#flushed();
  }

  /** The last time: what cannot be written now is not tried again. */
  end(): void {
    this.#isEnded = true;
    this.flush();
  }
}
