import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

import { build } from 'vite';

import { Browser } from '../test/support/browser.ts';
import { atMost, figure, median } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const points = 1_000_000;
const redraws = 60;

const benchmark: Benchmark = {
  name: 'plots',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    return await manyPoints(context);
  },
};

export default benchmark;

/** Zooming through a million points by the code of the pages, at 2,000 pixels. */
async function manyPoints(context: BenchContext): Promise<readonly Figure[]> {
  context.progress(`a plot of ${points} points is zoomed`);
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-plots-'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(async () => await rm(folder, { recursive: true, force: true }));
  await build({
    configFile: false,
    root: join(import.meta.dirname, '../dashboard/bench'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, target: 'es2024' },
  });
  const server = createServer((request, response) => {
    const path = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
    const type = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }[
      extname(path)
    ];
    readFile(join(folder, path)).then(
      (data) => response.setHeader('content-type', type ?? 'text/plain').end(data),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.defer(() => void server.close());
  const browser = cleanUp.use(new Browser());
  const { port } = server.address() as AddressInfo;
  const page = await browser.open(`http://127.0.0.1:${port}/`, { width: 2_100, height: 700 });
  await page.waitForFunction('window.zoomThrough !== undefined');
  const zoom = `window.zoomThrough(${points}, ${redraws})`;
  const { drawMs, frameMs } = await page.evaluate<{ drawMs: number[]; frameMs: number[] }>(zoom);
  return [
    figure({
      name: 'a million points: one redraw while zooming',
      ours: median(drawMs),
      unit: 'ms',
      target: atMost(16),
    }),
    figure({
      name: 'a million points: time between frames while zooming',
      ours: median(frameMs),
      unit: 'ms',
      target: atMost(34),
    }),
  ];
}
