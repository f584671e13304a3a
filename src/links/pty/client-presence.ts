import type { SlaveKeeper } from './slave-keeper.ts';
import type { TerminalEvent, TerminalWatch } from './terminal-watch.ts';

/** How often one look follows openings and closings that happen while it looks. */
export const looksMost = 8;

/** What a look has found. */
export interface PresenceChange {
  /** There was a moment at which nobody had the terminal open. */
  readonly left: boolean;
  /** Whether a client has it open now. */
  readonly present: boolean;
  /** Whether the one that has it open now may have written; else what waits is of one before. */
  readonly mayHaveWritten: boolean;
}

/**
 * Whether a client has a terminal open. Estimates by the events of the watch, which may be merged,
 * and lets the keeper make sure after each closing.
 */
export class ClientPresence {
  readonly #watch: TerminalWatch;
  readonly #keeper: SlaveKeeper;
  #openFiles = 0;
  #mayHaveWritten = false;
  /** Not every system tells of writing; one that has done it once does. */
  #tellsOfWriting = false;

  constructor(watch: TerminalWatch, keeper: SlaveKeeper) {
    this.#watch = watch;
    this.#keeper = keeper;
  }

  get present(): boolean {
    return this.#openFiles > 0;
  }

  /** What has changed since the last look; undefined when nobody has come or gone. */
  look(): PresenceChange | undefined {
    let events = this.#watch.take();
    if (events.every((event) => event === 'wrote')) {
      // Most often nothing has happened, or the client that is there has written.
      if (events.length > 0) this.#wrote();
      return undefined;
    }
    let left = false;
    for (let looks = 0; events.length > 0 && looks < looksMost; looks += 1) {
      left = this.#follow(events) || left;
      events = events.includes('closed') ? this.#makeSure() : [];
      left ||= !this.present;
    }
    return { ...this.now(), left };
  }

  /** How it stands, as a change. */
  now(): PresenceChange {
    const { present } = this;
    const mayHaveWritten = present && (this.#mayHaveWritten || !this.#tellsOfWriting);
    return { left: false, present, mayHaveWritten };
  }

  /**
   * Bytes have come though nobody seems to have it open: asks the keeper. An opening in the very
   * moment in which the keeper opened it too is told as one, and found here.
   */
  confirm(): PresenceChange | undefined {
    if (this.present) return undefined;
    this.#makeSure();
    return this.present ? this.now() : undefined;
  }

  close(): void {
    this.#watch.close();
  }

  /** Whether somebody opened it again after everybody had left. */
  #follow(events: readonly TerminalEvent[]): boolean {
    let empty = false;
    let handedOver = false;
    for (const event of events) {
      if (event === 'wrote') {
        this.#wrote();
        continue;
      }
      if (event === 'opened') {
        handedOver ||= empty;
        if (this.#openFiles === 0) this.#mayHaveWritten = false;
        this.#openFiles += 1;
      } else {
        this.#openFiles = Math.max(0, this.#openFiles - 1);
      }
      empty = this.#openFiles === 0;
    }
    return handedOver;
  }

  #wrote(): void {
    this.#mayHaveWritten = true;
    this.#tellsOfWriting = true;
  }

  /** Gives what others did while the keeper looked. */
  #makeSure(): readonly TerminalEvent[] {
    const alone = this.#keeper.isAlone();
    // Who came without being noticed may have written without it, too.
    if (!alone && this.#openFiles === 0) this.#mayHaveWritten = true;
    this.#openFiles = alone ? 0 : Math.max(1, this.#openFiles);
    const events = [...this.#watch.take()];
    // The keeper's own closing and opening.
    events.splice(events.indexOf('closed'), 1);
    events.splice(events.lastIndexOf('opened'), 1);
    return events;
  }
}
