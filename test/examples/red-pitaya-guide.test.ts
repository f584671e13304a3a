import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { python, pythonFolder, runPython } from '../python/run-unittest.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';

const longestMs = 120_000;
const text = await readFile(new URL('../../docs/guides/red-pitaya.md', import.meta.url), 'utf8');
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const entry = new URL('../../src/index.ts', import.meta.url).href;
const [scpi = '', pyrpl = ''] = blocks('toml');

function blocks(language: string): string[] {
  const all = text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'));
  return Array.from(all, ([, block = '']) => block);
}

it(
  'the guide to a Red Pitaya has a program that generates and acquires through its SCPI server',
  async () => {
    const board = '[simulators.board]\nkind = "red-pitaya"\n';
    const toml = scpi
      .replace('tcp = "rp-f0a1b2.local:5000"', 'simulator = "board"')
      .replace('socket = 5000', 'socket = 0');
    await using gateway = await GatewayProcess.start(`${board}${toml}`);
    const program = `${blocks('python')[0] ?? ''}\nprint(len(volts), round(max(volts), 2))`;
    const ran = await runPython(['-c', program], { SIGNALBOX_URL: gateway.url });
    expect(ran).toEqual({ code: 0, text: '16384 0.25\n' });
  },
  longestMs,
);

it(
  'the guide to a Red Pitaya has commands that set its generator and read its scope through PyRPL',
  async () => {
    const command = [python, '-m', 'signalbox.red_pitaya', '--mock'];
    const toml = pyrpl
      .replace(/command = .*/, `command = ${JSON.stringify(command)}`)
      .replace('/path/to/signalbox/python', pythonFolder);
    await using gateway = await GatewayProcess.start(toml);
    const [commands = ''] = blocks('console');
    const printed: string[] = [];
    for (const [, line = ''] of commands.matchAll(/^\$ signalbox (.*)$/gm)) {
      const ran = await run(process.execPath, [main, ...line.split(' '), '--url', gateway.url]);
      expect(ran, line).toMatchObject({ code: 0, errors: '' });
      printed.push(ran.output);
    }
    expect(printed).toHaveLength(2);
    expect(printed[1]).toMatch(/^voltage +16384 values from -0\.2\d+ to 0\.2/);
  },
  longestMs,
);

it(
  'the guide to a Red Pitaya has a program that needs no gateway',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-guide-'));
    const program = (blocks('ts')[0] ?? '')
      .replace("'signalbox'", JSON.stringify(entry))
      .replace(/python: '[^']*'/, `python: ${JSON.stringify(python)}`)
      .replace('log: console.debug', 'log: () => {}')
      .replace(/start\(\{.*\}\)/, 'start({ isMock: true })');
    const file = join(folder, 'program.ts');
    await writeFile(file, program);
    const ran = await run(process.execPath, [file]);
    expect(ran).toMatchObject({ code: 0, errors: '' });
    expect(ran.output).toMatch(/voltage: Float32Array\(16384\)/);
    await rm(folder, { recursive: true });
  },
  longestMs,
);
