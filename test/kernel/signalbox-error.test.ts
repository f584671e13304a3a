import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asSignalboxError,
  errorCatalogue,
  hasCode,
  isSignalboxError,
  SignalboxError,
} from '../../src/kernel/index.ts';
import type * as kernelRoom from '../../src/kernel/index.ts';
import type { ErrorCode, ErrorReport } from '../../src/kernel/index.ts';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

describe('an error', () => {
  it.each(codes)('of code %s says whose fault it is and what to do next', (code) => {
    const error = new SignalboxError(code, 'it failed');
    const { fault, nextStep, meaning, httpStatus } = errorCatalogue[code];
    expect(error).toMatchObject({ code, fault, nextStep, details: {}, name: 'SignalboxError' });
    expect(meaning).toMatch(/\.$/);
    expect(nextStep).toMatch(/\.$/);
    expect(httpStatus).toBeGreaterThanOrEqual(400);
  });

  it('may know a more exact next step, facts for programs, and its cause', () => {
    const cause = new Error('EBUSY');
    const error = new SignalboxError('PORT_BUSY', 'ttyUSB0 is held', {
      details: { pid: 4711 },
      nextStep: 'Stop minicom.',
      cause,
    });
    expect(error).toMatchObject({ details: { pid: 4711 }, nextStep: 'Stop minicom.', cause });
    expect('cause' in new SignalboxError('CLOSED', 'closed')).toBe(false);
  });

  it('is the same on the other side of a process border', () => {
    const reports = fc.record({
      code: fc.constantFrom(...codes),
      message: fc.string(),
      details: fc.dictionary(fc.string(), fc.jsonValue()),
      nextStep: fc.string(),
    });
    fc.assert(
      fc.property(reports, ({ code, message, ...options }) => {
        const error = new SignalboxError(code, message, options);
        const report = JSON.parse(JSON.stringify(error)) as ErrorReport;
        const there = SignalboxError.fromReport(report);
        expect(JSON.stringify(there)).toBe(JSON.stringify(error));
        expect(isSignalboxError(there)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it.each(['FROM_THE_FUTURE', 'toString', '__proto__', undefined])(
    'of the code %s, which nobody knows, is INTERNAL',
    (code) => {
      const report = { code, message: 'hm' } as unknown as Partial<ErrorReport>;
      const error = SignalboxError.fromReport(report);
      expect(error).toMatchObject({ code: 'INTERNAL', fault: 'signalbox', message: 'hm' });
    },
  );

  it('without a message is still one', () => {
    expect(SignalboxError.fromReport({})).toMatchObject({ message: 'unknown error' });
  });
});

describe('an error of ours', () => {
  it('is known again, also when another copy of the module made it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-copy-'));
    try {
      const kernel = join(import.meta.dirname, '../../src/kernel');
      cpSync(kernel, join(folder, 'kernel'), { recursive: true });
      const url = pathToFileURL(join(folder, 'kernel/index.ts')).href;
      const copy = (await import(url)) as typeof kernelRoom;
      const foreign = new copy.SignalboxError('LEASE_LOST', 'it ended');
      expect(foreign).not.toBeInstanceOf(SignalboxError);
      expect(isSignalboxError(foreign)).toBe(true);
      expect(hasCode(foreign, 'CLOSED', 'LEASE_LOST')).toBe(true);
      expect(asSignalboxError(foreign)).toBe(foreign);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    new Error('plain'),
    Object.assign(new Error('a name is not enough'), { name: 'SignalboxError' }),
    { name: 'SignalboxError', fault: 'caller', code: 'CLOSED', message: 'no error at all' },
    'SignalboxError',
    null,
    undefined,
  ])('is nothing else: %o', (value) => {
    expect(isSignalboxError(value)).toBe(false);
    expect(hasCode(value, ...codes)).toBe(false);
  });

  it('has one of the codes that are asked for, or not', () => {
    const error = new SignalboxError('DEADLOCK', 'a cycle');
    expect([hasCode(error, 'DEADLOCK'), hasCode(error, 'CLOSED'), hasCode(error)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('stands for whatever was thrown', () => {
    const cause = new TypeError('x is not a function');
    expect(asSignalboxError(cause)).toMatchObject({
      code: 'INTERNAL',
      message: 'x is not a function',
      cause,
    });
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(isSignalboxError(asSignalboxError(thrown))).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(asSignalboxError(Object.create(null)).message).toBe('unknown error');
  });
});
