import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openConfig, settingsOf } from '../../src/config/index.ts';
import type { Config, ConfigStore } from '../../src/config/index.ts';
import { Browser } from '../support/browser.ts';
import { openDoor } from '../doors/http/open-door.ts';
import type { OpenDoor } from '../doors/http/open-door.ts';
import { seriousFindingsInBothThemes } from './accessibility.ts';

const text = `[gateway]
name = "lab-2"

[ports.bus] # behind the cupboard
serial = "/dev/ttyUSB0"
protocol = "propar"
timeoutMs = 200

[instruments.nitrogen]
port = "bus"
driver = "bronkhorst"
node = 3

[workers.camera]
command = ["camera", "--fast"]
environment = { CAMERA_TOKEN = "hunter2", CAMERA_MODE = "fast" }
`;

let folder: string;
let file: string;
let store: ConfigStore<Config>;
let door: OpenDoor;
let browser: Browser;
let page: Page;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-page-'));
  file = join(folder, 'lab.toml');
  await writeFile(file, text);
  store = await openConfig(file);
  door = await openDoor({ services: { settings: settingsOf(store) } });
  browser = new Browser();
  page = await browser.open(`${door.url}/settings`);
  await page.locator('#revisions > li').first().waitFor();
});

afterEach(async () => {
  await browser[Symbol.asyncDispose]();
  await door[Symbol.asyncDispose]();
  await store.close();
  await rm(folder, { recursive: true });
});

/** Opens a section, and an entry of it. */
async function open(section: string, entry?: string): Promise<void> {
  await page.locator(`#section-${section} > summary`).click();
  if (entry === undefined) return;
  await page.locator(`[data-path="${section}.${entry}"] > summary`).click();
}

/** The field of a setting. */
function field(path: string) {
  return page.locator(`[id="field-${path}"]`);
}

async function save(): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
}

async function saved(): Promise<void> {
  await page.getByText('Saved.').waitFor();
}

