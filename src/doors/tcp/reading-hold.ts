/** Why a client is made to wait: its requests in line, or what it has not read. */
export type HoldReason = 'requests' | 'unread';

interface Pausable {
  pause(): unknown;
  resume(): unknown;
}

/** A client is read from while there is no reason against it: the end of one does not end the other. */
export class ReadingHold {
  readonly #socket: Pausable;
  readonly #reasons = new Set<HoldReason>();

  constructor(socket: Pausable) {
    this.#socket = socket;
  }

  set(reason: HoldReason, isHeld: boolean): void {
    if (this.#reasons.has(reason) === isHeld) return;
    if (isHeld) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    if (this.#reasons.size > 0) this.#socket.pause();
    else this.#socket.resume();
  }
}
