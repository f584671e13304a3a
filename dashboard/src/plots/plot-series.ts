import { decimate } from './decimate.ts';
import type { View } from './decimate.ts';
import { emptyLine } from './drawn-line.ts';
import type { DrawnLine } from './drawn-line.ts';
import type { HistoryPiece } from './history-piece.ts';
import { SampleBuffer } from './sample-buffer.ts';

/** What the hub says of a value. */
export interface LiveValue {
  readonly value?: unknown;
  readonly atMs: number;
  readonly quality: 'good' | 'stale' | 'bad';
}

/**
 * One parameter of a plot: history over the whole range, a finer piece of it where somebody zoomed in,
 * and what came since. Where they overlap the finer one is drawn, and live readings only after the end
 * of history, so that nothing is drawn twice.
 */
export class PlotSeries {
  readonly live: SampleBuffer;
  #whole: HistoryPiece | undefined;
  #detail: HistoryPiece | undefined;

  /** @param capacity how many live readings are kept */
  constructor(capacity?: number) {
    this.live = new SampleBuffer(capacity);
  }

  /** Over the range that was chosen. A new range forgets the detail of the one before. */
  setWhole(piece: HistoryPiece | undefined): void {
    this.#whole = piece;
    this.#detail = undefined;
  }

  /** Of where somebody zoomed in. */
  setDetail(piece: HistoryPiece | undefined): void {
    this.#detail = piece;
  }

  get whole(): HistoryPiece | undefined {
    return this.#whole;
  }

  get detail(): HistoryPiece | undefined {
    return this.#detail;
  }

  /** @returns whether there is something new to draw */
  push(latest: LiveValue, nowMs: number): boolean {
    if (latest.quality !== 'good') return this.live.pushGap(Math.max(nowMs, latest.atMs));
    const { value } = latest;
    const number = typeof value === 'boolean' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) return false;
    return this.live.push(latest.atMs, number);
  }

  /** The newest that is known; -Infinity when nothing is. */
  get newestMs(): number {
    return Math.max(this.live.newestMs, this.#whole?.newestMs ?? -Infinity);
  }

  draw(view: View): DrawnLine {
    const line = emptyLine();
    const whole = this.#whole;
    const detail = this.#covering(view);
    if (detail !== undefined) {
      whole?.draw(cut(view, view.fromMs, detail.fromMs), line);
      trim(line, detail.fromMs);
      detail.draw(cut(view, detail.fromMs, detail.toMs), line);
    } else {
      whole?.draw(view, line);
    }
    const endMs = Math.max(whole?.newestMs ?? -Infinity, detail?.newestMs ?? -Infinity);
    if (detail !== undefined && whole !== undefined && whole.newestMs > detail.toMs) {
      trimAfter(line, detail.toMs);
      const rest = emptyLine();
      whole.draw(cut(view, detail.toMs, view.toMs), rest);
      append(line, rest, detail.toMs);
    }
    if (this.live.newestMs > endMs) {
      const rest = emptyLine();
      decimate(this.live, cut(view, Math.max(view.fromMs, endMs), view.toMs), rest);
      append(line, rest, endMs);
    }
    return line;
  }

  /** The finer piece, where it is of what is looked at. */
  #covering({ fromMs, toMs }: View): HistoryPiece | undefined {
    const detail = this.#detail;
    if (detail === undefined || detail.toMs <= fromMs || detail.fromMs >= toMs) return undefined;
    return detail;
  }
}

/** A part of a view, with its share of the columns. */
function cut(view: View, fromMs: number, toMs: number): View {
  const from = Math.max(view.fromMs, fromMs);
  const to = Math.max(from, Math.min(view.toMs, toMs));
  const share = (to - from) / Math.max(1, view.toMs - view.fromMs);
  return { fromMs: from, toMs: to, columns: Math.max(1, Math.ceil(view.columns * share)) };
}

/** Takes away what is not before a time. */
function trim(line: DrawnLine, fromMs: number): void {
  let length = line.times.length;
  while (length > 0 && (line.times[length - 1] as number) >= fromMs) length -= 1;
  shorten(line, length);
}

/** Takes away what is after a time. */
function trimAfter(line: DrawnLine, toMs: number): void {
  let length = line.times.length;
  while (length > 0 && (line.times[length - 1] as number) > toMs) length -= 1;
  shorten(line, length);
}

function shorten(line: DrawnLine, length: number): void {
  for (const list of [line.times, line.values, line.least, line.greatest]) list.length = length;
}

/** Adds what is after a time. */
function append(line: DrawnLine, more: DrawnLine, afterMs: number): void {
  for (let index = 0; index < more.times.length; index += 1) {
    const atMs = more.times[index] as number;
    if (atMs <= afterMs) continue;
    line.times.push(atMs);
    line.values.push(more.values[index] as number);
    line.least.push(more.least[index] as number);
    line.greatest.push(more.greatest[index] as number);
  }
}
