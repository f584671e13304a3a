import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const names: Readonly<Record<string, string>> = { 3: 'nitrogen', 5: 'air', 6: 'argon' };

it('every example has a configuration that can be started', async () => {
  for (const name of await readdir(examples)) {
    const { ports } = await loadConfig(`${examples}${name}/lab.toml`);
    expect(Object.keys(ports).length, name).toBeGreaterThan(0);
  }
});

it('the flow control example gives three unmodified programs at once their own values', async () => {
  const file = await readFile(`${examples}flowcontrol/lab.toml`, 'utf8');
  await using gateway = await GatewayProcess.start(file);
  const programs = await Promise.all(
    ['logger', 'control', 'script'].map(async (door, index) => {
      const node = Object.keys(names)[index] ?? '';
      const program = `${examples}flowcontrol/read_flow.py`;
      return await run('/usr/bin/python3', [program, gateway.address(door), node, '20']);
    }),
  );
  for (const [index, { code, output, errors }] of programs.entries()) {
    expect(errors).toBe('');
    expect(code).toBe(0);
    const node = Object.keys(names)[index] ?? '';
    const lines = output.trim().split('\n');
    expect(lines).toHaveLength(20);
    for (const line of lines) expect(line).toMatch(new RegExp(`^${node} ${names[node] ?? ''} `));
  }
}, 120_000);
