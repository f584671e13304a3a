import { duration } from './duration.ts';
import { printable } from './printable.ts';

/** What takes less than this is not announced. */
export const shownAfterMs = 1_000;
const redrawEveryMs = 200;
const barLength = 20;
const widthUsual = 80;
const eraseLine = '\r\u001B[K';

/** Whether a line is on the terminal now. */
let isShown = false;

/**
 * A line on stderr that says what is being done and for how long, from one second on. Only where a
 * person watches: nothing is written when stderr is no terminal, or a dumb one.
 */
export class ProgressLine implements Disposable {
  readonly #startMs = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #text: string;
  #share: number | undefined;

  constructor(text: string) {
    this.#text = text;
    const isWatched = process.stderr.isTTY && process.env['TERM'] !== 'dumb';
    if (isWatched) this.#timer = setInterval(() => this.#draw(), redrawEveryMs);
  }

  /** Says something else from now on. @param share how far it is, from 0 to 1 */
  show(text: string, share?: number): void {
    this.#text = text;
    this.#share = share;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    hideProgress();
  }

  #draw(): void {
    const lastedMs = performance.now() - this.#startMs;
    if (lastedMs < shownAfterMs) return;
    isShown = true;
    const lasted = duration(Math.floor(lastedMs / 1_000) * 1_000);
    const line = `${bar(this.#share)}${printable(this.#text)} (${lasted})`;
    // A line that is wrapped could not be erased.
    const columns = process.stderr.columns || widthUsual;
    process.stderr.write(eraseLine + line.slice(0, columns - 1));
  }
}

/** Takes the line away before something else is written. It comes back by itself. */
export function hideProgress(): void {
  if (isShown) process.stderr.write(eraseLine);
  isShown = false;
}

function bar(share: number | undefined): string {
  if (share === undefined) return '';
  const filled = Math.round(Math.min(1, Math.max(0, share)) * barLength);
  return `[${'#'.repeat(filled)}${'.'.repeat(barLength - filled)}] `;
}
