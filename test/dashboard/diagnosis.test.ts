import { expect, test, vi } from 'vitest';

import { seriousFindingsInBothThemes } from './accessibility.ts';
import { isWider, ShownLaboratory, withAbsentPort } from './laboratory.ts';

// A browser looks at whole pages, and at each of their elements for what is hard to use.
vi.setConfig({ testTimeout: 120_000 });

test('what is wrong is told with its cause, whose fault it is, and what to do', async () => {
  await using lab = await ShownLaboratory.start(withAbsentPort);
  const page = await lab.browser.open(`${lab.gateway.url}/diagnosis`);
  const finding = page.getByRole('listitem').filter({ hasText: 'gone' }).first();
  await finding.getByText('Whose fault').waitFor();
  await finding.getByText('the link').waitFor();
  await finding.getByText('What to do').waitFor();
  await lab.browser.keep(page, 'diagnosis-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await lab.browser.keep(page, 'diagnosis-dark');
  await page.getByText(/^Well: \d+$/).click();
  await page.getByText('port bus', { exact: false }).first().waitFor();
  await page.setViewportSize({ width: 360, height: 800 });
  await lab.browser.keep(page, 'diagnosis-dark-phone');
  expect(await page.evaluate(isWider)).toBe(false);
  expect(lab.browser.complaints).toEqual([]);
});
