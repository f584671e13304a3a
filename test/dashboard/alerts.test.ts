import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { seriousFindingsInBothThemes } from './accessibility.ts';
import { flowLaboratory, isWiderThanItsWindow, openLaboratory } from './open-laboratory.ts';

/** Rules that come true at once: the multimeter measures more than one volt. */
const alerting = `${flowLaboratory}
[alerts.over-voltage]
title = "The voltage is too high"
severity = "critical"
instruments = ["multimeter"]
parameter = "voltage"
is = "above"
value = 1
[alerts.no-flow]
title = "There is no flow"
severity = "warning"
instruments = ["nitrogen", "air"]
parameter = "fMeasure"
is = "at-most"
value = 0
`;

test('what is wrong is shown, the most urgent first, and acknowledged with a reason by keyboard', async () => {
  await using lab = await openLaboratory('/alerts', alerting);
  const { page, bench, browser } = lab;
  const now = page.getByRole('region', { name: 'Now' });
  await now.getByRole('heading', { name: /voltage is too high/ }).waitFor();
  await expect.poll(async () => await now.getByRole('listitem').count()).toBe(3);
  expect(await now.getByRole('listitem').first().textContent()).toContain('voltage');
  await browser.keep(page, 'alerts-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  const alert = now.getByRole('listitem').filter({ hasText: 'voltage is too high' });
  await alert.getByRole('button', { name: 'Acknowledge' }).focus();
  await page.keyboard.press('Enter');
  await alert.getByLabel(/^Why/).waitFor();
  await page.keyboard.type('the supply is being changed');
  await page.keyboard.press('Enter');
  await alert.getByText('the supply is being changed').waitFor();
  // What somebody takes care of is the least urgent.
  await expect
    .poll(async () => await now.getByRole('listitem').last().textContent())
    .toContain('voltage');
  const { alerts } = await bench.client().alerts.list();
  const rule = alerts.find(({ name }) => name === 'over-voltage');
  expect(rule?.raised[0]?.acknowledged).toMatchObject({ why: 'the supply is being changed' });
  expect(rule?.raised[0]?.acknowledged?.by).toContain('dashboard');
  expect(browser.complaints).toEqual([]);
});

test('an alert is silenced for a time, and the silence ended', async () => {
  await using lab = await openLaboratory('/alerts', alerting);
  const { page } = lab;
  const alert = page.getByRole('listitem').filter({ hasText: 'voltage is too high' });
  await alert.getByRole('button', { name: 'Silence' }).click();
  await alert.getByLabel('for', { exact: true }).selectOption('8 hours');
  await alert.getByLabel(/Why/).fill('known');
  await alert.getByRole('button', { name: 'Silence' }).last().click();
  const silences = page.getByRole('table', { name: 'Silences' });
  await silences.getByText('known').waitFor();
  await silences.getByRole('button', { name: /End/ }).click();
  await silences.waitFor({ state: 'hidden' });
});

test('a rule is added in words, comes true, is switched off, and stays in the history', async () => {
  await using lab = await openLaboratory('/alerts');
  const { page, bench, browser } = lab;
  await page.getByText('Nothing is wrong.').waitFor();
  await page.getByRole('button', { name: 'Add a rule' }).click();
  await page.getByLabel('Name', { exact: true }).fill('too much');
  await page.getByRole('button', { name: 'Save the rule' }).click();
  await page.getByRole('alert').getByText('Give it a name').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('too-much');
  await page.getByLabel('Instrument', { exact: true }).fill('multimeter');
  await page.getByLabel('Parameter', { exact: true }).fill('voltage');
  await page.getByLabel('Value', { exact: true }).fill('1');
  await browser.keep(page, 'alerts-rule-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save the rule' }).click();
  const rules = page.getByRole('table', { name: 'Rules' });
  const rule = rules.getByRole('row', { name: /too-much/ });
  await rule.getByText('raised').waitFor();
  expect((await bench.client().settings()).written['alerts']).toMatchObject({
    'too-much': { instruments: ['multimeter'], is: 'above', value: 1 },
  });
  await rule.getByRole('button', { name: /Switch off/ }).click();
  await rule.getByText('off', { exact: true }).waitFor();
  await page.getByText('Nothing is wrong.').waitFor();
  await page
    .getByRole('table', { name: 'Alerts that were raised' })
    .getByText('its rule was changed')
    .waitFor();
});

test('alerts on a phone are no wider than it', async () => {
  const look = { width: 360, height: 780, colorScheme: 'dark' } as const;
  await using lab = await openLaboratory('/alerts', alerting, look);
  const { page, browser } = lab;
  await page.getByRole('heading', { name: /voltage is too high/ }).waitFor();
  expect(await isWiderThanItsWindow(page)).toBe(false);
  await browser.keep(page, 'alerts-dark-phone');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
});

test('who is told is shown, and a test says whether it works', async () => {
  const told: string[] = [];
  const server = createServer((request, response) => {
    request.on('data', (data: Buffer) => told.push(data.toString()));
    request.on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ways = `${flowLaboratory}
[notify.phone]
kind = "webhook"
url = "http://127.0.0.1:${port}/hook"
[notify.nowhere]
kind = "webhook"
url = "http://127.0.0.1:9/hook"
`;
  try {
    await using lab = await openLaboratory('/alerts', ways);
    const { page, browser } = lab;
    await page.getByRole('button', { name: 'Send a test by phone' }).click();
    await page.getByText('The test went out by phone.').waitFor();
    expect(told.length).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Send a test by nowhere' }).click();
    await page.getByText(/The test did not go out by nowhere/).waitFor();
    await browser.keep(page, 'alerts-ways-light');
    expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  } finally {
    server.close();
  }
});
