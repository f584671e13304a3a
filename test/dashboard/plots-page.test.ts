import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';

import { seriousFindingsInBothThemes } from './accessibility.ts';
import { isWiderThanItsWindow, openLaboratory } from './open-laboratory.ts';

const voltage = '/plots?plot=multimeter.voltage';

/** The plot itself, when it is drawn. */
async function drawn(page: Page, name: RegExp | string = /multimeter/) {
  const plot = page.getByRole('application', { name });
  await plot.locator('canvas').waitFor();
  return plot;
}

/** Which lines the legend has a value for. */
async function legendOf(page: Page): Promise<string> {
  return (await page.locator('.plot-legend').first().textContent()) ?? '';
}

test('a plot shows readings as they come, is zoomed by dragging, and shown as a whole again', async () => {
  await using lab = await openLaboratory(voltage);
  const { page, browser } = lab;
  const plot = await drawn(page);
  await expect.poll(async () => await legendOf(page)).toMatch(/1\.23\d* V/);
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  const box = await plot.boundingBox();
  if (box === null) throw new Error('no plot');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.5, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, y, { steps: 5 });
  await page.mouse.up();
  const tools = page.getByRole('toolbar', { name: 'Plot' });
  await tools.getByText(/zoomed to [12] min/).waitFor();
  await browser.keep(page, 'plots-zoomed-light');
  await plot.dblclick({ position: { x: box.width / 2, y: 40 } });
  await tools.getByText('zoomed').waitFor({ state: 'hidden' });
  expect(browser.complaints).toEqual([]);
});

test('the wheel zooms where that is meant, and scrolls the page otherwise', async () => {
  await using lab = await openLaboratory(voltage, undefined, { height: 420 });
  const { page } = lab;
  const plot = await drawn(page);
  const box = await plot.boundingBox();
  if (box === null) throw new Error('no plot');
  await page.mouse.move(box.x + box.width / 2, box.y + 30);
  await page.mouse.wheel(0, 120);
  await expect.poll(async () => await page.evaluate<number>('window.scrollY')).toBeGreaterThan(0);
  const zoomed = page.getByText(/zoomed to/);
  expect(await zoomed.count()).toBe(0);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -240);
  await page.keyboard.up('Control');
  await zoomed.waitFor();
});

/** Runs in the browser: two fingers that move apart. */
const twoFingers = `(element) => {
  const { left, width, top } = element.getBoundingClientRect();
  const touch = (type, pointerId, share) => {
    const clientX = left + width * share;
    const init = { pointerId, pointerType: 'touch', clientX, clientY: top + 50, bubbles: true };
    element.dispatchEvent(new PointerEvent(type, init));
  };
  touch('pointerdown', 1, 0.5);
  touch('pointerdown', 2, 0.6);
  for (let step = 1; step <= 6; step += 1) {
    touch('pointermove', 1, 0.5 - step * 0.03);
    touch('pointermove', 2, 0.6 + step * 0.03);
  }
  touch('pointerup', 1, 0.3);
  touch('pointerup', 2, 0.8);
}`;

test('two fingers zoom', async () => {
  await using lab = await openLaboratory(voltage);
  const { page } = lab;
  await drawn(page);
  await page.evaluate(`(${twoFingers})(document.querySelector('.plot-canvas'))`);
  await page.getByText(/zoomed to/).waitFor();
});

test('by keyboard a plot is zoomed, moved, paused and read aloud', async () => {
  await using lab = await openLaboratory(voltage);
  const { page } = lab;
  const plot = await drawn(page);
  await expect.poll(async () => await legendOf(page)).toMatch(/1\.23\d* V/);
  await plot.focus();
  await page.keyboard.press('ArrowLeft');
  const spoken = page.locator('.plot [aria-live=polite]').first();
  await expect
    .poll(async () => await spoken.textContent())
    .toMatch(/multimeter\.voltage: 1\.23\d* V/);
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  const tools = page.getByRole('toolbar', { name: 'Plot' });
  await tools.getByText(/zoomed to 2 min/).waitFor();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('0');
  await tools.getByText('zoomed').waitFor({ state: 'hidden' });
  await page.keyboard.press(' ');
  await tools.getByRole('button', { name: 'Go on' }).waitFor();
  await expect.poll(async () => await spoken.textContent()).toBe('Paused');
  await page.keyboard.press(' ');
  await tools.getByRole('button', { name: 'Pause' }).waitFor();
});

