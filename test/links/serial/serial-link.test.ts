import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { Pty, serialLinkFactory } from '../../../src/links/index.ts';
import type { Link } from '../../../src/links/index.ts';

const forever = new AbortController().signal;
let folder: string;
let path: string;
let pty: Pty;
let othersTerminals: readonly string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-serial-'));
  path = join(folder, 'line');
  othersTerminals = openTerminals();
  pty = await Pty.open({ stablePath: path });
});

afterEach(async () => {
  await pty.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The terminals that this process has open. */
function openTerminals(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith('/dev/pts/') ? [target] : [];
    } catch {
      return [];
    }
  });
}

async function opened(): Promise<Link> {
  const link = serialLinkFactory({ path }).create();
  await link.open(forever);
  return link;
}

test('a line that was closed can be opened again, and keeps no descriptor', async () => {
  const before = openTerminals();
  for (let turn = 0; turn < 3; turn += 1) {
    const link = await opened();
    await link.close();
    await link.close();
    expect(openTerminals()).toEqual(before);
  }
});

test('a line that is open is refused to others, who are told who holds it', async () => {
  const link = await opened();
  await expect(opened()).rejects.toMatchObject({ code: 'PORT_BUSY' });
  await expect(opened()).rejects.toThrow(new RegExp(`pid ${process.pid}`));
  await link.close();
  await (await opened()).close();
});

test('a line that is pulled leaves no descriptor behind', async () => {
  const link = await opened();
  await pty.close();
  await expect(link.read(forever)).rejects.toMatchObject({ code: 'LINK_USB' });
  await link.close();
  expect(openTerminals()).toEqual(othersTerminals);
});
