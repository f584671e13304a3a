import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '../support/gateway-process.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

it('a bad configuration starts nothing and names file, line and what is allowed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  const file = join(folder, 'lab.toml');
  await writeFile(
    file,
    `[gateway]\nstateFolder = "${folder}/state"\n[ports.bus]\nserial = "x"\nprotocol = "modbus"\n`,
  );
  const { code, output, errors } = await run(process.execPath, [main, 'start', file]);
  expect(code).toBe(2);
  expect(output).toBe('');
  expect(errors).toContain(
    `${file}:5: ports.bus.protocol: must be one of "propar", "lines", "gap"`,
  );
  expect(await readdir(folder)).toEqual(['lab.toml']);
  await rm(folder, { recursive: true });
});
