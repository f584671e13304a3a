import { expect, test } from 'vitest';

import { count } from '../support/count.ts';
import { seriousFindingsInBothThemes } from './accessibility.ts';
import { isWiderThanItsWindow, openLaboratory } from './open-laboratory.ts';

const httpPort = 18_099;
const rpcPort = 14_028;

/** Simulated miners, each at an address of its own. @param network the second number of the addresses */
function minersLaboratory(
  network: number,
  bitaxes: number,
  avalons: number,
  everyMs = 500,
): string {
  const address = (index: number): string =>
    `127.${network}.${Math.floor((index + 1) / 256)}.${(index + 1) % 256}`;
  const parts = [
    `[simulators.farm]\nkind = "miners"\nbitaxe = ${bitaxes}\navalon = ${avalons}\n` +
      `firstAddress = "${address(0)}"\nhttpPort = ${httpPort}\nrpcPort = ${rpcPort}\nrestartMs = 500`,
  ];
  for (let index = 0; index < bitaxes + avalons; index += 1) {
    const isBitaxe = index < bitaxes;
    const name = isBitaxe ? `axe-${index + 1}` : `avalon-${index - bitaxes + 1}`;
    const link = isBitaxe
      ? `http = "http://${address(index)}:${httpPort}"\nprotocol = "http"`
      : `tcp = "${address(index)}:${rpcPort}"\nprotocol = "cgminer"`;
    const driver = isBitaxe ? 'bitaxe' : 'cgminer';
    parts.push(
      `[ports.${name}]\n${link}`,
      `[instruments.${name}]\nport = "${name}"\ndriver = "${driver}"\npoll = { everyMs = ${everyMs} }`,
    );
  }
  return parts.join('\n');
}

test('all miners at a glance: what they do together, each of them, in any order', async () => {
  await using lab = await openLaboratory('/miners', minersLaboratory(81, 6, 2));
  const { page, browser } = lab;
  await page.getByText('8 of 8').waitFor();
  const table = page.getByRole('table', { name: 'Miners' });
  expect(await table.getByRole('row').count()).toBe(9);
  await table.getByRole('row', { name: /axe-1/ }).getByText(/H\/s/).waitFor();
  await browser.keep(page, 'miners-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Hash rate' }).click();
  const sorted = table.getByRole('columnheader', { name: 'Hash rate' });
  expect(await sorted.getAttribute('aria-sort')).toBe('descending');
  await page.getByRole('searchbox', { name: 'Filter miners' }).fill('avalon');
  await expect.poll(async () => await table.getByRole('row').count()).toBe(3);
  await page.getByLabel('Which miners').selectOption('Offline');
  await page.getByText('No miner fits.').waitFor();
  expect(browser.complaints).toEqual([]);
});

test('a miner is told apart, set within its limits, and started anew, by keyboard', async () => {
  await using lab = await openLaboratory('/miners', minersLaboratory(82, 2, 0));
  const { page, bench, browser } = lab;
  await page.getByText('2 of 2').waitFor();
  await page.getByRole('button', { name: 'Manage axe-1' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'axe-1' });
  await dialog.getByRole('button', { name: 'Identify' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('axe-1: it shows where it stands.').waitFor();
  await dialog.getByRole('button', { name: 'Set frequency' }).click();
  const field = dialog.getByLabel('New value of frequency');
  await field.fill('99999');
  await dialog.getByRole('alert').getByText('It takes at most').waitFor();
  await browser.keep(page, 'miner-settings-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await field.fill('525');
  await field.press('Enter');
  await dialog.getByText(/^(?:Written|Not written)/).waitFor();
  expect(await dialog.getByText(/^(?:Written|Not written)/).textContent()).toMatch(/^Written: 525/);
  expect((await bench.client().read('axe-1', 'frequency')).value).toBe(525);
  await dialog.getByRole('button', { name: 'Restart' }).focus();
  await page.keyboard.press('Enter');
  await dialog.getByText('It mines nothing until it is back').waitFor();
  await dialog.getByRole('button', { name: 'Restart now' }).click();
  await page.getByText('axe-1: it is starting anew.').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});

test('hundreds of miners cost as many rows as fit the window, and the last one is a scroll away', async () => {
  const miners = count(1_000);
  await using lab = await openLaboratory('/miners', minersLaboratory(83, miners, 0, 5_000));
  const { page } = lab;
  await page.getByText(`of ${miners}`).first().waitFor();
  const table = page.getByRole('table', { name: 'Miners' });
  const rows = async (): Promise<number> => await table.getByRole('row').count();
  expect(await table.getAttribute('aria-rowcount')).toBe(String(miners + 1));
  expect(await rows()).toBeLessThan(60);
  await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
  await table.getByRole('link', { name: `axe-${miners}`, exact: true }).waitFor();
  expect(await rows()).toBeLessThan(60);
});

test('miners on a phone are blocks no wider than it', async () => {
  const look = { width: 360, height: 780, colorScheme: 'dark' } as const;
  await using lab = await openLaboratory('/miners', minersLaboratory(84, 4, 1), look);
  const { page, browser } = lab;
  await page.getByText('5 of 5').waitFor();
  await page.getByRole('row', { name: /axe-1/ }).getByText(/H\/s/).waitFor();
  expect(await isWiderThanItsWindow(page)).toBe(false);
  await browser.keep(page, 'miners-dark-phone');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
});
