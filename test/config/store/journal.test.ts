import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '../../../src/config/store/journal.ts';
import { nodeFileSystem } from '../../../src/config/store/node-file-system.ts';

test('a journal that was written anew is worn no more, however long its entries are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-journal-'));
  const path = join(folder, 'journal');
  const keys = Array.from({ length: 1_000 }, (_, at) => `ports.port-${at}.baudRate`);
  try {
    await using journal = new Journal(path, nodeFileSystem);
    const entries = Array.from({ length: 400 }, (_, at) => ({
      revision: at + 1,
      at: 0,
      by: 'test',
      keys,
    }));
    await journal.append(entries);
    expect(journal.isWorn).toBe(true);
    await journal.rewrite();
    expect(journal.isWorn).toBe(false);
    expect(journal.highest).toBe(400);
    const revisions = journal.entries.map(({ revision }) => revision);
    expect(revisions).toEqual(Array.from(revisions, (_, at) => 401 - revisions.length + at));
    expect((await stat(path)).size).toBeGreaterThan(1_000_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
