import { readFile } from 'node:fs/promises';

import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { seriousFindingsInBothThemes } from './accessibility.ts';
import { isWider, ShownLaboratory, withAbsentPort } from './laboratory.ts';

// A browser looks at whole pages, and at each of their elements for what is hard to use.
vi.setConfig({ testTimeout: 120_000 });

let lab: ShownLaboratory;
beforeEach(async () => {
  lab = await ShownLaboratory.start(withAbsentPort);
});
afterEach(async () => await lab[Symbol.asyncDispose]());

const open = async (path: string): Promise<Page> =>
  await lab.browser.open(`${lab.gateway.url}${path}`);

describe('the page of ports', () => {
  test('lists how each port stands, who holds it, how long requests wait, and what failed', async () => {
    const ada = lab.client('ada.py');
    await ada.read('three', 'fMeasure');
    await ada.query('meter', 'NONSENSE?').catch(() => undefined);
    await using _lease = await ada.lease({ port: 'meter' });
    const page = await open('/ports');
    const meter = page.getByRole('row', { name: 'meter' });
    await meter.getByText('ada.py').waitFor();
    await meter.getByText(`pid ${process.pid}`).waitFor();
    await meter.getByText('INSTRUMENT_TIMEOUT').waitFor();
    await page.getByRole('row', { name: 'gone' }).getByText('absent').waitFor();
    await expect
      .poll(async () => await page.getByRole('row', { name: 'bus' }).textContent())
      .toMatch(/\d m?s/);
    await lab.browser.keep(page, 'ports-light');
    expect(await seriousFindingsInBothThemes(page)).toEqual([]);
    await lab.browser.keep(page, 'ports-dark');
    await page.setViewportSize({ width: 360, height: 800 });
    await lab.browser.keep(page, 'ports-dark-phone');
    expect(await page.evaluate(isWider)).toBe(false);
    expect(lab.browser.complaints).toEqual([]);
  });

  test('shows the line of a port, and breaks a lease once somebody has said why', async () => {
    const ada = lab.client('ada.py');
    const held = await ada.lease({ port: 'bus' });
    const waits = lab.client('bob.py').read('three', 'fMeasure', { waitMs: 60_000 });
    const page = await open('/ports/bus');
    await page
      .getByRole('table', { name: 'Who waits for bus' })
      .getByText('bob.py')
      .first()
      .waitFor();
    await lab.browser.keep(page, 'port-queue-light');
    expect(await seriousFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Break the lease of ada.py on bus' }).click();
    const question = page.getByRole('dialog', { name: 'Break the lease of bus?' });
    await lab.browser.keep(page, 'break-lease-dark');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
    expect(held.lost.aborted).toBe(false);
    await page.getByRole('button', { name: 'Break the lease of ada.py on bus' }).click();
    await question.getByRole('button', { name: 'Break the lease' }).click();
    // Without a reason nothing is done.
    expect(await question.isVisible()).toBe(true);
    await question.getByLabel('Why').fill('nobody is at that desk');
    await page.keyboard.press('Enter');
    await page.getByText('is broken').first().waitFor();
    expect(typeof (await waits).value).toBe('number');
    await page.getByText('Nobody: all take turns.').waitFor();
    await held.release().catch(() => undefined);
  });

  test('shows what goes over the wire, as it goes: filtered, held still, and saved', async () => {
    const ada = lab.client('ada.py');
    await ada.read('three', 'fMeasure');
    const page = await open('/ports/bus/traffic');
    const table = page.getByRole('table', { name: 'Exchanges, newest first' });
    await table.getByText('ada.py').first().waitFor();
    await ada.read('five', 'setpoint');
    await table.getByText('node 5').first().waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    const before = await table.getByRole('row').count();
    await ada.read('three', 'setpoint');
    await page.getByRole('button', { name: /Go on \(\d+ new\)/ }).waitFor();
    expect(await table.getByRole('row').count()).toBe(before);
    await page.getByRole('button', { name: /Go on/ }).click();
    await expect.poll(async () => await table.getByRole('row').count()).toBeGreaterThan(before);
    await page.keyboard.press('/');
    await page.keyboard.type('node 5');
    await page.getByText(/^\d+ of \d+ exchanges$/).waitFor();
    await expect.poll(async () => await table.getByText('node 3').count()).toBe(0);
    await lab.browser.keep(page, 'traffic-light');
    expect(await seriousFindingsInBothThemes(page)).toEqual([]);
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const [head, ...rows] = (await readFile(await csv.path(), 'utf8')).trim().split('\r\n');
    expect(head).toContain('number,time,who');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => row.includes('node 5'))).toBe(true);
    const [json] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'JSON' }).click(),
    ]);
    const exchanges = JSON.parse(await readFile(await json.path(), 'utf8')) as { scope: string }[];
    expect(new Set(exchanges.map(({ scope }) => scope))).toEqual(new Set(['node 5']));
    await page.getByLabel('Bytes as hex').check();
    await page.setViewportSize({ width: 360, height: 800 });
    await lab.browser.keep(page, 'traffic-dark-phone');
    expect(await page.evaluate(isWider)).toBe(false);
  });

  test('shows what a port has done, and counts from nothing again once that is agreed to', async () => {
    const ada = lab.client('ada.py');
    await ada.query('meter', 'NONSENSE?').catch(() => undefined);
    const page = await open('/ports/meter/statistics');
    const errors = page.getByRole('table', { name: 'Failed requests by class' });
    await errors.getByText('the instrument').waitFor();
    await page.getByRole('table', { name: 'Programs' }).getByText('ada.py').waitFor();
    await lab.browser.keep(page, 'statistics-light');
    expect(await seriousFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('button', { name: 'Reset the statistics' }).click();
    await errors.waitFor({ state: 'detached' });
    expect((await ada.statistics('meter')).failures).toBe(0);
  });

  test('gives a device to another program, and takes it back', async () => {
    const page = await open('/ports/meter');
    await page.getByRole('button', { name: 'Release the device' }).click();
    await page.getByText('is released').first().waitFor();
    expect((await lab.client('ada.py').port('meter')).state).toBe('released');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await lab.client('x').port('meter')).state).toBe('open');
  });

  test('says why a port is not open', async () => {
    const page = await open('/ports/gone');
    await page.getByText('gone is absent.').waitFor();
    await lab.browser.keep(page, 'port-absent-light');
    await page.getByRole('link', { name: 'Why is it not working?' }).last().click();
    await page.getByRole('heading', { name: 'Why is it not working?', level: 1 }).waitFor();
  });
});
