import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { expect, test } from 'vitest';

import { seriousFindingsInBothThemes } from './accessibility.ts';
import { isWiderThanItsWindow, openLaboratory } from './open-laboratory.ts';

/** An instrument in the network that speaks SCPI; `silent` says nothing. */
async function instrument(isSilent = false) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      for (const line of isSilent ? [] : data.toString().split('\n').slice(0, -1)) {
        if (line === '*IDN?') socket.write('ACME,Ohmmeter 3,42,1.0\n');
        else if (line.includes('?')) socket.write('1\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test('an instrument is found at an address, tried, named by keyboard, and works at once', async () => {
  using meter = await instrument();
  await using lab = await openLaboratory('/add', '');
  const { page, bench, browser } = lab;
  await page.getByRole('checkbox', { name: /Serial devices/ }).uncheck();
  await page.getByRole('checkbox', { name: /Its ports/ }).uncheck();
  await page.getByLabel('Addresses and networks').fill(meter.address);
  await browser.keep(page, 'add-search-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByText('works: *OPC? 1').waitFor();
  await page.getByText('ACME,Ohmmeter 3,42,1.0').waitFor();
  await browser.keep(page, 'add-found-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Go on' }).focus();
  await page.keyboard.press('Enter');
  const name = page.getByLabel('Name', { exact: true });
  expect(await name.inputValue()).toBe('ohmmeter-3');
  await name.fill('3 ohm');
  await page.getByText('A letter, then letters').waitFor();
  await name.fill('ohm');
  await page.getByLabel('Title').fill('Ohmmeter of the cryostat');
  await page.getByRole('button', { name: 'Try it again' }).click();
  await page.getByRole('button', { name: 'Trying' }).waitFor({ state: 'hidden' });
  await page.getByText('works: *OPC? 1').waitFor();
  await browser.keep(page, 'add-name-light');
  expect(await seriousFindingsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Add it' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('ohm is here.').waitFor();
  expect(await bench.client().query('ohm', 'MEAS:RES?')).toBe('1');
  const { written } = await bench.client().settings();
  expect(written['instruments']).toMatchObject({
    ohm: { driver: 'scpi', title: 'Ohmmeter of the cryostat' },
  });
  await page.getByRole('link', { name: 'Open ohm' }).click();
  await page.getByRole('heading', { name: 'Ohmmeter of the cryostat' }).waitFor();
  expect(browser.complaints).toEqual([]);
});

test('each step leads back to the one before', async () => {
  using meter = await instrument();
  await using lab = await openLaboratory('/add', '');
  const { page } = lab;
  await page.getByRole('checkbox', { name: /Serial devices/ }).uncheck();
  await page.getByLabel('Addresses and networks').fill(meter.address);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByText('works: *OPC? 1').waitFor();
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('button', { name: 'Search' }).waitFor();
});

test('a search can be stopped, and one that finds nobody offers a simulated instrument', async () => {
  using silent = await instrument(true);
  await using lab = await openLaboratory('/add', '');
  const { page, bench, browser } = lab;
  await page.getByRole('checkbox', { name: /Serial devices/ }).uncheck();
  await page.getByLabel('Addresses and networks').fill(silent.address);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('progressbar', { name: 'Search' }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Search' }).waitFor();
  await page.getByLabel('Addresses and networks').fill('nowhere');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('alert').getByText('there is no port').waitFor();
  await page.getByLabel('Addresses and networks').fill('127.0.0.1:9');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('Nobody answered.').waitFor();
  await browser.keep(page, 'add-nobody-light');
  await page.getByRole('button', { name: /flow controller/ }).click();
  await page.getByText('flow is here.').waitFor();
  await expect
    .poll(() => bench.gateway.latest.get('flow')?.values['fMeasure']?.quality)
    .toBe('good');
});

test('adding on a phone is no wider than the phone', async () => {
  const look = { width: 360, height: 780, colorScheme: 'dark' } as const;
  await using lab = await openLaboratory('/add', '', look);
  const { page, browser } = lab;
  await page.getByRole('button', { name: 'Search' }).waitFor();
  expect(await isWiderThanItsWindow(page)).toBe(false);
  await browser.keep(page, 'add-dark-phone');
});

// Miners have their pages at port 80, where only root may listen.
test.runIf(process.getuid?.() === 0)(
  'every miner of a network is found, and several are added in one go',
  async () => {
    const farm = `[simulators.farm]\nkind = "miners"\nbitaxe = 3\navalon = 1
firstAddress = "127.86.0.1"\nhttpPort = 80\nrpcPort = 4028\n`;
    await using lab = await openLaboratory('/add', farm);
    const { page, bench, browser } = lab;
    await page.getByRole('checkbox', { name: /Serial devices/ }).uncheck();
    await page.getByLabel('Addresses and networks').fill('127.86.0.0/29');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('button', { name: 'Choose all' }).click();
    await browser.keep(page, 'add-miners-light');
    expect(await seriousFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go on with 4 instruments' }).click();
    await page.getByRole('button', { name: 'Add 4 instruments' }).click();
    await page.getByText('4 instruments are here.').waitFor();
    await expect
      .poll(() =>
        bench.gateway.latest.all().filter(({ values }) => values['hashRate']?.quality === 'good'),
      )
      .toHaveLength(4);
  },
);
