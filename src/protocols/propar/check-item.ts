import { SignalboxError } from '../../kernel/index.ts';
import type { ProparAddress, RequestedItem, SentItem } from './message.ts';
import { stringBytesMost, wireBytesOf } from './value.ts';

const processMost = 127;
const parameterMost = 31;
/** The two type bits of a parameter byte, and nothing else. */
const typeBits = 0x60;

/**
 * What a byte cannot hold, and what would make an instrument read the message at other places than it
 * was written, is refused here: on the wire it would be cut to eight bits without a word.
 * @throws VALUE_INVALID
 */
export function checkSentItem(item: SentItem): void {
  checkAddress(item);
  const { process, parameter, type, value, isFixed = false } = item;
  const where = `process ${process} parameter ${parameter}`;
  const bytes = wireBytesOf(type);
  if (bytes !== undefined) {
    if (value.length === bytes) return;
    throw invalid(`${where} takes ${bytes} bytes, not ${value.length}`);
  }
  if (value.length > stringBytesMost) {
    throw invalid(`${where}: a string of ${value.length} bytes is longer than ${stringBytesMost}`);
  }
  // A length of 0 announces a zero at the end, so a string of fixed length has at least one byte.
  if (isFixed && value.length === 0) throw invalid(`${where}: a fixed string cannot be empty`);
  if (!isFixed && value.includes(0)) {
    throw invalid(`${where}: the string holds the zero that ends it`);
  }
}

/** @throws VALUE_INVALID when a field does not fit into its bits */
export function checkRequestedItem(item: RequestedItem): void {
  checkAddress(item);
  const { process, parameter, returnProcess = process, returnParameter = parameter } = item;
  const { stringLength = 0 } = item;
  if (!isUpTo(returnProcess, processMost) || !isUpTo(returnParameter, parameterMost)) {
    throw invalid(
      `${returnProcess} (0 to ${processMost}) and ${returnParameter} (0 to ${parameterMost}) are no ProPar return indices`,
    );
  }
  if (!isUpTo(stringLength, stringBytesMost)) {
    throw invalid(`a string length is 0 to ${stringBytesMost}, not ${stringLength}`);
  }
}

/** @throws VALUE_INVALID when a byte of a status does not fit */
export function checkStatus(status: number, position: number): void {
  if (isUpTo(status, 255) && isUpTo(position, 255)) return;
  throw invalid(`status ${status} at ${position} does not fit into two bytes`);
}

function checkAddress({ process, parameter, type }: ProparAddress): void {
  const hasType = (type & typeBits) === type;
  if (isUpTo(process, processMost) && isUpTo(parameter, parameterMost) && hasType) return;
  throw invalid(
    `process ${process} (0 to ${processMost}), parameter ${parameter} (0 to ${parameterMost}) of type ${type} is no ProPar address`,
  );
}

function isUpTo(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}

function invalid(message: string): SignalboxError {
  return new SignalboxError('VALUE_INVALID', message);
}
