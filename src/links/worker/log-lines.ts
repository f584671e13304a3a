import type { Clock } from '../../kernel/index.ts';
import type { WorkerLog } from './worker-body.ts';

/** A longer line is cut. In characters. */
export const logLineLengthMost = 8_192;
/** More lines in a second are counted instead of told. */
export const logLinesPerSecondMost = 200;

/**
 * Cuts what a worker writes for people into lines, so many a second: a worker that writes without end
 * fills no log.
 */
export class LogLines {
  readonly #log: WorkerLog;
  readonly #clock: Clock;
  readonly #decoder = new TextDecoder();
  #begun = '';
  #isCut = false;
  #sinceMs = -Infinity;
  #told = 0;
  #leftOut = 0;

  constructor(log: WorkerLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** How many lines were left out since that was last told. */
  get leftOut(): number {
    return this.#leftOut;
  }

  write(bytes: Uint8Array): void {
    const parts = this.#decoder.decode(bytes, { stream: true }).split(/\r\n|\n|\r/);
    const last = parts.pop() ?? '';
    for (const part of parts) {
      this.#add(part);
      this.#tell();
    }
    this.#add(last);
  }

  /** Tells what has no end of its own. */
  end(): void {
    if (this.#begun !== '') this.#tell();
    if (this.#leftOut > 0) this.#tellLeftOut();
  }

  #add(part: string): void {
    const room = logLineLengthMost - this.#begun.length;
    if (part.length > room) this.#isCut = true;
    this.#begun += part.slice(0, room);
  }

  #tell(): void {
    const line = this.#isCut ? `${this.#begun}…` : this.#begun;
    this.#begun = '';
    this.#isCut = false;
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#sinceMs >= 1_000) {
      if (this.#leftOut > 0) this.#tellLeftOut();
      this.#sinceMs = nowMs;
      this.#told = 0;
    }
    this.#told += 1;
    if (this.#told > logLinesPerSecondMost) this.#leftOut += 1;
    else this.#log(line);
  }

  #tellLeftOut(): void {
    this.#log(`… ${this.#leftOut} more lines were left out`);
    this.#leftOut = 0;
  }
}
