/**
 * The numbers that the maker's library names, under its own names: `PP_STATUS_TIMEOUT_ANSWER` is
 * `PP_STATUS.TIMEOUT_ANSWER`.
 */

/** How a value is packed. The wire knows only bits 5 and 6 of them. */
export const PP_TYPE = {
  INT8: 0x00,
  INT16: 0x20,
  SINT16: 0x21,
  BSINT16: 0x22,
  INT32: 0x40,
  FLOAT: 0x41,
  STRING: 0x60,
} as const;

/** The first byte of a message. */
export const PP_COMMAND = {
  STATUS: 0,
  SEND_PARM_WITH_ACK: 1,
  SEND_PARM: 2,
  SEND_PARM_BROADCAST: 3,
  REQUEST_PARM: 4,
} as const;

/** The two forms of a frame. */
export const PP_MODE = { BINARY: 0, ASCII: 1 } as const;

/** The codes of error frames, which are told with 128 added to them. */
export const PP_ERROR = { PROTOCOL_ERROR: 4, MESSAGE_REJECTED: 5, RESPONSE_TIMEOUT: 9 } as const;

/** What came of a read or write. */
export const PP_STATUS = {
  OK: 0,
  PROCESS_CLAIMED: 1,
  COMMAND: 2,
  PROC_NUMBER: 3,
  PARM_NUMBER: 4,
  PARM_TYPE: 5,
  PARM_VALUE: 6,
  NETWORK_NOT_ACTIVE: 7,
  TIMEOUT_START_CHAR: 8,
  TIMEOUT_SERIAL_LINE: 9,
  HARDWARE_MEMORY: 10,
  NODE_NUMBER: 11,
  GENERAL_COMMUNICATION: 12,
  READONLY: 13,
  PC_COMMUNICATION: 14,
  NO_RS232_CONNECTION: 15,
  PC_OUT_OF_MEMORY: 16,
  WRITEONLY: 17,
  UNKNOWN_CONFIGURATION: 18,
  NO_FREE_NODE_ADDRESS: 19,
  WRONG_INTERFACE: 20,
  ERROR_SERIAL_PORT: 21,
  OPENING_COMMUNICATION: 22,
  COMMUNICATION_ERROR: 23,
  INTERFACE_BUS_MASTER: 24,
  TIMEOUT_ANSWER: 25,
  NO_START_CHARACTER: 26,
  ERROR_FIRST_DIGIT: 27,
  HOST_BUFFER_OVERFLOW: 28,
  BUFFER_OVERFLOW: 29,
  NO_ANSWER_FOUND: 30,
  ERROR_CLOSE_COMM: 31,
  SYNC_ERROR: 32,
  SEND_ERROR: 33,
  PROTOCOL_ERROR: 34,
  MODULE_BUFFER_OVERFLOW: 35,
} as const;

/** The names of the status codes: `PP_STATUS_OK` for 0. */
export const pp_status_codes: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(PP_STATUS).map(([name, code]) => [code, `PP_STATUS_${name}`]),
);
