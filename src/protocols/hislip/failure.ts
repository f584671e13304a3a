import { SignalboxError } from '../../kernel/index.ts';
import {
  describeHislipError,
  describeHislipFatal,
  hislipDeviceErrorFirst,
  hislipFatal,
} from './codes.ts';

/** What a server's Error or FatalError means to the one who waits for an answer. */
export function hislipFailure(message: {
  readonly type: 'Error' | 'FatalError';
  readonly code: number;
  readonly text: string;
}): SignalboxError {
  const { type, code, text } = message;
  const isFatal = type === 'FatalError';
  const means = isFatal ? describeHislipFatal(code) : describeHislipError(code);
  const says = text === '' ? means : `${means} ('${text}')`;
  const details = { type, code, text };
  if (code >= hislipDeviceErrorFirst) {
    return new SignalboxError('INSTRUMENT_ERROR', `the HiSLIP server answers: ${says}`, {
      details,
    });
  }
  const ended = isFatal && code !== hislipFatal.poorHeader;
  const errorCode = ended ? 'LINK_COMMUNICATION' : 'LINK_PROTOCOL';
  return new SignalboxError(errorCode, `the HiSLIP server answers: ${says}`, { details });
}
