import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

/** Debian's Chromium, quiet: it asks nobody but the pages that it is told to open. */
const executablePath = '/usr/bin/chromium';
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const screenshots = join(import.meta.dirname, '../../test-results/screenshots');
/** A busy machine shows a page sooner or later. */
const patienceMs = 20_000;

/** How a reader looks at a page. */
export interface Look {
  /** @default 1_100 */
  readonly width?: number;
  /** @default 800 */
  readonly height?: number;
  /** @default 'light' */
  readonly colorScheme?: 'light' | 'dark';
}

/** A real browser with a profile of its own, which goes with it. */
export class Browser implements AsyncDisposable {
  /** What pages complained of: errors of scripts, and what their policy forbade. */
  readonly complaints: string[] = [];
  /** Every address that was asked for. */
  readonly asked: string[] = [];
  readonly #cleanUps = new AsyncDisposableStack();

  /** Opens a page. @param look how wide the window is, and which colours its reader likes */
  async open(url: string, look: Look = {}): Promise<Page> {
    const context = await this.#context(look);
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('request', (request) => this.asked.push(request.url()));
    await page.goto(url);
    return page;
  }

  /** Keeps what a page looks like, for a person: in `test-results/screenshots/`, which git ignores. */
  async keep(page: Page, name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUps.disposeAsync();
  }

  async #context({ width = 1_100, height = 800, colorScheme = 'light' }: Look) {
    const profile = mkdtempSync(join(tmpdir(), 'signalbox-browser-'));
    this.#cleanUps.defer(() => rmSync(profile, { recursive: true, force: true }));
    const options = { executablePath, args, viewport: { width, height }, colorScheme };
    const context: BrowserContext = await chromium.launchPersistentContext(profile, options);
    this.#cleanUps.defer(async () => await context.close());
    return context;
  }
}
