import type { Page } from 'playwright-core';

import { bundleBytes } from '../test/dashboard/bundle-size.ts';
import { laboratory } from '../test/dashboard/laboratory.ts';
import { Browser } from '../test/support/browser.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { atMost, figure, median } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

/** The page is loaded so often, each time with nothing in the browser's cache. */
const loads = 7;

const benchmark: Benchmark = {
  name: 'dashboard',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using gateway = await GatewayProcess.start(laboratory, { isBuilt: true });
    await using browser = new Browser();
    const page = await browser.open('about:blank');
    const paints: number[] = [];
    const contents: number[] = [];
    for (let load = -1; load < loads; load += 1) {
      context.signal.throwIfAborted();
      context.progress(`the overview is loaded for the ${load + 2}. time`);
      const { paintMs, contentMs } = await loaded(page, gateway.url);
      // The first one starts the browser's processes.
      if (load < 0) continue;
      paints.push(paintMs);
      contents.push(contentMs);
    }
    return [
      figure({
        name: 'dashboard: first paint of the overview',
        ours: median(paints),
        unit: 'ms',
        target: atMost(1_000),
      }),
      figure({
        name: 'dashboard: ports of the overview are there',
        ours: median(contents),
        unit: 'ms',
        target: atMost(1_000),
      }),
      figure({
        name: 'dashboard: all of it, compressed',
        ours: (await bundleBytes()) / 1_000,
        unit: 'kB',
        target: atMost(150),
      }),
    ];
  },
};

export default benchmark;

/** Loads the overview, and gives how long it took from the beginning of the navigation. */
async function loaded(
  page: Page,
  url: string,
): Promise<{ readonly paintMs: number; readonly contentMs: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(url);
  await page.getByRole('rowheader', { name: 'bus' }).waitFor();
  const contentMs = await page.evaluate<number>('performance.now()');
  const paintMs = await page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0]?.startTime`,
  );
  await session.detach();
  return { paintMs, contentMs };
}
