import type { Page } from 'playwright-core';

import { SignalboxClient } from '../src/client/index.ts';
import { sleep, systemClock } from '../src/kernel/index.ts';
import { bundleBytes } from '../test/dashboard/bundle-size.ts';
import { laboratory } from '../test/dashboard/laboratory.ts';
import { Browser } from '../test/support/browser.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { atLeast, atMost, figure, median } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

/** The page is loaded so often, each time with nothing in the browser's cache. */
const loads = 7;
/** So many plots are looked at, so often is each value read, and for so long. */
const plots = 20;
const pollEveryMs = 100;
const settleMs = 3_000;
const lookedAtMs = 10_000;

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
    await page.close();
    const { busyShare, updatesEach } = await plotted(context, browser);
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
      figure({
        name: `dashboard: main thread with ${plots} live plots`,
        ours: busyShare * 100,
        unit: '% busy',
        target: atMost(50),
      }),
      figure({
        name: `dashboard: readings that each of ${plots} plots got`,
        ours: updatesEach,
        unit: 'values/s',
        target: atLeast(9),
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

/** How busy the main thread of a page is with live plots, each of an instrument that is read often. */
async function plotted(
  context: BenchContext,
  browser: Browser,
): Promise<{ readonly busyShare: number; readonly updatesEach: number }> {
  context.progress(`${plots} plots are looked at for ${(settleMs + lookedAtMs) / 1_000} s`);
  const names = Array.from({ length: plots }, (_, index) => `meter-${index}`);
  await using gateway = await GatewayProcess.start(names.map(polledMeter).join(''), {
    isBuilt: true,
  });
  const query = names.map((name) => `plot=${name}.voltage`).join('&');
  // What is out of sight is not drawn: all of them are in sight.
  const page = await browser.open(`${gateway.url}/plots?last=60000&${query}`, { height: 3_700 });
  await page
    .locator('canvas')
    .nth(plots - 1)
    .waitFor({ state: 'attached' });
  const session = await page.context().newCDPSession(page);
  // What the thread itself works: when other programs have the processor, it is not busy.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const client = new SignalboxClient({ url: gateway.url });
  const counted = async (): Promise<Counted> => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find((each) => each.name === name)?.value ?? 0;
    const records = await client.values();
    const revisions = records.reduce((sum, { revision }) => sum + revision, 0);
    return { atSeconds: of('Timestamp'), busySeconds: of('TaskDuration'), revisions };
  };
  await sleep(systemClock, settleMs, context.signal);
  const before = await counted();
  await sleep(systemClock, lookedAtMs, context.signal);
  const after = await counted();
  const seconds = after.atSeconds - before.atSeconds;
  return {
    busyShare: (after.busySeconds - before.busySeconds) / seconds,
    updatesEach: (after.revisions - before.revisions) / plots / seconds,
  };
}

interface Counted {
  readonly atSeconds: number;
  readonly busySeconds: number;
  readonly revisions: number;
}

function polledMeter(name: string): string {
  return `
[simulators.${name}]
kind = "multimeter"
[ports.${name}]
simulator = "${name}"
protocol = "lines"
[instruments.${name}]
port = "${name}"
driver = "scpi"
poll = { everyMs = ${pollEveryMs}, parameters = ["voltage"] }
[instruments.${name}.parameters]
voltage = { query = "MEAS:VOLT:DC?", unit = "V" }
`;
}
