import { expect, test } from 'vitest';

import {
  PP_COMMAND,
  PP_ERROR,
  PP_MODE,
  PP_STATUS,
  pp_status_codes,
  PP_TYPE,
} from '../../../src/instruments/index.ts';

test('status codes are those of the manual, each once, and each has its name', () => {
  expect(Object.values(PP_STATUS)).toEqual(Array.from({ length: 36 }, (_, code) => code));
  expect(pp_status_codes[0]).toBe('PP_STATUS_OK');
  expect(pp_status_codes[25]).toBe('PP_STATUS_TIMEOUT_ANSWER');
  expect(Object.keys(pp_status_codes)).toHaveLength(36);
});

test('types, commands, modes and frame errors are those of the library', () => {
  expect(PP_TYPE).toEqual({
    INT8: 0x00,
    INT16: 0x20,
    SINT16: 0x21,
    BSINT16: 0x22,
    INT32: 0x40,
    FLOAT: 0x41,
    STRING: 0x60,
  });
  expect(Object.values(PP_COMMAND)).toEqual([0, 1, 2, 3, 4]);
  expect(PP_MODE).toEqual({ BINARY: 0, ASCII: 1 });
  expect(Object.values(PP_ERROR)).toEqual([4, 5, 9]);
});
