import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CsvLog, CsvRecorder } from '../../../src/instruments/index.ts';
import type { CsvRecorderOptions } from '../../../src/instruments/index.ts';
import { owner } from '../../support/line-transaction.ts';
import { ProparBench } from '../propar-bench.ts';

const by = owner('recorder');

let folder: string;
let bench: ProparBench;
let log: CsvLog;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-csv-'));
  bench = await ProparBench.open([
    { address: 3, userTag: 'left', capacity: 100, unit: 'ln/min', noiseShare: 0, lagMs: 0.001 },
    { address: 5, userTag: 'right' },
  ]);
  log = new CsvLog({ folder });
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function recorder(options: Partial<CsvRecorderOptions> = {}): CsvRecorder {
  return new CsvRecorder({
    log,
    instrument: bench.instrument(3),
    parameters: ['fMeasure', 'fSetpoint'],
    address: 3,
    everyMs: 20,
    by,
    ...options,
  });
}

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly extra: string;
  readonly usertag: string;
  readonly address: string;
}

function rows(file: string): Row[] {
  const [head = '', ...lines] = readFileSync(join(folder, file), 'utf8').trimEnd().split('\r\n');
  const names = head.split(',');
  return lines.map(
    (line) =>
      Object.fromEntries(
        // What is in quotes has no quotes of its own here.
        [...line.matchAll(/"([^"]*)"|([^,"]+|(?<=,|^)(?=,|$))/g)].map(
          ([, quoted, plain = ''], index) => [names[index] ?? '', quoted ?? plain],
        ),
      ) as unknown as Row,
  );
}

async function recorded(recording: CsvRecorder, isEnough: () => boolean): Promise<void> {
  recording.start();
  await expect.poll(isEnough, { interval: 10 }).toBe(true);
  await recording[Symbol.asyncDispose]();
  await log.flush();
}

describe('a recorder', () => {
  it('writes each parameter to the file of its user tag, with its unit', async () => {
    await bench.instrument(3).write('fSetpoint', 25, by);
    await recorded(recorder(), () => log.waiting >= 6);
    expect(readdirSync(folder)).toEqual(['log_left.csv']);
    const [first, second] = rows('log_left.csv').slice(-2);
    expect(first).toMatchObject({
      kind: 'measure',
      name: 'fMeasure',
      unit: 'ln/min',
      address: '3',
    });
    expect(Number(first?.value)).toBeCloseTo(25, 3);
    expect(second).toMatchObject({ kind: 'setpoint', name: 'fSetpoint', value: '25', extra: '' });
    expect(second?.usertag).toBe('left');
  });

  it('writes the mean of several readings, and of how many', async () => {
    await bench.instrument(3).write('fSetpoint', 25, by);
    const means = recorder({ parameters: ['fSetpoint'], everyMs: 60, sampleMs: 20 });
    await recorded(means, () => log.waiting >= 3);
    const all = rows('log_left.csv');
    expect(all.map(({ value }) => value)).toEqual(all.map(() => '25'));
    for (const { extra } of all) expect(extra).toMatch(/^[123] samples$/);
    const { transactions } = await bench.simulator.report();
    expect(transactions).toBeGreaterThan(all.length);
  });

  it('tells a fault once, and goes on when it is over', async () => {
    await bench.simulator.silence(3, true);
    const steady = recorder({ parameters: ['fMeasure'], instrument: quick() });
    const told = recorded(steady, () => log.waiting >= 4);
    await expect.poll(() => log.waiting).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(log.waiting).toBe(1);
    await bench.simulator.silence(3, false);
    await told;
    // Before it had told its tag, it went by its name.
    const [fault, ...others] = rows('log_flow-3.csv');
    expect(fault).toMatchObject({ kind: 'error', name: 'fMeasure', usertag: 'flow-3' });
    expect(fault?.value).toMatch(/^INSTRUMENT_/);
    expect(others.filter(({ kind }) => kind === 'error')).toEqual([]);
    expect(rows('log_left.csv').map(({ kind }) => kind)).toContain('measure');
  });

  it('reads no faster than the instrument answers', async () => {
    await bench.simulator.addFault({ fault: { kind: 'delay', delayMs: 100 } });
    const slow = recorder({ parameters: ['fMeasure'], everyMs: 10 });
    await recorded(slow, () => log.waiting >= 2);
    const { transactions } = await bench.simulator.report();
    expect(transactions).toBeLessThan(15);
  });

  it('refuses a parameter that the instrument has not', () => {
    expect(() => recorder({ parameters: ['flow'] })).toThrow(/no parameter 'flow'/);
  });

  function quick(): CsvRecorderOptions['instrument'] {
    return bench.instrument(3, { timeoutMs: 20 });
  }
});

describe('the files', () => {
  it('are named as the template says, one a day where it has the date', async () => {
    log = new CsvLog({ folder, fileName: '{port}-{instrument}-{date}.csv' });
    const at = (atMs: number, instrument: string): void =>
      log.add({
        port: '/dev/tty 1',
        address: 3,
        kind: 'measure',
        name: 'fMeasure',
        value: 1,
        userTag: 'left',
        instrument,
        atMs,
      });
    at(Date.UTC(2026, 0, 1, 23, 59, 59, 999), 'a/../b');
    at(Date.UTC(2026, 0, 2), 'a/../b');
    await log.flush();
    expect(readdirSync(folder).toSorted()).toEqual([
      '_dev_tty_1-a_b-2026-01-01.csv',
      '_dev_tty_1-a_b-2026-01-02.csv',
    ]);
  });
});
