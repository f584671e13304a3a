import { expect, test, vi } from 'vitest';

import { seriousFindingsInBothThemes } from './accessibility.ts';
import { isWider, laboratory, ShownLaboratory, withAbsentPort } from './laboratory.ts';

// A browser looks at whole pages, and at each of their elements for what is hard to use.
vi.setConfig({ testTimeout: 120_000 });

test('the overview says at a glance what is there, who uses it, and what failed last', async () => {
  await using lab = await ShownLaboratory.start(withAbsentPort);
  const ada = lab.client('ada.py');
  await ada.read('three', 'fMeasure');
  await ada.query('meter', 'NONSENSE?').catch(() => undefined);
  await using _lease = await ada.lease({ port: 'bus' });
  const page = await lab.browser.open(lab.gateway.url, { height: 1_000 });
  await page.getByText('Port gone is absent').waitFor();
  await page.getByText('Ports open').waitFor();
  const ports = page.getByRole('table', { name: 'Ports' });
  await ports.getByText('ada.py').waitFor();
  await page.getByRole('table', { name: 'What failed last' }).getByText('NONSENSE?').waitFor();
  await page.getByRole('table', { name: 'Programs inside' }).getByText('dashboard').waitFor();
  await expect.poll(async () => await page.locator('.small-plot path.line').count()).toBe(3);
  await lab.browser.keep(page, 'overview-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await lab.browser.keep(page, 'overview-dark');
  await page.setViewportSize({ width: 360, height: 800 });
  await lab.browser.keep(page, 'overview-dark-phone');
  expect(await page.evaluate(isWider)).toBe(false);
  expect(lab.browser.complaints).toEqual([]);
});

test('who holds a port while others wait is told of, and can be made to give it up', async () => {
  await using lab = await ShownLaboratory.start(laboratory);
  const held = await lab.client('ada.py').lease({ port: 'bus', holdMs: 120_000 });
  const waits = lab.client('bob.py').read('three', 'fMeasure', { waitMs: 120_000 });
  const page = await lab.browser.open(lab.gateway.url);
  await page.getByText('All ports are open, and all that runs is ready.').waitFor();
  const breakIt = page.getByRole('button', { name: 'Break the lease' });
  await breakIt.waitFor();
  await page.getByText(/\d requests? waits?,/).waitFor();
  await lab.browser.keep(page, 'overview-stuck-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await breakIt.click();
  await page.getByLabel('Why').fill('it hangs');
  await page.keyboard.press('Enter');
  expect(typeof (await waits).value).toBe('number');
  await page.getByText(/\d requests? waits?,/).waitFor({ state: 'detached' });
  await held.release().catch(() => undefined);
});

test('a wait that would have been a deadlock is told of, with who waits for whom', async () => {
  await using lab = await ShownLaboratory.start(laboratory);
  using ada = await lab.client('ada.py').connect();
  using bob = await lab.client('bob.py').connect();
  await ada.lease({ port: 'bus' });
  await bob.lease({ port: 'meter' });
  const waits = ada.lease({ port: 'meter', waitMs: 60_000 }).catch(() => undefined);
  await expect.poll(async () => (await lab.client('x').port('meter')).queue.length).toBe(1);
  await expect(bob.lease({ port: 'bus', waitMs: 60_000 })).rejects.toMatchObject({
    code: 'DEADLOCK',
  });
  const page = await lab.browser.open(lab.gateway.url);
  await page.getByText('would have been a deadlock').first().waitFor();
  await page.getByText('Who waits for whom').click();
  await lab.browser.keep(page, 'overview-deadlock-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Put away' }).click();
  await page.getByText('would have been a deadlock').first().waitFor({ state: 'detached' });
  ada.close();
  await waits;
});
