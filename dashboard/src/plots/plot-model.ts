import { batch, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';

import { PlotSeries } from './plot-series.ts';
import type { LiveValue } from './plot-series.ts';
import { between, panned, widthOf, zoomed } from './time-window.ts';
import type { TimeWindow } from './time-window.ts';

/** What a plot shows when nobody zoomed: a length of time up to now, or from one moment to another. */
export type PlotRange =
  | { readonly kind: 'last'; readonly widthMs: number }
  | { readonly kind: 'fixed'; readonly fromMs: number; readonly toMs: number };

/** One line of a plot. */
export interface PlotLine {
  /** As it is asked for: `nitrogen.fMeasure`. */
  readonly key: string;
  readonly instrument: string;
  readonly parameter: string;
  readonly label: string;
  readonly unit: string;
  readonly data: PlotSeries;
  readonly isShown: Signal<boolean>;
}

/** What a line is made from. */
export interface LineWish {
  readonly instrument: string;
  readonly parameter: string;
  readonly label?: string;
  readonly unit?: string | undefined;
}

/** A line without data yet. @param capacity of live readings */
export function plotLine(wish: LineWish, capacity?: number): PlotLine {
  const { instrument, parameter, label = `${instrument} ${parameter}`, unit = '' } = wish;
  const key = `${instrument}.${parameter}`;
  return {
    key,
    instrument,
    parameter,
    label,
    unit,
    data: new PlotSeries(capacity),
    isShown: signal(true),
  };
}

/**
 * What a plot shows: its lines, from when to when, zoomed or not, paused or not. Who draws it follows
 * `changed`.
 */
export class PlotModel {
  readonly lines: readonly PlotLine[];
  /** One more with everything that is new to draw. */
  readonly changed: ReadonlySignal<number>;
  readonly range: ReadonlySignal<PlotRange>;
  /** Where somebody zoomed in; undefined shows the whole range. */
  readonly zoom: ReadonlySignal<TimeWindow | undefined>;
  /** Since when nothing moves, ms since 1970; undefined while it does. */
  readonly pausedMs: ReadonlySignal<number | undefined>;
  /** One more with each move of what is seen: somebody waits for it. */
  readonly moved: ReadonlySignal<number>;
  readonly #changed = signal(0);
  readonly #moved = signal(0);
  readonly #range: Signal<PlotRange>;
  readonly #zoom = signal<TimeWindow | undefined>(undefined);
  readonly #pausedMs = signal<number | undefined>(undefined);
  readonly #now: () => number;

  /** @param now ms since 1970 */
  constructor(lines: readonly PlotLine[], range: PlotRange, now: () => number) {
    this.lines = lines;
    this.#range = signal(range);
    this.#now = now;
    this.changed = this.#changed;
    this.moved = this.#moved;
    this.range = this.#range;
    this.zoom = this.#zoom;
    this.pausedMs = this.#pausedMs;
  }

  /** All there is to see: the range, up to now or to when it was paused. */
  whole(): TimeWindow {
    const range = this.#range.peek();
    if (range.kind === 'fixed') return { fromMs: range.fromMs, toMs: range.toMs };
    const toMs = this.#pausedMs.peek() ?? this.#now();
    return { fromMs: toMs - range.widthMs, toMs };
  }

  /** What is seen now. */
  window(): TimeWindow {
    return this.#zoom.peek() ?? this.whole();
  }

  /** Whether what is seen moves on with time. */
  get isFollowing(): boolean {
    const isStill = this.#zoom.peek() !== undefined || this.#pausedMs.peek() !== undefined;
    return !isStill && this.#range.peek().kind === 'last';
  }

  /** A new range is seen as a whole, and moves on. */
  setRange(range: PlotRange): void {
    batch(() => {
      this.#range.value = range;
      this.#zoom.value = undefined;
      this.#pausedMs.value = undefined;
      for (const { data } of this.lines) data.setWhole(undefined);
      this.#move();
    });
  }

  /** Shows what lies between two moments, in any order. */
  zoomTo(oneMs: number, otherMs: number): void {
    this.#see(between(oneMs, otherMs));
  }

  /** @param factor below 1 shows less @param atMs what stays where it is; the middle unless given */
  zoomBy(factor: number, atMs?: number): void {
    this.#see(zoomed(this.window(), factor, atMs, this.whole()));
  }

  /** @param share of the width, to later; below 0 to earlier */
  pan(share: number): void {
    this.#see(panned(this.window(), share, this.whole()));
  }

  /** Shows the whole range again. */
  reset(): void {
    batch(() => {
      this.#zoom.value = undefined;
      this.#move();
    });
  }

  /** Stops moving on; live readings are kept meanwhile. */
  pause(isPaused: boolean): void {
    batch(() => {
      this.#pausedMs.value = isPaused ? this.#now() : undefined;
      this.#move();
    });
  }

  /** A live reading of one of its lines. */
  push(line: PlotLine, latest: LiveValue): void {
    if (line.data.push(latest, this.#now()) && this.#pausedMs.peek() === undefined) {
      this.invalidate();
    }
  }

  /** There is something new to draw. */
  invalidate(): void {
    this.#changed.value = this.#changed.peek() + 1;
  }

  /** What is seen is another. */
  #move(): void {
    this.#moved.value = this.#moved.peek() + 1;
  }

  #see(window: TimeWindow): void {
    const whole = this.whole();
    const isWhole = widthOf(window) >= widthOf(whole) * 0.999;
    batch(() => {
      this.#zoom.value = isWhole ? undefined : window;
      this.#move();
    });
  }
}
