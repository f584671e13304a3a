import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

import type { CDPSession, Page } from 'playwright-core';
import { build } from 'vite';

import { Browser } from '../test/support/browser.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { atLeast, atMost, figure, median } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const plots = 20;
/** Each instrument is polled so often. */
const everyMs = 100;
/** Plots that are watched for so long before and while it is measured. */
const settleMs = 4_000;
const measureMs = 10_000;
const points = 1_000_000;
const redraws = 60;

const benchmark: Benchmark = {
  name: 'plots',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    return [...(await livePlots(context)), ...(await manyPoints(context))];
  },
};

export default benchmark;

/** As many plots as a page has, each of an instrument that is read ten times a second. */
async function livePlots(context: BenchContext): Promise<readonly Figure[]> {
  context.progress(`${plots} plots at ${1_000 / everyMs} updates a second`);
  await using gateway = await GatewayProcess.start(laboratory(), { isBuilt: true });
  await using browser = new Browser();
  const query = names().map((name) => `plot=${name}.voltage`);
  const page = await browser.open(`${gateway.url}/plots?${query.join('&')}`, {
    width: 1_920,
    height: 3_000,
  });
  await page
    .locator('.plot-canvas canvas')
    .nth(plots - 1)
    .waitFor();
  await page.waitForTimeout(settleMs);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'timeTicks' });
  const before = await taskSeconds(session);
  const beginMs = performance.now();
  await page.waitForTimeout(measureMs);
  context.signal.throwIfAborted();
  const seconds = (performance.now() - beginMs) / 1_000;
  const busy = (await taskSeconds(session)) - before;
  const countBeginMs = performance.now();
  const updates = await countUpdates(page);
  await page.waitForTimeout(settleMs);
  const received = await updates();
  const countSeconds = (performance.now() - countBeginMs) / 1_000;
  return [
    figure({
      name: `${plots} live plots: main thread busy`,
      ours: (busy / seconds) * 100,
      unit: '%',
      target: atMost(50),
    }),
    figure({
      name: `${plots} live plots: updates received`,
      ours: received / countSeconds,
      unit: '/s',
      target: atLeast(plots * (1_000 / everyMs) * 0.9),
    }),
  ];
}

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

function names(): readonly string[] {
  return Array.from({ length: plots }, (_, index) => `meter-${index + 1}`);
}

function laboratory(): string {
  return names()
    .map(
      (name) => `[simulators.${name}]\nkind = "multimeter"
[ports.${name}]\nsimulator = "${name}"\nprotocol = "lines"
[instruments.${name}]\nport = "${name}"\ndriver = "scpi"
poll = { everyMs = ${everyMs}, parameters = ["voltage"] }
[instruments.${name}.parameters]\nvoltage = { query = "MEAS:VOLT:DC?", unit = "V" }
`,
    )
    .join('\n');
}

/** Seconds that the main thread of a page has been busy since the session began. */
async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

/** Counts what comes over the WebSocket of a page. Gives how to read the count. */
async function countUpdates(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  let count = 0;
  session.on('Network.webSocketFrameReceived', ({ response }) => {
    if (response.payloadData.includes('"update"')) count += 1;
  });
  await session.send('Network.enable');
  return async () => {
    await session.detach();
    return count;
  };
}
