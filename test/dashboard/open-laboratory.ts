import type { Page } from 'playwright-core';

import { GatewayBench } from '../gateway/gateway-bench.ts';
import { Browser } from '../support/browser.ts';
import type { Look } from '../support/browser.ts';

/** A whole gateway with simulated instruments, and a browser that shows its dashboard. */
export interface OpenLaboratory extends AsyncDisposable {
  readonly bench: GatewayBench;
  readonly browser: Browser;
  readonly page: Page;
  readonly url: string;
  /** Another window. */
  open(path: string, look?: Look): Promise<Page>;
}

/** A bus with flow controllers and a multimeter, polled, from a file that can be changed. */
export const flowLaboratory = `
[simulators.bus]
kind = "propar"
baudRate = 0
nodes = [
  { address = 3, userTag = "nitrogen", fluid = "N2", capacity = 500, unit = "mln/min" },
  { address = 5, userTag = "air", fluid = "AIR", capacity = 2000, unit = "mln/min" },
]
[simulators.meter]
kind = "multimeter"
[ports.bus]
simulator = "bus"
protocol = "propar"
baudRate = 38400
[ports.meter]
simulator = "meter"
protocol = "lines"
[instruments.nitrogen]
port = "bus"
driver = "bronkhorst"
node = 3
title = "Nitrogen to the reactor"
poll = { parameters = ["fMeasure", "setpoint", "temperature", "valveOutput"], everyMs = 200 }
[instruments.air]
port = "bus"
driver = "bronkhorst"
node = 5
poll = { parameters = ["fMeasure"], everyMs = 500 }
[instruments.multimeter]
port = "meter"
driver = "scpi"
poll = { everyMs = 200, parameters = ["voltage"] }
[instruments.multimeter.parameters]
voltage = { query = "READ?", unit = "V" }
range = { query = "VOLT:RANG?", set = "VOLT:RANG {value}", unit = "V", minimum = 0.1, maximum = 1000 }
[recorder]
`;

/** Starts a gateway from a file and shows a page of it. */
export async function openLaboratory(
  path: string,
  toml: string = flowLaboratory,
  look: Look = {},
): Promise<OpenLaboratory> {
  const bench = await GatewayBench.startFromFile(toml);
  const browser = new Browser();
  const url = bench.address('http');
  try {
    const page = await browser.open(`${url}${path}`, look);
    return {
      bench,
      browser,
      page,
      url,
      open: async (other, itsLook = {}) => await browser.open(`${url}${other}`, itsLook),
      [Symbol.asyncDispose]: async () => {
        await browser[Symbol.asyncDispose]();
        await bench[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await browser[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whether somebody has to scroll sideways. */
export async function isWiderThanItsWindow(page: Page): Promise<boolean> {
  return await page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
}
