import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { bufferedRowsMost, CsvLog, flushAfterMs } from '../../../src/instruments/index.ts';
import type { CsvRow } from '../../../src/instruments/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-csv-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function row(extra: Partial<CsvRow> = {}): CsvRow {
  return {
    port: '/dev/ttyUSB0',
    address: 3,
    kind: 'measure',
    name: 'fMeasure',
    value: 1.5,
    unit: 'ln/min',
    extra: '3 samples',
    userTag: 'N2 left',
    atMs: 1_500,
    ...extra,
  };
}

const lines = (file: string): string[] =>
  readFileSync(join(folder, file), 'utf8').trimEnd().split('\r\n');

test('each user tag has a file with the columns of FlowControl', async () => {
  await using log = new CsvLog({ folder });
  log.add(row());
  log.add(row({ userTag: 'other', value: 'a "b", c' }));
  await log.flush();
  log.add(row({ value: 2 }));
  await log.flush();
  expect(lines('log_N2_left.csv')).toEqual([
    'ts,iso,port,address,kind,name,value,unit,extra,usertag',
    '1.5,1970-01-01T00:00:01.500Z,/dev/ttyUSB0,3,measure,fMeasure,1.5,ln/min,3 samples,N2 left',
    '1.5,1970-01-01T00:00:01.500Z,/dev/ttyUSB0,3,measure,fMeasure,2,ln/min,3 samples,N2 left',
  ]);
  expect(lines('log_other.csv')[1]).toContain(',"a ""b"", c",');
});

test('a user tag cannot lead out of the folder', async () => {
  await using log = new CsvLog({ folder });
  log.add(row({ userTag: '../../etc/passwd' }));
  log.add(row({ userTag: '  ' }));
  await log.flush();
  expect(readdirSync(folder).toSorted()).toEqual(['log__etc_passwd.csv', 'log_untagged.csv']);
});

test('rows are written after a while by themselves', async () => {
  const clock = new ManualClock();
  const log = new CsvLog({ folder, clock });
  log.add(row());
  expect(readdirSync(folder)).toEqual([]);
  await clock.advance(flushAfterMs);
  await expect.poll(() => readdirSync(folder)).toEqual(['log_N2_left.csv']);
  await log.flush();
});

test('beyond its bound the oldest rows go, and the file says how many', async () => {
  await using log = new CsvLog({ folder, clock: new ManualClock() });
  for (let index = 0; index < bufferedRowsMost + 5; index += 1) log.add(row({ value: index }));
  expect(log.waiting).toBe(bufferedRowsMost);
  await log.flush();
  const written = lines('log_N2_left.csv');
  expect(written).toHaveLength(bufferedRowsMost + 2);
  expect(written[1]).toContain(',gap,rows lost,5,');
  expect(written[2]).toContain(',fMeasure,5,');
});

test('rows that cannot be written are kept until they can', async () => {
  const file = join(folder, 'in-the-way');
  writeFileSync(file, '');
  const failures: string[] = [];
  const onFailure = (error: Error): void => void failures.push(error.message);
  await using log = new CsvLog({ folder: file, onFailure });
  log.add(row());
  await log.flush();
  expect(failures).toHaveLength(1);
  expect(log.failure).toBeDefined();
  expect(log.waiting).toBe(1);
  rmSync(file);
  await log.flush();
  expect(log.failure).toBeUndefined();
  expect(readdirSync(file)).toEqual(['log_N2_left.csv']);
});
