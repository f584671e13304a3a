import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFile } from '../../src/gateway/log-file.ts';
import { RoomLog } from '../../src/gateway/room-log.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-log-'));
  path = join(folder, 'signalbox.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a log and the one before it are never longer than their bound', () => {
  using log = new LogFile(path, 1_000);
  for (let index = 0; index < 2_000; index += 1) {
    log.write(`${index} ${'x'.repeat(index % 90)}\n`);
    expect(statSync(path).size).toBeLessThanOrEqual(1_000);
  }
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1_000);
  expect(existsSync(`${path}.2`)).toBe(false);
  const lines = (readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8')).trim().split('\n');
  const numbers = lines.map((line) => Number(line.split(' ')[0]));
  expect(numbers).toEqual(numbers.map((_, index) => 2_000 - numbers.length + index));
});

it('a full disk loses lines, tells how many when there is room again, and harms nobody', () => {
  symlinkSync('/dev/full', path);
  using log = new LogFile(path);
  for (let count = 0; count < 3; count += 1) log.write('lost\n');
  rmSync(path);
  log.write('there\n');
  const [first = '', second] = readFileSync(path, 'utf8').trim().split('\n');
  expect(JSON.parse(first)).toMatchObject({ room: 'gateway', msg: '3 lines could not be written' });
  expect(second).toBe('there');
});

it('a log that somebody took away is begun anew', () => {
  using log = new LogFile(path);
  log.write('old\n');
  rmSync(path);
  log.write('new\n');
  expect(readFileSync(path, 'utf8')).toBe('new\n');
});

it('a room that cannot write its log goes on', () => {
  symlinkSync('/dev/full', path);
  const log = new RoomLog({ file: path, level: 'info', levels: {} });
  for (let count = 0; count < 10; count += 1) log.of('ports').info('hello');
  expect(log.levels()['ports']).toBe('info');
});
