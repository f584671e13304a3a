import { isSignalboxError } from '../../kernel/index.ts';
import type { ErrorCode } from '../../kernel/index.ts';
import { PP_STATUS } from './propar-constants.ts';

/** What the maker's library adds to the code of an error frame. */
const frameErrorOffset = 0x80;

const statusByCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  INSTRUMENT_TIMEOUT: PP_STATUS.TIMEOUT_ANSWER,
  INSTRUMENT_OFFLINE: PP_STATUS.TIMEOUT_ANSWER,
  OUTCOME_UNKNOWN: PP_STATUS.TIMEOUT_ANSWER,
  WAIT_TIMEOUT: PP_STATUS.TIMEOUT_ANSWER,
  REPLY_MALFORMED: PP_STATUS.COMMUNICATION_ERROR,
  LINK_USB: PP_STATUS.COMMUNICATION_ERROR,
  LINK_COMMUNICATION: PP_STATUS.COMMUNICATION_ERROR,
  LINK_PROTOCOL: PP_STATUS.COMMUNICATION_ERROR,
  LINK_TIMEOUT: PP_STATUS.COMMUNICATION_ERROR,
  PORT_ABSENT: PP_STATUS.ERROR_SERIAL_PORT,
  PORT_BUSY: PP_STATUS.ERROR_SERIAL_PORT,
  PORT_RELEASED: PP_STATUS.ERROR_SERIAL_PORT,
  VALUE_INVALID: PP_STATUS.PARM_VALUE,
  VALUE_OUT_OF_RANGE: PP_STATUS.PARM_VALUE,
  READ_ONLY: PP_STATUS.READONLY,
  WRITE_ONLY: PP_STATUS.WRITEONLY,
  SECURED: PP_STATUS.PARM_VALUE,
};

/**
 * The status code by which the maker's library tells of a failure. Failures that are no answer to what
 * was asked (a wrong argument, a closed port, a cancelled call) are thrown on.
 */
export function statusOf(error: unknown): number {
  if (!isSignalboxError(error)) throw error;
  const { status, frameError } = error.details;
  if (typeof status === 'number') return status;
  if (typeof frameError === 'number') return frameErrorOffset + frameError;
  const known = statusByCode[error.code];
  if (known === undefined) throw error;
  return known;
}
