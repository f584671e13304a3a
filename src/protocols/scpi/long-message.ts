import type { SignalboxError } from '../../kernel/index.ts';

/** So many bytes of a long message wait for the instrument; with more, its client is made to wait. */
export const longMessageWaitingMost = 1_048_576;

/**
 * A program message that is passed on while it comes, so that one of any length takes little memory.
 * One side adds pieces, the other takes them.
 */
export class LongMessage {
  readonly #pieces: Uint8Array[] = [];
  /** What it begins with: as much as there was when it proved to be long. */
  readonly beginning: Uint8Array;
  #waiting = 0;
  #isEnded = false;
  #isQuery = false;
  #failure: SignalboxError | undefined;
  #arrival: PromiseWithResolvers<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(beginning: Uint8Array) {
    this.beginning = beginning;
  }

  /** Whether it asks for a response: known when it has ended. */
  get isQuery(): boolean {
    return this.#isQuery;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** While set, too much waits to be taken. */
  get untilRoom(): Promise<void> | undefined {
    if (this.#waiting < longMessageWaitingMost) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** The caller must not change the piece afterwards. */
  add(piece: Uint8Array): void {
    if (this.#failure !== undefined) return;
    this.#pieces.push(piece);
    this.#waiting += piece.length;
    this.#arrived();
  }

  end(isQuery: boolean): void {
    this.#isEnded = true;
    this.#isQuery = isQuery;
    this.#arrived();
  }

  /** Nothing more comes, or nothing more is taken: what waits is dropped. */
  abandon(reason: SignalboxError): void {
    this.#failure ??= reason;
    this.#pieces.length = 0;
    this.#waiting = 0;
    this.#arrived();
    this.#makeRoom();
  }

  /** The next piece behind the beginning; undefined at the end. @throws what it was abandoned for */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#waiting -= piece.length;
        if (this.#waiting < longMessageWaitingMost) this.#makeRoom();
        return piece;
      }
      if (this.#isEnded) return undefined;
      this.#arrival ??= Promise.withResolvers<void>();
      await this.#arrival.promise;
    }
  }

  #arrived(): void {
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
