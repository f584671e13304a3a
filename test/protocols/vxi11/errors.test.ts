import { describe, expect, it } from 'vitest';
import { errorCatalogue, SignalboxError } from '../../../src/kernel/index.ts';
import type { ErrorCode } from '../../../src/kernel/index.ts';
import {
  describeVxi11Error,
  vxi11CodeOf,
  vxi11ErrorOf,
  vxi11Errors,
} from '../../../src/protocols/index.ts';

describe('VXI-11 errors', () => {
  it('are those of the standard', () => {
    expect(Object.values(vxi11Errors)).toEqual([
      0, 1, 3, 4, 5, 6, 8, 9, 11, 12, 15, 17, 21, 23, 29,
    ]);
  });

  it.each([
    [3, 'PORT_ABSENT', 'device not accessible'],
    [4, 'LINK_COMMUNICATION', 'invalid link identifier'],
    [5, 'LINK_PROTOCOL', 'parameter error'],
    [8, 'INSTRUMENT_ERROR', 'operation not supported'],
    [11, 'PORT_BUSY', 'device locked by another link'],
    [15, 'INSTRUMENT_TIMEOUT', 'I/O timeout'],
    [17, 'LINK_COMMUNICATION', 'I/O error'],
    [23, 'CANCELLED', 'aborted'],
    [99, 'INSTRUMENT_ERROR', 'VXI-11 error 99'],
  ])('a server that answers %i means %s', (code, signalboxCode, text) => {
    const error = vxi11ErrorOf(code, '10.0.0.7 inst0: read');
    expect(error.code).toBe(signalboxCode);
    expect(error.message).toBe(`10.0.0.7 inst0: read: ${text}`);
    expect(error.details).toEqual({ vxi11Error: code });
    expect(describeVxi11Error(code)).toBe(text);
  });

  it('each of them but none has words and an error', () => {
    expect(describeVxi11Error(0)).toBe('no error');
    for (const code of Object.values(vxi11Errors)) {
      expect(describeVxi11Error(code)).not.toContain('VXI-11 error');
    }
  });

  it.each([
    ['LEASE_HELD', 11],
    ['WAIT_TIMEOUT', 11],
    ['DEADLOCK', 11],
    ['LEASE_LOST', 12],
    ['INSTRUMENT_TIMEOUT', 15],
    ['LINK_TIMEOUT', 15],
    ['OUTCOME_UNKNOWN', 15],
    ['CANCELLED', 23],
    ['QUEUE_FULL', 9],
    ['NOT_FOUND', 3],
    ['BAD_ARGUMENT', 5],
    ['PORT_ABSENT', 17],
    ['REPLY_MALFORMED', 17],
    ['INTERNAL', 17],
  ] as const)('%s is told to a client as %i', (code, number) => {
    expect(vxi11CodeOf(new SignalboxError(code, 'something'))).toBe(number);
  });

  it('whatever failed has a code that programs know', () => {
    // Programs are known that stop at a code they have no word for: 21 is one of those.
    const known = Object.values(vxi11Errors).filter((code) => code !== 0 && code !== 21);
    for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
      expect(known).toContain(vxi11CodeOf(new SignalboxError(code, 'something')));
    }
    for (const thrown of [new TypeError('no'), undefined, 'no']) {
      expect(vxi11CodeOf(thrown)).toBe(vxi11Errors.ioError);
    }
  });
});
