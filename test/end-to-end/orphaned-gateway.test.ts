import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import type { DoorStatus } from '../../src/doors/index.ts';
import { environmentIn } from '../support/gateway-process.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

it('a gateway goes on when whoever started it has gone, and its pipes with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  const file = join(folder, 'lab.toml');
  await writeFile(file, '[ports.bus]\ntcp = "127.0.0.1:1"\nprotocol = "lines"\n[http]\nport = 0\n');
  const child = spawn(process.execPath, [main, 'start', file, '--json'], {
    env: environmentIn(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { doors } = JSON.parse(line) as { doors: DoorStatus[] };
  child.stdout.destroy();
  child.stderr.destroy();
  const client = new SignalboxClient({ url: doors[0]?.address ?? '' });
  // Each of these is a warning, which is also written to the pipe that is no more.
  for (let times = 0; times < 5; times += 1) {
    await client.releasePort('bus');
    await client.reclaimPort('bus');
  }
  expect((await client.status()).pid).toBe(child.pid);
  const log = await readFile(join(folder, 'signalbox/signalbox/signalbox.log'), 'utf8');
  expect(log).toContain('release-port');
  expect(log).not.toContain('uncaught');
  await client.shutdown();
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
  await rm(folder, { recursive: true });
});