test('what a plot shows is a table for who cannot see it, from history at once', async () => {
  await using lab = await openLaboratory('/instruments');
  const { page, bench } = lab;
  const recorded = async (): Promise<number> => {
    const query = { series: 'multimeter.voltage' };
    type Answer = { series: { atMs: number[] }[] };
    const found = await bench.client().request<Answer>('GET', ['history'], { query });
    return found.series[0]?.atMs.length ?? 0;
  };
  await expect.poll(recorded, { timeout: 20_000 }).toBeGreaterThan(10);
  // Nothing comes live any more: what is shown is history.
  await page.route('**/api/v1/live*', async (route) => await route.abort());
  await bench.client().changeSettings([{ path: 'instruments.multimeter.poll', delete: true }]);
  await page.goto(`${lab.url}${voltage}`);
  await drawn(page);
  await page.getByText('Values as a table').click();
  const summary = page.getByRole('table', { name: /summary/ });
  await expect
    .poll(async () => {
      await page.getByRole('button', { name: 'Read again' }).click();
      return await summary.getByRole('row', { name: /voltage/ }).textContent();
    })
    .toMatch(/1\.23\d* V/);
});

test('a board is its address: plots and lines come, go, and are there again', async () => {
  await using lab = await openLaboratory('/plots');
  const { page, browser } = lab;
  await page.getByText('There is no plot yet.').waitFor();
  const field = page.getByLabel('Add a plot of');
  const add = page.getByRole('button', { name: 'Add', exact: true });
  await field.fill('multimeter.voltage');
  // It can be added once the gateway has told that there is such a value.
  await expect.poll(async () => await add.first().isEnabled()).toBe(true);
  await page.keyboard.press('Enter');
  await drawn(page);
  await page.getByLabel('Add a line').fill('nitrogen.fMeasure');
  await expect.poll(async () => await add.last().isEnabled()).toBe(true);
  await page.keyboard.press('Enter');
  await drawn(page, 'multimeter.voltage, nitrogen.fMeasure');
  expect(page.url()).toContain('plot=multimeter.voltage%2Cnitrogen.fMeasure');
  await page.getByRole('button', { name: '1 h', exact: true }).click();
  expect(page.url()).toContain('last=3600000');
  await page.goto(`${lab.url}/instruments`);
  await page.goto(`${lab.url}/plots`);
  await drawn(page, 'multimeter.voltage, nitrogen.fMeasure');
  await browser.keep(page, 'plots-two-units-light');
  await page.getByRole('button', { name: /multimeter.voltage × / }).click();
  await drawn(page, 'nitrogen.fMeasure');
  await page.getByRole('button', { name: /Remove the plot/ }).click();
  await page.getByText('There is no plot yet.').waitFor();
});

test('a board between two moments, and on a phone', async () => {
  const look = { width: 360, height: 780, colorScheme: 'dark' } as const;
  await using lab = await openLaboratory(`${voltage}&plot=air.fMeasure`, undefined, look);
  const { page, browser } = lab;
  await drawn(page);
  await page.getByRole('button', { name: 'From – to' }).click();
  await page.getByLabel('From', { exact: true }).fill('2026-01-02T00:00:00');
  await page.getByLabel('to', { exact: true }).fill('2026-01-01T00:00:00');
  await page.getByText('The beginning has to be before the end.').waitFor();
  await page.getByLabel('to', { exact: true }).fill('2026-01-03T00:00:00');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect.poll(() => page.url()).toContain('from=');
  expect(await isWiderThanItsWindow(page)).toBe(false);
  await browser.keep(page, 'plots-dark-phone');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
});
