import { effect, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

import { HistoryPiece } from './history-piece.ts';
import type { HistorySeries } from './history-piece.ts';
import type { PlotModel } from './plot-model.ts';
import { widthOf } from './time-window.ts';
import type { TimeWindow } from './time-window.ts';

/** As a gateway is asked for history. */
export interface HistoryQuery {
  /** `nitrogen.fMeasure` */
  readonly series: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  /** At most so many of each. */
  readonly points: number;
}

export type FetchHistory = (
  query: HistoryQuery,
  signal: AbortSignal,
) => Promise<readonly HistorySeries[]>;

/** How much history a plot asks for: two for each pixel of a wide screen. */
export const pointsMost = 4_000;
/** While somebody still zooms nothing is asked for. */
const settleMs = 150;
/** Detail is asked for so far beyond what is seen, so that a small move needs nothing new. */
const beyond = 0.5;

export type HistoryState =
  | { readonly kind: 'none' | 'loading' | 'there' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Gets the history that a plot shows: over its range, and finer where somebody zoomed in. */
export class PlotHistory implements Disposable {
  readonly state: ReadonlySignal<HistoryState>;
  readonly #state = signal<HistoryState>({ kind: 'none' });
  readonly #model: PlotModel;
  readonly #fetch: FetchHistory;
  readonly #stops: (() => void)[];
  #asking = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(model: PlotModel, fetch: FetchHistory) {
    this.#model = model;
    this.#fetch = fetch;
    this.state = this.#state;
    this.#stops = [effect(() => this.#rangeChanged()), effect(() => this.#zoomChanged())];
  }

  /** Asks again for the whole range. */
  reload(): void {
    void this.#load(this.#model.whole(), 'whole');
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
    this.#asking.abort();
  }

  #rangeChanged(): void {
    void this.#model.range.value;
    void this.#load(this.#model.whole(), 'whole');
  }

  #zoomChanged(): void {
    const zoom = this.#model.zoom.value;
    clearTimeout(this.#timer);
    if (zoom === undefined) return;
    this.#timer = setTimeout(() => {
      if (!this.#isFineEnough(zoom)) void this.#load(widened(zoom, this.#model.whole()), 'detail');
    }, settleMs);
  }

  /** Whether what is there already shows every reading of a window. */
  #isFineEnough(zoom: TimeWindow): boolean {
    return this.#model.lines.every(({ data: { detail, whole } }) => {
      const piece = detail !== undefined && covers(detail, zoom) ? detail : whole;
      if (piece === undefined) return false;
      if (piece.isWhole) return true;
      return widthOf(piece) <= widthOf(zoom) * (1 + 3 * beyond);
    });
  }

  async #load(window: TimeWindow, as: 'whole' | 'detail'): Promise<void> {
    const { lines } = this.#model;
    if (lines.length === 0) return;
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal: stop } = this.#asking;
    this.#state.value = { kind: 'loading' };
    try {
      const series = lines.map(({ key }) => key);
      const found = await this.#fetch({ series, ...window, points: pointsMost }, stop);
      if (stop.aborted) return;
      this.#take(found, window, as);
      this.#state.value = { kind: 'there' };
    } catch (error) {
      if (!stop.aborted) this.#state.value = { kind: 'failed', error };
    }
  }

  #take(found: readonly HistorySeries[], window: TimeWindow, as: 'whole' | 'detail'): void {
    for (const { data, instrument, parameter } of this.#model.lines) {
      const series = found.find(
        (each) => each.instrument === instrument && each.parameter === parameter,
      );
      if (series === undefined) continue;
      const piece = new HistoryPiece(series, window.fromMs, window.toMs);
      if (as === 'whole') data.setWhole(piece);
      else data.setDetail(piece);
    }
    this.#model.invalidate();
  }
}

function covers(piece: TimeWindow, { fromMs, toMs }: TimeWindow): boolean {
  return piece.fromMs <= fromMs && piece.toMs >= toMs;
}

function widened(window: TimeWindow, within: TimeWindow): TimeWindow {
  const more = widthOf(window) * beyond;
  return {
    fromMs: Math.max(within.fromMs, Math.floor(window.fromMs - more)),
    toMs: Math.min(within.toMs, Math.ceil(window.toMs + more)),
  };
}
