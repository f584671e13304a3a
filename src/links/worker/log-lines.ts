import type { Clock } from '../../kernel/index.ts';
import type { WorkerLog, WorkerLogLevel } from './worker-log.ts';

/** A longer line is cut. In characters. */
export const logLineLengthMost = 8_192;
/** More lines in a second are counted instead of told. */
export const logLinesPerSecondMost = 200;

/**
 * Cuts what a worker writes for people into lines, and tells so many a second: a worker that writes
 * without end fills no log.
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

  /** Takes what it wrote, of which nothing says how serious it is. */
  write(bytes: Uint8Array): void {
    const parts = this.#decoder.decode(bytes, { stream: true }).split(/\r\n|\n|\r/);
    const last = parts.pop() ?? '';
    for (const part of parts) {
      this.#add(part);
      this.#tellBegun();
    }
    this.#add(last);
  }

  /** Takes a line that is one already. */
  line(level: WorkerLogLevel, text: string): void {
    const isLong = text.length > logLineLengthMost;
    this.#tell(level, isLong ? `${text.slice(0, logLineLengthMost)}…` : text);
  }

  /** Tells what has no end of its own. */
  end(): void {
    if (this.#begun !== '') this.#tellBegun();
    if (this.#leftOut > 0) this.#tellLeftOut();
  }

  #add(part: string): void {
    const room = logLineLengthMost - this.#begun.length;
    if (part.length > room) this.#isCut = true;
    this.#begun += part.slice(0, room);
  }

  #tellBegun(): void {
    const line = this.#isCut ? `${this.#begun}…` : this.#begun;
    this.#begun = '';
    this.#isCut = false;
    this.#tell('info', line);
  }

  #tell(level: WorkerLogLevel, line: string): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#sinceMs >= 1_000) {
      if (this.#leftOut > 0) this.#tellLeftOut();
      this.#sinceMs = nowMs;
      this.#told = 0;
    }
    this.#told += 1;
    if (this.#told > logLinesPerSecondMost) this.#leftOut += 1;
    else this.#log(level, line);
  }

  #tellLeftOut(): void {
    this.#log('warn', `… ${this.#leftOut} more lines were left out`);
    this.#leftOut = 0;
  }
}
