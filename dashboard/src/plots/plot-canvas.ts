import uPlot from 'uplot';

import { alignLines } from './align-lines.ts';
import { denseColumns, isDense } from './dense-line.ts';
import type { DrawnLine } from './drawn-line.ts';
import { calmMsOf } from './frame-loop.ts';
import type { Drawable } from './frame-loop.ts';
import { lineStyle } from './palette.ts';
import type { Theme } from './palette.ts';
import type { PlotModel } from './plot-model.ts';
import { nearestIndex } from './readout.ts';
import type { Readout } from './readout.ts';
import { formatTickTimes } from './time-format.ts';
import { widthOf } from './time-window.ts';
import { axisUnit, formatTicks } from './units.ts';

/** Each line takes three series of uPlot: its values, its least and its greatest. */
const seriesEachLine = 3;
const msEachSecond = 1_000;
const digitPixels = 7;
const axisLeast = 46;
const axesMost = 3;
const lineWidth = 1.5;
/** The sides of a plot, by uPlot's numbers. */
const left = 3;
const right = 1;
/** Shorter windows have seconds on their axis, in s. */
const secondsFrom = 180;
const font = '12px system-ui, sans-serif';

/** What a plot looks like beside its lines. */
export interface Look {
  readonly theme: Theme;
  readonly text: string;
  readonly grid: string;
}

/** What a canvas is made for. */
export interface CanvasOptions {
  readonly model: PlotModel;
  readonly look: () => Look;
  /** What the lines are at the end of what is seen, each time it was drawn. */
  readonly drawn: (newest: readonly (number | undefined)[]) => void;
  /** Somebody points at a moment, or at nothing any more. */
  readonly pointed: (readout: Readout | undefined) => void;
}

