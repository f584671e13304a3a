import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test, vi } from 'vitest';

import { seriousFindingsInBothThemes } from './accessibility.ts';
import { askedElsewhere, openDashboard } from './open-dashboard.ts';

// A browser looks at whole pages, and at each of their elements for what is hard to use.
vi.setConfig({ testTimeout: 120_000 });

const isWider = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';

test('a page is readable in either scheme and on a phone, and asks its own gateway only', async () => {
  await using shown = await openDashboard('/ports');
  const { page, browser } = shown;
  await page.getByRole('row', { name: 'bus' }).getByText('open').first().waitFor();
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.getByText('Dark', { exact: true }).locator('..').click();
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await page.evaluate(isWider)).toBe(false);
  expect(browser.complaints).toEqual([]);
  expect(askedElsewhere(shown)).toEqual([]);
});

test('a link shows another page without loading it anew, and the way back leads back', async () => {
  await using shown = await openDashboard('/');
  const { page, browser } = shown;
  const navigation = page.getByRole('navigation', { name: 'Pages' });
  await navigation.getByRole('link', { name: 'Ports' }).click();
  await page.getByRole('heading', { name: 'Ports', level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/ports');
  expect(await navigation.locator('[aria-current=page]').textContent()).toBe('Ports');
  await page.goBack();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  const documents = browser.asked.filter((url) => new URL(url).pathname === '/');
  expect(documents.length).toBe(1);
});

test('the keyboard skips to the content, goes to pages, and shows its own keys', async () => {
  await using shown = await openDashboard('/');
  const { page } = shown;
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  await expect.poll(async () => await page.evaluate('document.activeElement.id')).toBe('main');
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.getByRole('heading', { name: 'Ports', level: 1 }).waitFor();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await keys.waitFor();
  await page.keyboard.press('Escape');
  await keys.waitFor({ state: 'hidden' });
});

test('on a phone the pages are behind a button, which the keyboard opens and closes', async () => {
  await using shown = await openDashboard('/ports', {}, { width: 360 });
  const { page, browser } = shown;
  const navigation = page.getByRole('navigation', { name: 'Pages' });
  await page.getByRole('row', { name: 'bus' }).waitFor();
  expect(await navigation.isVisible()).toBe(false);
  const button = page.getByRole('button', { name: 'Pages' });
  await button.focus();
  await page.keyboard.press('Enter');
  await navigation.waitFor();
  await browser.keep(page, 'menu-light-phone');
  expect(await page.evaluate(isWider)).toBe(false);
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await navigation.waitFor({ state: 'hidden' });
  await page.keyboard.press('Enter');
  await navigation.getByRole('link', { name: 'Leases' }).click();
  await page.getByRole('heading', { name: 'Leases', level: 1 }).waitFor();
  expect(await navigation.isVisible()).toBe(false);
});

test('a gateway that wants a token gets it, and only this tab keeps it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-token-'));
  const tokenFile = join(folder, 'token');
  // Another loopback address stands for one that other machines can reach.
  const beyond = { host: '127.0.0.2', isTokenRequired: true, tokenFile };
  await using shown = await openDashboard('/ports', beyond);
  const { page, browser } = shown;
  await page.getByLabel('Token').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('not the right token').waitFor();
  await browser.keep(page, 'sign-in-wrong-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.getByLabel('Token').fill((await readFile(tokenFile, 'utf8')).trim());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('rowheader', { name: 'bus' }).waitFor();
  await page.reload();
  await page.getByRole('rowheader', { name: 'bus' }).waitFor();
  const other = await page.context().newPage();
  await other.goto(`${shown.door.url}/ports`);
  await other.getByLabel('Token').waitFor();
  expect(await other.evaluate('JSON.stringify(localStorage)')).not.toContain('token');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
  await rm(folder, { recursive: true });
});

test('a page says that its gateway is gone, and goes on when that is back', async () => {
  await using shown = await openDashboard('/');
  const { page, browser } = shown;
  await page.getByRole('link', { name: 'dmm' }).waitFor();
  const context = page.context();
  await context.setOffline(true);
  await page.getByText('Reconnecting').waitFor();
  await browser.keep(page, 'reconnecting-light');
  expect(await page.getByRole('link', { name: 'dmm' }).isVisible()).toBe(true);
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByText('Reconnecting').waitFor({ state: 'detached' });
});

test('an address without a page says so', async () => {
  await using shown = await openDashboard('/ports/no-such-port');
  await shown.page.getByText('There is no port no-such-port').waitFor();
});
