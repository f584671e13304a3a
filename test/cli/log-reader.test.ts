import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogReader } from '../../src/cli/log-reader.ts';
import { LogFile } from '../../src/gateway/log-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-log-'));
  path = join(folder, 'signalbox.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('the last lines reach back into the file that was set aside', () => {
  writeFileSync(`${path}.1`, 'one\ntwo\n');
  writeFileSync(path, 'three\nfour\n');
  using reader = new LogReader(path);
  expect(reader.last(3)).toEqual(['two', 'three', 'four']);
});

it('no line is lost or shown twice while a log is set aside again and again', async () => {
  using log = new LogFile(path, 100);
  log.write('line 0\n');
  using reader = new LogReader(path);
  const seen = reader.last(1);
  const stop = new AbortController();
  const count = 60;
  const following = (async () => {
    for await (const line of reader.follow(stop.signal)) {
      seen.push(line);
      if (line === `line ${count}`) stop.abort();
    }
  })();
  for (let index = 1; index <= count; index += 1) {
    log.write(`line ${index}\n`);
    // A file is set aside after about a dozen lines: it is looked at in between, at any place.
    if (index % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await following;
  expect(seen).toEqual(Array.from({ length: count + 1 }, (_, index) => `line ${index}`));
}, 60_000);

it('a line is shown when it is whole, whatever its letters', async () => {
  writeFileSync(path, '');
  using reader = new LogReader(path);
  const stop = new AbortController();
  const bytes = Buffer.from('grüß euch\nhalf');
  const following = reader.follow(stop.signal).next();
  for (const byte of bytes) appendFileSync(path, Buffer.of(byte));
  expect((await following).value).toBe('grüß euch');
  stop.abort();
});

it('a file that was taken away is waited for', async () => {
  writeFileSync(path, 'old\n');
  using reader = new LogReader(path);
  expect(reader.last(1)).toEqual(['old']);
  renameSync(path, join(folder, 'elsewhere'));
  const stop = new AbortController();
  const next = reader.follow(stop.signal).next();
  writeFileSync(path, 'new\n');
  expect((await next).value).toBe('new');
  stop.abort();
});
