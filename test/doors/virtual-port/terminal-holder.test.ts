import { mkdtemp, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { terminalHolder } from '../../../src/doors/virtual-port/terminal-holder.ts';
import { Pty } from '../../../src/links/index.ts';

/** Times of files are those of the kernel's last tick. */
const tickMs = 20;

it('the holder of a virtual port is who made it, and not who has its number since', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  try {
    const stablePath = join(folder, 'bus-1');
    const own = await Pty.open({ stablePath });
    expect(await terminalHolder(stablePath)).toMatchObject({ pid: process.pid });
    await own.close();

    // A link that outlived its gateway, and a terminal that was made with its number.
    const link = join(folder, 'left-behind');
    await using again = await sameNumberAgain(link);
    expect(await readlink(link)).toBe(again.path);
    expect(await terminalHolder(link)).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** A terminal that is younger than a link to its number. Others may take the number first. */
async function sameNumberAgain(link: string): Promise<Pty> {
  for (;;) {
    const gone = await Pty.open();
    await gone.close();
    await rm(link, { force: true });
    await symlink(gone.path, link);
    await sleep(tickMs);
    const again = await Pty.open();
    if (again.path === gone.path) return again;
    await again.close();
  }
}
