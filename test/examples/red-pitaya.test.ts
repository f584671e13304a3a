import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { runPython } from '../python/run-unittest.ts';

const folder = new URL('../../examples/red-pitaya/', import.meta.url);
const pathOf = (name: string): string => fileURLToPath(new URL(name, folder));

it('scope and generator of one Red Pitaya serve several programs at once, and plugins in threads', async () => {
  const file = await readFile(pathOf('lab.toml'), 'utf8');
  const toml = file.replace('"../../python"', JSON.stringify(pathOf('../../python')));
  await using gateway = await GatewayProcess.start(toml);
  const environment = { SIGNALBOX_URL: gateway.url };
  const client = new SignalboxClient({ url: gateway.url });
  await expect
    .poll(async () => (await client.readiness()).status, { timeout: 60_000 })
    .toBe('ready');
  const [generator, scope, plugins] = await Promise.all([
    runPython([pathOf('generator.py'), '10'], environment),
    runPython([pathOf('scope.py'), '10'], environment),
    runPython([pathOf('plugins.py'), '10'], environment),
  ]);
  expect(plugins.text).toContain('4 plugins, 10 rounds each, 0 problems');
  expect(generator, generator.text).toMatchObject({ code: 0 });
  expect(scope, scope.text).toMatchObject({ code: 0 });
  const lines = scope.text.trim().split('\n');
  expect(lines).toHaveLength(10);
  for (const line of lines) expect(line).toContain('16384 samples');
  // What the one set, the other saw.
  const seen = lines.flatMap((line) => /(\d+) Hz$/.exec(line)?.slice(1) ?? []).map(Number);
  expect(seen.length).toBeGreaterThan(0);
  for (const frequency of seen) {
    expect(
      Math.min(...[1, 2, 3, 4, 5].map((each) => Math.abs(frequency - 1_000 * each))),
    ).toBeLessThan(60);
  }
}, 180_000);
