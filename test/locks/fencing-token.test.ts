import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/kernel/index.ts';
import { FencingToken, FileTokenSource } from '../../src/locks/index.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-tokens-'));
  path = join(folder, 'epoch');
});
afterEach(async () => await rm(folder, { recursive: true }));

describe('a fencing token', () => {
  it('is written and read as epoch.counter', () => {
    const token = FencingToken.parse('17.4');
    expect(token).toEqual(new FencingToken(17, 4));
    expect(String(token)).toBe('17.4');
    expect(JSON.stringify({ token })).toBe('{"token":"17.4"}');
  });

  it('is refused when it is anything else', () => {
    for (const text of [
      '',
      '1',
      '1.',
      '.1',
      '1.2.3',
      '-1.2',
      '1.2 ',
      '0x1.2',
      '1e3.2',
      `${'9'.repeat(16)}.1`,
    ]) {
      expect(() => FencingToken.parse(text)).toThrow(/is no fencing token/);
    }
  });

  it('is older than one of a later epoch, whatever the counters', () => {
    expect(new FencingToken(1, 99).compare(new FencingToken(2, 1))).toBeLessThan(0);
    expect(new FencingToken(2, 10).compare(new FencingToken(2, 9))).toBeGreaterThan(0);
    expect(new FencingToken(2, 9).compare(new FencingToken(2, 9))).toBe(0);
  });
});

describe('a source of tokens in a file', () => {
  it('begins a new epoch at each opening, also within the same second', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    let last = new FencingToken(0, 0);
    for (let opening = 0; opening < 5; opening += 1) {
      const source = await FileTokenSource.open(path, clock);
      for (let turn = 0; turn < 3; turn += 1) {
        const token = source.next();
        expect(token.compare(last)).toBeGreaterThan(0);
        last = token;
      }
    }
    expect(last.epoch).toBe(1_700_000_004);
  });

  it('rises when the clock was set back', async () => {
    const before = await FileTokenSource.open(path, new ManualClock(1_700_000_000_000));
    const after = await FileTokenSource.open(path, new ManualClock(1_000_000_000_000));
    expect(after.next().compare(before.next())).toBeGreaterThan(0);
  });

  it('has its epoch on the disk before it gives a token', async () => {
    const source = await FileTokenSource.open(path, new ManualClock(1_700_000_000_000));
    expect(await readFile(path, 'utf8')).toBe(`${source.epoch}\n`);
    expect(await readdir(folder)).toEqual(['epoch']);
  });

  it('rises although the file was lost', async () => {
    const before = await FileTokenSource.open(path, new ManualClock(1_700_000_000_000));
    await rm(path);
    const after = await FileTokenSource.open(path, new ManualClock(1_700_000_001_000));
    expect(after.next().compare(before.next())).toBeGreaterThan(0);
  });

  it('sets a damaged file aside, and still rises', async () => {
    for (const [index, damaged] of ['', '\0\0\0\0', '17', 'seventeen\n', '1.5\n'].entries()) {
      const nowMs = 1_700_000_000_000 + index * 1_000;
      await writeFile(path, damaged);
      const source = await FileTokenSource.open(path, new ManualClock(nowMs));
      expect(source.epoch).toBe(1_700_000_000 + index);
      expect(await readFile(`${path}.damaged-${nowMs}`, 'utf8')).toBe(damaged);
    }
  });

  it('does not open where it cannot keep its epoch', async () => {
    await expect(FileTokenSource.open(join(folder, 'absent', 'epoch'))).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      details: { path: join(folder, 'absent', 'epoch') },
    });
  });
});
