import { expect, test, vi } from 'vitest';

import { seriousFindingsInBothThemes } from './accessibility.ts';
import { isWider, ShownLaboratory } from './laboratory.ts';

// A browser looks at whole pages, and at each of their elements for what is hard to use.
vi.setConfig({ testTimeout: 120_000 });

test('all holders and all who wait are seen, and a lease is broken by keyboard alone', async () => {
  await using lab = await ShownLaboratory.start();
  const page = await lab.browser.open(`${lab.gateway.url}/leases`);
  await page.getByText('Nobody holds anything.').waitFor();
  await lab.browser.keep(page, 'leases-empty-light');
  const ada = lab.client('ada.py');
  using connection = await ada.connect();
  const held = await connection.lease({ instrument: 'three' });
  await using _other = await lab.client('night-run').lease({ port: 'meter' });
  const waits = lab.client('bob.py').read('three', 'fMeasure', { waitMs: 60_000 });
  const leases = page.getByRole('table', { name: 'Leases that are held' });
  await leases.getByText('ada.py').waitFor();
  await leases.getByText('night-run').waitFor();
  await page.getByRole('table', { name: 'Who waits' }).getByText('bob.py').first().waitFor();
  await lab.browser.keep(page, 'leases-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await lab.browser.keep(page, 'leases-dark');
  await page.getByRole('button', { name: 'Break the lease of ada.py on bus' }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Why').waitFor();
  await page.getByLabel('Why').focus();
  await page.keyboard.type('it hangs');
  await page.keyboard.press('Enter');
  await expect.poll(() => held.lost.aborted).toBe(true);
  expect(typeof (await waits).value).toBe('number');
  await leases.getByText('ada.py').waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 360, height: 800 });
  await lab.browser.keep(page, 'leases-dark-phone');
  expect(await page.evaluate(isWider)).toBe(false);
  expect(lab.browser.complaints).toEqual([]);
});
