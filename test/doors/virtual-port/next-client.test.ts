import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VirtualPortDoor } from '../../../src/doors/index.ts';
import { Pty, serialLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { gapProtocol } from '../../../src/sessions/index.ts';

const turns = 10;

function openTerminal(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
}

/** What has come, as far as it has. */
function read(fd: number): string {
  const buffer = Buffer.alloc(64);
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer));
  } catch {
    // Nothing has.
    return '';
  }
}

test('an answer that comes when its program has gone reaches nobody, though another is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-next-client-'));
  const path = join(folder, 'door');
  try {
    await using instrument = await Pty.open();
    let asked = '';
    instrument.onData((data) => (asked += Buffer.from(data).toString('latin1')));
    await using port = new Port({
      name: 'line',
      link: serialLinkFactory({ path: instrument.path }),
    });
    port.open();
    const protocol = gapProtocol({ silenceMs: 5, timeoutMs: 60_000, replyBytes: 6 });
    await using door = new VirtualPortDoor({ name: 'door', path, port, protocol });
    await door.open();
    for (let turn = 0; turn < turns; turn += 1) {
      asked = '';
      const first = openTerminal(path);
      writeSync(first, 'first');
      await expect.poll(() => asked, { interval: 1 }).toBe('first');
      // Before the gateway can look: the one goes, the other comes, and the answer is on its way.
      closeSync(first);
      const second = openTerminal(path);
      instrument.write(Buffer.from('wrong!'));
      writeSync(second, 'second');
      await expect.poll(() => asked, { interval: 1 }).toBe('firstsecond');
      instrument.write(Buffer.from('right!'));
      let answer = '';
      await expect.poll(() => (answer += read(second)), { interval: 1 }).toContain('right!');
      expect(answer).toBe('right!');
      closeSync(second);
      await expect.poll(() => door.status().clients, { interval: 1 }).toEqual([]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
