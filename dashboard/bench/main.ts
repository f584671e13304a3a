// What `bench/plots.ts` measures in a browser: the drawing code of the dashboard's plots, with more
// points than a gateway gives in one piece.
import 'uplot/dist/uPlot.min.css';
import { PlotCanvas } from '../src/plots/plot-canvas.ts';
import { plotLine, PlotModel } from '../src/plots/plot-model.ts';

/** 10 readings a second. */
const stepMs = 100;

/** Fills a plot, then zooms in and out again, one step a frame. */
async function zoomThrough(
  points: number,
  redraws: number,
): Promise<{ readonly drawMs: number[]; readonly frameMs: number[] }> {
  const line = plotLine({ instrument: 'bench', parameter: 'value', unit: 'V' }, points);
  for (let index = 0; index < points; index += 1) {
    const value = Math.sin(index / 5_000) + Math.sin(index * 12.9898) * 0.2;
    line.data.push({ value, atMs: index * stepMs, quality: 'good' }, 0);
  }
  const toMs = points * stepMs;
  const model = new PlotModel([line], { kind: 'fixed', fromMs: 0, toMs }, () => toMs);
  const element = document.querySelector<HTMLElement>('#plot');
  if (element === null) throw new Error('no place for the plot');
  const look = { theme: 'light', text: '#55626f', grid: '#dde3ea' } as const;
  const canvas = new PlotCanvas(element, {
    model,
    look: () => look,
    pointed: () => {},
    drawn: () => {},
  });
  const drawMs: number[] = [];
  const frameMs: number[] = [];
  canvas.draw();
  let beforeMs = await frame();
  for (let redraw = 0; redraw < redraws; redraw += 1) {
    model.zoomBy(redraw < redraws / 2 ? 0.85 : 1 / 0.85, toMs * 0.37);
    const beginMs = performance.now();
    canvas.draw();
    drawMs.push(performance.now() - beginMs);
    const atMs = await frame();
    frameMs.push(atMs - beforeMs);
    beforeMs = atMs;
  }
  return { drawMs, frameMs };
}

async function frame(): Promise<number> {
  return await new Promise((resolve) => requestAnimationFrame(resolve));
}

Object.assign(window, { zoomThrough });
