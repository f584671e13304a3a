import { readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { SignalboxClient } from '../../src/client/index.ts';
import { Browser } from '../support/browser.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { seriousFindings, seriousFindingsInBothThemes } from './accessibility.ts';

const example = new URL('../../examples/alarm-clock/lab.toml', import.meta.url);
const isWider = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
const patience = { timeout: 30_000 };

test('alarms are seen, set, rung, snoozed and taken away, and each change has a way back', async () => {
  await using gateway = await GatewayProcess.start(await readFile(example, 'utf8'));
  const client = new SignalboxClient({ url: gateway.url });
  await using browser = new Browser();
  const page = await browser.open(`${gateway.url}/alarms`);
  const alarm = page.locator('[data-name="wake"]');
  await alarm.getByText('waiting').waitFor();
  expect(await alarm.locator('ol.times li').count()).toBe(5);
  await page.locator('[data-name="ramp-up"]').getByText('waiting').waitFor();

  // Nobody is signed in yet: the page says so, and how to.
  const player = page.locator('[data-player="music"]');
  const signIn = player.getByRole('link', { name: 'Sign in to music' });
  const [signingIn] = await Promise.all([page.context().waitForEvent('page'), signIn.click()]);
  await signingIn.getByText('Signed in').first().waitFor();
  await signingIn.close();
  await player.getByText('signed in').waitFor();
  await browser.keep(page, 'alarms-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });

  await page.getByRole('button', { name: 'Add an alarm' }).click();
  const form = page.locator('#alarm-form');
  await form.getByLabel('Name in the file').fill('late');
  await form.getByLabel('Time').fill('09:15');
  await form.getByLabel('saturday').check();
  await form.getByLabel('Playlist').fill('spotify:playlist:37i9dQZF1DX0SIMULATED2');
  await form.getByLabel('Device').fill('Kitchen');
  await browser.keep(page, 'alarm-form-light');
  expect(await seriousFindings(page)).toEqual([]);
  await form.getByRole('button', { name: 'Save' }).click();
  await page.locator('[data-name="late"]').getByText('09:15').first().waitFor();
  const written = await readFile(`${gateway.folder}/lab.toml`, 'utf8');
  expect(written).toContain('[alarms.late]');
  expect(written).toContain('# when the speaker in the bedroom is unplugged');

  await page.locator('#done').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => await page.locator('[data-name="late"]').count()).toBe(0);

  await page.getByRole('button', { name: 'Change wake' }).click();
  // Until then the form before is there, hidden.
  await form.getByText('Alarm wake').waitFor();
  await form.getByLabel('Fade in').uncheck();
  // Meanwhile somebody else changes another alarm: both changes are kept.
  await client.changeSettings([{ path: 'alarms.nap.volume', value: 33 }]);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'hidden' });
  const { values } = await client.settings();
  expect(values).toMatchObject({ alarms: { wake: { fadeIn: false }, nap: { volume: 33 } } });

  // Somebody else has changed this very alarm: nothing of theirs is written over.
  await page.getByRole('button', { name: 'Change wake' }).click();
  await form.getByText('Alarm wake').waitFor();
  await form.getByLabel('Title').fill('Up');
  await client.changeSettings([{ path: 'alarms.wake.volume', value: 44 }]);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByRole('alert').getByText('open it again').waitFor();
  await form.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Run now: wake' }).click();
  await alarm.getByText('ringing').waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await browser.keep(page, 'alarms-ringing-dark');
  await page.getByRole('button', { name: 'Snooze wake' }).click();
  await alarm.getByText('snoozed').waitFor();
  await page.getByRole('button', { name: 'Stop wake' }).click();
  await alarm.getByText('waiting').waitFor();

  await player.getByRole('button', { name: 'Start the sleep timer of music' }).click();
  await player.getByText('silent at').waitFor();
  await page.setViewportSize({ width: 390, height: 800 });
  await browser.keep(page, 'alarms-dark-phone');
  expect(await page.evaluate(isWider)).toBe(false);
  await player.getByRole('button', { name: 'Let it play on: music' }).click();
  await player.getByRole('button', { name: 'Start the sleep timer of music' }).waitFor();
  expect(browser.complaints.filter((each) => !each.includes('409'))).toEqual([]);
}, 120_000);

test('an alarm that could not ring is told of on top of the page', async () => {
  await using gateway = await GatewayProcess.start(await readFile(example, 'utf8'));
  const client = new SignalboxClient({ url: gateway.url });
  await client.schedules.run('wake');
  await expect
    .poll(async () => (await client.schedules.get('wake')).lastRun?.state, patience)
    .toBe('failed');
  await using browser = new Browser();
  const page = await browser.open(`${gateway.url}/alarms`, { width: 390 });
  const banner = page.locator('#missed');
  await banner.getByText('Good morning did not ring').waitFor();
  expect(await banner.textContent()).toContain('sign in at');
  await browser.keep(page, 'alarms-missed-phone');
  expect(await page.evaluate(isWider)).toBe(false);
}, 60_000);
