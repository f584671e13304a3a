import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';
import { runPython } from './run-unittest.ts';

const longestMs = 120_000;
const guide = new URL('../../docs/guides/python.md', import.meta.url);
const laboratory = new URL('../../examples/demonstration/lab.toml', import.meta.url);

it(
  'every program of the guide runs in the laboratory of `npm start`',
  async () => {
    const programs = [...(await readFile(guide, 'utf8')).matchAll(/^```python\n([^]*?)^```/gm)];
    expect(programs.length).toBeGreaterThan(5);
    const toml = (await readFile(laboratory, 'utf8')).replace('socket = 5025', 'socket = 0');
    await using gateway = await GatewayProcess.start(toml);
    for (const [, program = ''] of programs) {
      const ran = await runPython(['-c', program], { SIGNALBOX_URL: gateway.url });
      expect(ran, program).toEqual({ code: 0, text: ran.text });
      expect(ran.text).not.toContain('Traceback');
    }
  },
  longestMs,
);
