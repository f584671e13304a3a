import { expect, test } from 'vitest';

import { seriousFindingsInBothThemes } from './accessibility.ts';
import { isWiderThanItsWindow, openLaboratory } from './open-laboratory.ts';

test('the list shows each instrument with what it says now, and finds one by a part of its name', async () => {
  await using lab = await openLaboratory('/instruments');
  const { page, browser } = lab;
  const table = page.getByRole('table', { name: 'Instruments' });
  await table
    .getByRole('row', { name: /nitrogen/ })
    .getByText('mln/min')
    .waitFor();
  await table
    .getByRole('row', { name: /multimeter/ })
    .getByText('1.23')
    .waitFor();
  expect(await table.getByRole('row').count()).toBe(4);
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await browser.keep(page, 'instruments-light');
  await page.keyboard.press('/');
  await page.keyboard.type('meter');
  await expect.poll(async () => await table.getByRole('row').count()).toBe(2);
  await page.keyboard.press('Tab');
  await page.getByRole('link', { name: 'multimeter' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'multimeter', level: 1 }).waitFor();
  expect(browser.complaints).toEqual([]);
});

test('what an instrument does not take is told beside the field, and nothing is sent', async () => {
  await using lab = await openLaboratory('/instruments/multimeter');
  const { page, bench, browser } = lab;
  await page.getByRole('button', { name: 'Set range' }).click();
  const field = page.getByLabel('New value of range');
  await field.fill('1,5');
  await page.getByRole('alert').getByText('Use a point for decimals').waitFor();
  await field.fill('5000');
  await page.getByRole('alert').getByText('at most 1000 V').waitFor();
  await page.keyboard.press('Enter');
  await browser.keep(page, 'instrument-refused-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  const trace = await bench.client().trace('meter');
  expect(trace.filter(({ request }) => request.text.startsWith('VOLT:RANG '))).toEqual([]);
});

test('a value is written by keyboard alone, told of, and undone to what it was before', async () => {
  await using lab = await openLaboratory('/instruments/multimeter');
  const { page, bench } = lab;
  const client = bench.client();
  await client.write('multimeter', 'range', 10);
  await page.getByRole('button', { name: 'Read range' }).focus();
  await page.keyboard.press('Enter');
  const row = page.getByRole('row', { name: /^range/ });
  await row.getByText('10 V').waitFor();
  await page.getByRole('button', { name: 'Set range' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('100');
  await page.keyboard.press('Enter');
  await page.getByText(/^Written: 100 V/).waitFor();
  expect((await client.read('multimeter', 'range')).value).toBe(100);
  const { lastChange } = await client.instrument('multimeter');
  expect(lastChange).toMatchObject({ by: { program: 'dashboard' }, what: 'write range' });
  await page.getByRole('button', { name: 'Undo: back to 10 V' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText(/^Written: 10 V/).waitFor();
  expect((await client.read('multimeter', 'range')).value).toBe(10);
});

test('a secured parameter is written only when it was unlocked', async () => {
  await using lab = await openLaboratory('/instruments/nitrogen');
  const { page } = lab;
  await page.getByRole('searchbox', { name: 'Filter parameters' }).fill('fluidName');
  await page.getByRole('button', { name: 'Set fluidName' }).click();
  await page.getByLabel('New value of fluidName').fill('ARGON');
  await page.getByRole('button', { name: 'Write', exact: true }).click();
  await page.getByRole('alert').getByText('unlock it to write').waitFor();
  await page.getByLabel('Unlock').check();
  await page.getByRole('button', { name: 'Write', exact: true }).click();
  await page.getByText(/^Written: ARGON/).waitFor();
});

test('whose write was not acknowledged is told what that means, and can read it back', async () => {
  await using lab = await openLaboratory('/instruments/multimeter');
  const { page } = lab;
  await page.route('**/parameters/range', async (route) => {
    if (route.request().method() !== 'PUT') return await route.continue();
    const error = {
      code: 'OUTCOME_UNKNOWN',
      fault: 'instrument',
      message: 'range was sent and not acknowledged',
      nextStep: 'Read it back.',
      details: {},
    };
    await route.fulfill({ status: 504, json: { error } });
  });
  await page.getByRole('button', { name: 'Set range' }).click();
  await page.getByLabel('New value of range').fill('10');
  await page.keyboard.press('Enter');
  await page.getByText('Nobody knows whether it was written').waitFor();
  await page.getByRole('button', { name: 'Read it back' }).click();
  await page
    .getByRole('row', { name: /^range/ })
    .getByText('just now')
    .waitFor();
});

test('a parameter that is watched is polled from then on, and can be plotted', async () => {
  await using lab = await openLaboratory('/instruments/multimeter');
  const { page, bench } = lab;
  await page.getByRole('button', { name: 'Watch: range' }).click();
  await page.getByRole('button', { name: 'Watched: range' }).waitFor();
  await expect
    .poll(() => bench.gateway.latest.get('multimeter')?.values['range']?.quality)
    .toBe('good');
  await page.getByRole('checkbox', { name: 'range' }).waitFor();
  await page.getByRole('button', { name: 'Watched: range' }).click();
  await page.getByRole('button', { name: 'Watch: range' }).waitFor();
});

test('messages go to the instrument and come back, and the ones before are a key away', async () => {
  await using lab = await openLaboratory('/instruments/multimeter');
  const { page } = lab;
  const field = page.getByLabel('Message to multimeter');
  await field.fill('*IDN?');
  await page.keyboard.press('Enter');
  const log = page.getByRole('log', { name: 'Messages and replies' });
  await log.getByText('SIGNALBOX,SIM34401').waitFor();
  await field.press('ArrowUp');
  expect(await field.inputValue()).toBe('*IDN?');
});

test('an action runs with its argument, and tells what is wrong with one', async () => {
  await using lab = await openLaboratory('/instruments/nitrogen');
  const { page } = lab;
  const form = page.getByRole('form', { name: /Blinks/ });
  await form.getByLabel('How long').fill('12');
  await form.getByRole('button', { name: 'Run' }).click();
  await form.getByText('at most 9').waitFor();
  await form.getByLabel('How long').fill('1');
  await form.getByRole('button', { name: 'Run' }).click();
  await form.getByText('Done.').waitFor();
});

test('an instrument is taken and released, and others see by whom', async () => {
  await using lab = await openLaboratory('/instruments/multimeter');
  const { page, bench } = lab;
  await page.getByRole('button', { name: 'Take', exact: true }).click();
  await page.getByText('This page holds it').waitFor();
  expect(await bench.client().leases()).toMatchObject([{ owner: { program: 'dashboard' } }]);
  await page.getByRole('button', { name: 'Release' }).click();
  await page.getByText('Nobody holds it').waitFor();
  expect(await bench.client().leases()).toEqual([]);
});

test('an instrument on a phone is no wider than the phone', async () => {
  const look = { width: 360, height: 780, colorScheme: 'dark' } as const;
  await using lab = await openLaboratory('/instruments/nitrogen', undefined, look);
  const { page, browser } = lab;
  await page.getByRole('application', { name: /nitrogen/ }).waitFor();
  await page.getByRole('button', { name: 'Set setpoint' }).click();
  expect(await isWiderThanItsWindow(page)).toBe(false);
  await browser.keep(page, 'instrument-dark-phone');
  await page.goto(`${lab.url}/instruments`);
  await page.getByRole('link', { name: 'nitrogen' }).waitFor();
  expect(await isWiderThanItsWindow(page)).toBe(false);
  await browser.keep(page, 'instruments-dark-phone');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
});