/** A plot as uPlot draws it: only what can be seen, of all samples there are. */
export class PlotCanvas implements Drawable, Disposable {
  readonly #options: CanvasOptions;
  readonly #plot: uPlot;
  readonly #units: readonly string[];
  #drawn: readonly DrawnLine[] = [];
  readonly #paths: uPlot.Series.PathBuilder = (
    uPlot.paths.linear as () => uPlot.Series.PathBuilder
  )();

  constructor(element: HTMLElement, options: CanvasOptions) {
    this.#options = options;
    this.#units = [...new Set(options.model.lines.map(({ unit }) => unit))];
    const { width, height } = element.getBoundingClientRect();
    this.#plot = new uPlot(this.#settings(Math.max(1, width), Math.max(1, height)), [[]], element);
  }

  /** Where the lines are, without the axes. */
  get area(): HTMLElement {
    return this.#plot.over;
  }

  /** How long it may wait with readings that came in, in ms. */
  get calmMs(): number {
    return calmMsOf(widthOf(this.#options.model.window()), this.#plot.bbox.width);
  }

  draw(): void {
    const { model } = this.#options;
    const { fromMs, toMs } = model.window();
    const columns = Math.max(1, Math.round(this.#plot.bbox.width));
    const view = { fromMs, toMs, columns };
    this.#drawn = model.lines.map(({ data }) => data.draw(view));
    const { seconds, columns: values } = alignLines(this.#drawn);
    const data: uPlot.AlignedData = [seconds, ...values];
    this.#plot.batch(() => {
      this.#plot.setData(data, false);
      for (const [index, { isShown }] of model.lines.entries()) this.#show(index, isShown.peek());
      this.#plot.setScale('x', { min: fromMs / msEachSecond, max: toMs / msEachSecond });
    });
    this.#readAgain();
    this.#options.drawn(this.#drawn.map(newestOf));
  }

  /** As large as what it stands in. */
  resize(width: number, height: number): void {
    if (width > 0 && height > 0) this.#plot.setSize({ width, height });
  }

  /** The colours around it have changed. */
  recolour(): void {
    this.#plot.redraw(false, true);
  }

  /** The moment below a place of the area, in pixels from its left. */
  momentAt(left: number): number {
    return this.#plot.posToVal(left, 'x') * msEachSecond;
  }

  /** Points at the next moment that has a value, or the one before. */
  step(by: number): void {
    const width = this.#plot.over.clientWidth;
    const { left = -1 } = this.#plot.cursor;
    const from = left < 0 ? width : left;
    const to = Math.min(width, Math.max(0, from + by));
    this.#plot.setCursor({ left: to, top: 0 });
  }

  /** Points at nothing. */
  leave(): void {
    this.#plot.setCursor({ left: -10, top: -10 });
  }

  [Symbol.dispose](): void {
    this.#plot.destroy();
  }

  #show(index: number, isShown: boolean): void {
    for (let part = 1; part <= seriesEachLine; part += 1) {
      const series = index * seriesEachLine + part;
      if (this.#plot.series[series]?.show !== isShown) {
        this.#plot.setSeries(series, { show: isShown }, false);
      }
    }
  }

  #readAgain(): void {
    const { left = -1 } = this.#plot.cursor;
    if (left < 0) {
      this.#options.pointed(undefined);
      return;
    }
    const atMs = this.momentAt(left);
    const nearMs = this.momentAt(left + 30) - atMs;
    const values = this.#drawn.map((line) => {
      const index = nearestIndex(line.times, atMs);
      const time = line.times[index];
      const value = line.values[index];
      if (time === undefined || value === undefined || Math.abs(time - atMs) > nearMs) {
        return undefined;
      }
      return Number.isNaN(value) ? undefined : value;
    });
    this.#options.pointed({ atMs, values });
  }

  #settings(width: number, height: number): uPlot.Options {
    const { model } = this.#options;
    return {
      width,
      height,
      ms: 1e-3,
      padding: [24, 12, 0, 4],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 5 },
        points: { size: 7 },
      },
      scales: {
        x: { time: true, auto: false },
        ...Object.fromEntries(this.#units.map((unit) => [scaleOf(unit), { range: roomAround }])),
      },
      series: [{}, ...model.lines.flatMap((_, index) => this.#series(index))],
      bands: model.lines.map((_, index) => ({
        series: [index * seriesEachLine + 3, index * seriesEachLine + 2],
        fill: () => `${this.#colour(index)}38`,
      })),
      axes: [this.#timeAxis(), ...this.#units.slice(0, axesMost).map((_, at) => this.#axis(at))],
      hooks: {
        setCursor: [() => this.#readAgain()],
        setSelect: [(plot) => this.#selected(plot)],
        drawAxes: [(plot) => this.#writeUnits(plot)],
        drawSeries: [(plot, series) => this.#drawDense(plot, series)],
      },
    };
  }

  #colour(index: number): string {
    return lineStyle(index, this.#options.look().theme).colour;
  }

  #series(index: number): uPlot.Series[] {
    const { unit, label } = this.#options.model.lines[index] ?? { unit: '', label: '' };
    const scale = scaleOf(unit);
    const dash = [...lineStyle(index, 'light').dash];
    const edge: uPlot.Series = { scale, width: 0, points: { show: false } };
    const line: uPlot.Series = {
      label,
      scale,
      width: lineWidth,
      stroke: () => this.#colour(index),
      paths: (...which) => (this.#isDense(index) ? null : this.#paths(...which)),
      points: { size: 4, fill: () => this.#colour(index) },
      ...(dash.length === 0 ? {} : { dash }),
    };
    return [line, edge, { ...edge }];
  }

  #timeAxis(): uPlot.Axis {
    return {
      font,
      stroke: () => this.#options.look().text,
      grid: { stroke: () => this.#options.look().grid, width: 1 },
      ticks: { show: false },
      // Seconds and their parts need more room.
      space: (_plot, _axis, least, greatest) => (greatest - least < secondsFrom ? 96 : 64),
      size: (_plot, texts) => ((texts ?? []).some((text) => text.includes('\n')) ? 42 : 26),
      values: (_plot, splits) => formatTickTimes(splits.map((split) => split * msEachSecond)),
    };
  }

  #axis(at: number): uPlot.Axis {
    const unit = this.#units[at] ?? '';
    return {
      scale: scaleOf(unit),
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- uPlot has its enum in its types alone
      side: at === 0 ? left : right,
      font,
      stroke: () => this.#options.look().text,
      grid: { show: at === 0, stroke: () => this.#options.look().grid, width: 1 },
      ticks: { show: false },
      size: (_plot, values) => {
        const longest = Math.max(0, ...(values ?? []).map((text) => text.length));
        return Math.max(axisLeast, longest * digitPixels + 16);
      },
      values: (plot, splits) => formatTicks(splits, this.#unitOf(plot, unit)),
    };
  }

  #unitOf(plot: uPlot, unit: string) {
    const { min = 0, max = 0 } = plot.scales[scaleOf(unit)] ?? {};
    return axisUnit(Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0)), unit);
  }

  /** Above each axis the unit that its numbers are in. */
  #writeUnits(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.font = `${Math.round(12 * uPlot.pxRatio)}px system-ui, sans-serif`;
    ctx.fillStyle = this.#options.look().text;
    ctx.textBaseline = 'bottom';
    for (const [at, unit] of this.#units.slice(0, axesMost).entries()) {
      ctx.textAlign = at === 0 ? 'left' : 'right';
      const edge = plot.width * uPlot.pxRatio - 4;
      const x = at === 0 ? 6 * uPlot.pxRatio : edge - (this.#units.length - 1 - at) * 60;
      ctx.fillText(this.#unitOf(plot, unit).unit, x, bbox.top - 9 * uPlot.pxRatio);
    }
    ctx.restore();
  }

  #isDense(index: number): boolean {
    const line = this.#drawn[index];
    return line !== undefined && isDense(line, this.#plot.bbox.width);
  }

  /** A line of more points than pixels: uPlot strokes it, which takes much longer. */
  #drawDense(plot: uPlot, series: number): void {
    if (series === 0 || (series - 1) % seriesEachLine !== 0) return;
    const index = (series - 1) / seriesEachLine;
    const line = this.#drawn[index];
    const { unit = '', isShown } = this.#options.model.lines[index] ?? {};
    if (line === undefined || isShown?.peek() !== true || !this.#isDense(index)) return;
    const { ctx, bbox, scales } = plot;
    const { x, [scaleOf(unit)]: y } = scales;
    const place = {
      ...bbox,
      fromMs: (x?.min ?? 0) * msEachSecond,
      toMs: (x?.max ?? 1) * msEachSecond,
      least: y?.min ?? 0,
      greatest: y?.max ?? 1,
    };
    ctx.save();
    ctx.fillStyle = this.#colour(index);
    const thickness = lineWidth * uPlot.pxRatio;
    denseColumns(line, place, thickness, (left, top, height) =>
      ctx.fillRect(left, top, Math.max(1, uPlot.pxRatio), height),
    );
    ctx.restore();
  }

  #selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width <= 0) return;
    this.#options.model.zoomTo(this.momentAt(left), this.momentAt(left + width));
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }
}

/** The last value of a line; undefined when it ends in a gap. */
function newestOf({ values }: DrawnLine): number | undefined {
  const last = values.at(-1);
  return last === undefined || Number.isNaN(last) ? undefined : last;
}

/** A little room above and below; what does not move lies in the middle. */
export function roomAround(
  _plot: unknown,
  least: number | null,
  greatest: number | null,
): [number, number] {
  if (least === null || greatest === null) return [0, 1];
  const span = greatest - least;
  const room = span > 0 ? span * 0.08 : Math.abs(greatest) * 0.1 || 1;
  // What is never negative gets no room below zero.
  const low = least >= 0 && least - room < 0 && span > 0 ? 0 : least - room;
  return [low, greatest + room];
}

function scaleOf(unit: string): string {
  return unit === '' ? 'none' : unit;
}