describe('the page of settings', () => {
  test('shows what is set, what is the default, and what is allowed', async () => {
    await open('ports', 'bus');
    expect(await field('ports.bus.timeoutMs').inputValue()).toBe('200');
    expect(await field('ports.bus.timeoutMs').getAttribute('type')).toBe('number');
    expect(await field('ports.bus.timeoutMs').getAttribute('max')).toBe('600000');
    expect(await field('ports.bus.mode').innerText()).toContain('binary (default)');
    expect(await page.getByLabel('Timeout').first().isVisible()).toBe(true);
    await open('http');
    expect(await field('http.port').getAttribute('placeholder')).toBe('5001');
    expect(await field('http.enabled').isChecked()).toBe(true);
    await open('workers', 'camera');
    expect(await page.content()).not.toContain('hunter2');
    expect(browser.complaints).toEqual([]);
    expect(
      browser.asked.filter((url) => !url.startsWith(door.url) && !url.startsWith('data:')),
    ).toEqual([]);
  });

  test('saves all changes in one piece, with the reason, and leaves the rest of the file', async () => {
    await open('ports', 'bus');
    await field('ports.bus.timeoutMs').fill('500');
    await field('ports.bus.mode').selectOption('ascii');
    await page.getByText('2 unsaved changes').waitFor();
    await browser.keep(page, 'settings-changed-light');
    expect(await seriousFindingsInBothThemes(page)).toEqual([]);
    await page.getByLabel('Why').fill('a slow bus');
    await save();
    await saved();
    expect(await readFile(file, 'utf8')).toContain('[ports.bus] # behind the cupboard');
    expect(store.value.ports['bus']).toMatchObject({ timeoutMs: 500, mode: 'ascii' });
    expect(store.get('workers.camera.environment.CAMERA_TOKEN')).toBe('hunter2');
    expect(await store.history()).toMatchObject([
      { revision: 2, why: 'a slow bus', by: expect.stringContaining('dashboard') as string },
      { revision: 1 },
    ]);
    await page.getByText('Holds after a restart: ports.bus.timeoutMs, ports.bus.mode').waitFor();
    await field('ports.bus.timeoutMs').fill('');
    await page.keyboard.press('Control+s');
    await expect.poll(() => store.value.ports['bus']?.timeoutMs).toBeUndefined();
  });

  test('adds, renames and removes what has a name', async () => {
    await open('ports');
    await page.getByRole('textbox', { name: 'New port' }).fill('meter');
    await page.getByLabel('Kind of the new port').selectOption('lines');
    await page.locator('[data-path="ports"] > form').getByRole('button', { name: 'Add' }).click();
    await field('ports.meter.tcp').fill('192.0.2.9:5025');
    await page.locator('[data-path="ports.bus"] > summary').click();
    await page.locator('[id="rename-ports.bus"]').fill('flow-bus');
    await page.keyboard.press('Enter');
    await page.locator('[data-path="ports.flow-bus"]').first().waitFor();
    await save();
    await saved();
    expect(store.written['ports']).toEqual({
      'flow-bus': { serial: '/dev/ttyUSB0', protocol: 'propar', timeoutMs: 200 },
      meter: { protocol: 'lines', tcp: '192.0.2.9:5025' },
    });
    expect(store.get('instruments.nitrogen.port')).toBe('flow-bus');
    await page.getByRole('button', { name: 'Remove meter' }).click();
    await save();
    await expect.poll(() => Object.keys(store.value.ports)).toEqual(['flow-bus']);
  });

  test('says beside the field what is wrong, and saves nothing', async () => {
    await open('instruments', 'nitrogen');
    await field('instruments.nitrogen.node').fill('129');
    await field('instruments.nitrogen.port').fill('buss');
    await save();
    const problem = page.locator('[id="field-instruments.nitrogen.node-problem"]');
    await problem.getByText('at most 128, not 129').waitFor();
    expect(await field('instruments.nitrogen.node').getAttribute('aria-invalid')).toBe('true');
    const focused = await page.evaluate('document.activeElement.id');
    expect(focused).toBe('field-instruments.nitrogen.node');
    await browser.keep(page, 'settings-wrong-light');
    expect(store.revision).toBe(1);
    await field('instruments.nitrogen.node').fill('4');
    await save();
    await page.getByText("did you mean 'bus'").first().waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await field('instruments.nitrogen.port').inputValue()).toBe('bus');
    expect(await page.locator('#bar').isHidden()).toBe(true);
  });

  test('lets two who have changed the same decide, key by key', async () => {
    await open('ports', 'bus');
    await field('ports.bus.timeoutMs').fill('500');
    await field('ports.bus.retries').fill('3');
    await store.transaction(
      (tx) => {
        tx.set('ports.bus.timeoutMs', 900);
        tx.set('ports.bus.retries', 7);
        tx.set('gateway.name', 'lab-3');
      },
      { by: 'ada', why: 'a long cable' },
    );
    await save();
    const dialog = page.getByRole('dialog', { name: 'Somebody else has saved meanwhile' });
    await dialog.getByText('made by ada').waitFor();
    await dialog.getByText('"lab-3"').waitFor();
    await browser.keep(page, 'settings-conflict-light');
    const theirs = dialog.getByRole('group', { name: 'ports.bus.retries' });
    await theirs.getByLabel(/take theirs/).check();
    await dialog.getByRole('button', { name: 'Save merged' }).click();
    await saved();
    expect(store.value.ports['bus']).toMatchObject({ timeoutMs: 500, retries: 7 });
    expect(store.value.gateway.name).toBe('lab-3');
  });

  test('shows the history, and rolls back once that is agreed to', async () => {
    await store.set('ports.bus.timeoutMs', 900, { by: 'ada', why: 'a long cable' });
    await page.getByText('a long cable').waitFor();
    const [newest, oldest] = [
      page.locator('#revisions > li').first(),
      page.locator('#revisions > li').nth(1),
    ];
    await newest.getByRole('button', { name: 'Changes' }).click();
    await newest.getByText('900').waitFor();
    await oldest.getByRole('button', { name: 'Roll back to this' }).click();
    const dialog = page.getByRole('dialog', { name: 'Roll back to revision 1?' });
    await dialog.getByText('200').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(store.revision).toBe(2);
    await oldest.getByRole('button', { name: 'Roll back to this' }).click();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await expect.poll(() => store.get('ports.bus.timeoutMs')).toBe(200);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('asks before what is not saved is left, and keeps it when that was a slip', async () => {
    await open('ports', 'bus');
    await field('ports.bus.timeoutMs').fill('500');
    const ports = page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Ports' });
    await ports.click();
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await field('ports.bus.timeoutMs').inputValue()).toBe('500');
    await ports.click();
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Ports', level: 1 }).waitFor();
    expect(store.revision).toBe(1);
  });

  test('is used by keyboard alone, on a phone, in the dark', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 800 });
    await page.locator('#section-gateway > summary').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('field-gateway.name');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('lab-4');
    await page.getByText('1 unsaved change', { exact: true }).waitFor();
    const isWider = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    expect(await page.evaluate(isWider)).toBe(false);
    await open('ports', 'bus');
    await browser.keep(page, 'settings-dark-phone');
    await page.keyboard.press('Control+s');
    await expect.poll(() => store.value.gateway.name).toBe('lab-4');
    const unnamed = `[...document.querySelectorAll('input, select, textarea')].filter((each) =>
      each.labels.length === 0 && !each.getAttribute('aria-label')).map((each) => each.outerHTML)`;
    expect(await page.evaluate(unnamed)).toEqual([]);
  });
});
