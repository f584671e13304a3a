import type { Page } from 'playwright-core';

import type { HttpDoorOptions } from '../../src/doors/http/index.ts';
import { Browser } from '../support/browser.ts';
import type { Look } from '../support/browser.ts';
import { openDoor } from '../doors/http/open-door.ts';
import type { OpenDoor } from '../doors/http/open-door.ts';

/** A door to a laboratory, and a browser that shows its dashboard. */
export interface OpenDashboard extends AsyncDisposable {
  readonly door: OpenDoor;
  readonly browser: Browser;
  readonly page: Page;
}

/** Opens a page of the dashboard. */
export async function openDashboard(
  path: string,
  options: Partial<HttpDoorOptions> = {},
  look: Look = {},
): Promise<OpenDashboard> {
  const door = await openDoor(options);
  const browser = new Browser();
  const page = await browser.open(`${door.url}${path}`, look);
  return {
    door,
    browser,
    page,
    [Symbol.asyncDispose]: async () => {
      await browser[Symbol.asyncDispose]();
      await door[Symbol.asyncDispose]();
    },
  };
}

/** What a browser was asked for beyond its own gateway. */
export function askedElsewhere({ browser, door }: OpenDashboard): readonly string[] {
  const { host } = new URL(door.url);
  return browser.asked.filter((url) => !url.startsWith('data:') && new URL(url).host !== host);
}
