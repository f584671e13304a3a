import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';
import { python, pythonFolder, runPython } from './run-unittest.ts';

const longestMs = 120_000;
const guide = new URL('../../docs/guides/python-drivers.md', import.meta.url);
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

function blocks(text: string, language: string): string[] {
  const all = text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'));
  return Array.from(all, ([, block = '']) => block);
}

describe('the guide to drivers in Python', () => {
  it(
    'has a driver, a configuration, commands and a program that work together',
    async () => {
      const text = await readFile(guide, 'utf8');
      const [driver = '', program = ''] = blocks(text, 'python');
      const [toml = ''] = blocks(text, 'toml');
      const [commands = '', watching = ''] = blocks(text, 'sh');
      const folder = await mkdtemp(join(tmpdir(), 'signalbox-guide-'));
      await writeFile(join(folder, 'source_driver.py'), driver);
      // Where the package is installed nothing has to say where it is; the file is in another folder.
      const placed = toml
        .replace('"python3"', JSON.stringify(python))
        .replace(
          '\n\n[ports.source]',
          `\nworkingFolder = "${folder}"\nenvironment = { PYTHONPATH = "${pythonFolder}", PYTHONDONTWRITEBYTECODE = "1" }\n\n[ports.source]`,
        );
      await using gateway = await GatewayProcess.start(placed);
      const client = new SignalboxClient({ url: gateway.url, program: 'test' });
      const events = client.workerEvents('source');
      const heard = events.next();
      const printed: string[] = [];
      for (const line of commands.trim().split('\n')) {
        const [, args = ''] = /^npx signalbox (.*)/.exec(line) ?? [];
        expect(args, line).not.toBe('');
        const ran = await run(process.execPath, [main, ...args.split(/ +/), '--url', gateway.url]);
        expect(ran, line).toMatchObject({ code: 0, errors: '' });
        printed.push(ran.output);
      }
      const all = printed.join('');
      expect(all).toContain('source output = true');
      expect(all).toMatch(
        /FUNCTION +ARGUMENTS +MEANING\nacquire +points=1000 +One period, in volts\.\n/,
      );
      expect(all).toMatch(/volts +500 values from -0\.25 to 0\.25/);
      expect(all).toMatch(/bench +ready/);
      expect(all).toMatch(/source +worker +source .*call configure by/);
      expect((await heard).value).toMatchObject({ data: { name: 'changed' } });
      await events.return();
      const ran = await runPython(['-c', program], { SIGNALBOX_URL: gateway.url });
      expect(ran.code, ran.text).toBe(0);
      expect(ran.text).toContain('4000 100 0.1');
      expect(ran.text).toContain('BAD_ARGUMENT');
      const [, path = ''] = /5001(\/\S+)/.exec(watching) ?? [];
      const stream = await fetch(`${gateway.url}${path}`);
      expect(stream.headers.get('content-type')).toContain('text/event-stream');
      await stream.body?.cancel();
      await rm(folder, { recursive: true });
    },
    longestMs,
  );
});
