import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';

import { SignalboxClient } from '../../src/client/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import { hasCode } from '../../src/kernel/index.ts';
import { CliBench } from '../cli/cli-bench.ts';
import { pythonFolder } from '../python/run-unittest.ts';
import { Browser } from '../support/browser.ts';

/** How often each of them changes a setting of its own. */
const times = { web: 3, command: 5, api: 20, script: 20, editor: 3 } as const;
/** And a setting of all of them, as far as they can add to it: the API and the script. */
const added = times.api + times.script;

const laboratory = `# changed from everywhere
[gateway]
name = "crossing" # of five roads
[ports.bus]
serial = "/dev/ttyNOWHERE"
protocol = "propar"
[gasFactors.count]
all = 1
web = 1
command = 1
api = 1
script = 1
editor = 1
[http]
port = 0
`;

const script = `
import sys
from signalbox import SignalboxError
from signalbox.settings import config_transaction
for number in range(1, int(sys.argv[1]) + 1):
    while True:
        try:
            with config_transaction(why=f"script {number}") as transaction:
                config = transaction.load()
                config["gasFactors"]["count"]["script"] += 1
                config["gasFactors"]["count"]["all"] += 1
                transaction.save(config)
            break
        except SignalboxError as error:
            if error.code != "CONFIG_CONFLICT":
                raise
`;

it('settings changed from the web, the command line, the API, a script and an editor at the same time are all there', async () => {
  await using bench = await CliBench.withGateway(laboratory);
  const { url } = (await bench.json(['status'])) as { url: string };
  const client = new SignalboxClient({ url, program: 'api' });
  await using browser = new Browser();
  const page = await browser.open(`${url}/settings`);
  await page.locator('#section-gasFactors > summary').click();
  await page.locator('[data-path="gasFactors.count"] > summary').click();

  await Promise.all([
    changeOnPage(page),
    changeByCommand(bench),
    changeByApi(client),
    changeByScript(bench, url),
    changeInEditor(bench),
  ]);

  const expected = {
    all: 1 + added,
    ...Object.fromEntries(Object.entries(times).map(([who, count]) => [who, 1 + count])),
  };
  const text = await readFile(join(bench.folder, 'lab.toml'), 'utf8');
  expect(parseConfig(text, 'lab.toml').gasFactors['count'], 'the file').toEqual(expected);
  expect(text, 'the comments').toMatch(
    /^# changed from everywhere\n[^]*"crossing" # of five roads\n/,
  );
  // What another process wrote into the file, as the editor does, is noticed a moment later.
  await expect
    .poll(async () => (await client.settings()).values['gasFactors'], { message: 'the snapshot' })
    .toEqual({ count: expected });
  const history = await client.settingsHistory({ limit: 1_000 });
  const wanted = Object.entries(times).flatMap(([who, count]) =>
    Array.from({ length: count }, (_, at) => `${who} ${at + 1}`),
  );
  const reasons = history.map(({ why = '' }) => why).filter((why) => why !== 'as it was found');
  expect(reasons.toSorted(), 'the history').toEqual(wanted.toSorted());
}, 240_000);

async function changeOnPage(page: Page): Promise<void> {
  const field = page.locator('[id="field-gasFactors.count.web"]');
  for (let number = 1; number <= times.web; number += 1) {
    await field.fill(String(1 + number));
    await page.getByLabel('Why').fill(`web ${number}`);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    // Others save all the time: each time this is shown, and goes on top of theirs.
    const merge = page.getByRole('button', { name: 'Save merged' });
    const saved = page.getByText('Saved.');
    while (
      await merge
        .or(saved)
        .first()
        .waitFor()
        .then(async () => await merge.isVisible())
    ) {
      await merge.click();
      await merge.or(saved).first().waitFor();
    }
    await page.evaluate("document.getElementById('saved').textContent = ''");
  }
}

async function changeByCommand(bench: CliBench): Promise<void> {
  for (let number = 1; number <= times.command; number += 1) {
    const words = ['set', 'gasFactors.count.command', String(1 + number)];
    const done = await bench.run(['config', ...words, '--why', `command ${number}`]);
    expect(done).toMatchObject({ code: 0, errors: '' });
  }
}

/** Compare and set, until nobody was faster. */
async function changeByApi(client: SignalboxClient): Promise<void> {
  for (let number = 1; number <= times.api;) {
    const { revision: expectedRevision, values } = await client.settings();
    const { count } = values['gasFactors'] as { count: { api: number; all: number } };
    const changes = [
      { path: 'gasFactors.count.api', value: count.api + 1 },
      { path: 'gasFactors.count.all', value: count.all + 1 },
    ];
    try {
      await client.changeSettings(changes, { expectedRevision, why: `api ${number}` });
      number += 1;
    } catch (error) {
      if (!hasCode(error, 'CONFIG_CONFLICT')) throw error;
    }
  }
}

async function changeByScript(bench: CliBench, url: string): Promise<void> {
  const environment = { SIGNALBOX_URL: url, PYTHONPATH: pythonFolder };
  const words = ['/usr/bin/python3', '-c', script, String(times.script)];
  const done = await bench.beginProgram(words, { environment }).end();
  expect(done).toMatchObject({ code: 0, errors: '' });
}

/** An editor works on a copy; when somebody was faster it is opened again on what there is now. */
async function changeInEditor(bench: CliBench): Promise<void> {
  for (let number = 1; number <= times.editor;) {
    const environment = { VISUAL: `sed -i 's/^editor = .*/editor = ${1 + number}/'` };
    const words = ['config', 'edit', '--why', `editor ${number}`, '--json'];
    const { code, output } = await bench.run(words, { environment });
    if (code === 0) number += 1;
    else expect(output).toContain('CONFIG_CONFLICT');
  }
}
