import { SignalboxError } from '../../kernel/index.ts';
import { telnetOptions } from './codes.ts';
import {
  comPortCommands,
  comPortControls,
  parityNumbers,
  purgeNumbers,
  serverOffset,
  stopBitNumbers,
} from './com-port.ts';
import type { ComPortCommand, ComPortSender } from './com-port.ts';
import { encodeSubnegotiation } from './encode.ts';
import { subnegotiationBytesMost } from './reader.ts';

const byteMost = 0xff;
const baudRateMost = 0xffff_ffff;
/** Option and command come before the text. */
const signatureBytesMost = subnegotiationBytesMost - 2;

/**
 * A command of the COM-PORT-OPTION as it goes over telnet, the frame of the subnegotiation included.
 * RFC 2217, sections 2 to 5.
 * @throws VALUE_INVALID for a setting that no number stands for, VALUE_OUT_OF_RANGE for a number or a
 *   text that does not fit
 */
export function encodeComPort(command: ComPortCommand, sender: ComPortSender): Uint8Array {
  const number = comPortCommands[command.kind] + (sender === 'server' ? serverOffset : 0);
  return encodeSubnegotiation(telnetOptions.comPort, Uint8Array.of(number, ...valueOf(command)));
}

function valueOf(command: ComPortCommand): Iterable<number> {
  switch (command.kind) {
    case 'signature':
      return signature(command.text);
    case 'baud-rate':
      return baudRate(command.baudRate);
    case 'data-bits':
      return setting(command.dataBits, (dataBits) => dataBits);
    case 'parity':
      return setting(command.parity, (parity) => parityNumbers[parity]);
    case 'stop-bits':
      return setting(command.stopBits, (stopBits) => stopBitNumbers.get(stopBits));
    case 'control':
      if (command.control === 'unknown') throw unknown('control');
      return [comPortControls.indexOf(command.control)];
    case 'purge':
      if (command.purge === 'unknown') throw unknown('purge');
      return [purgeNumbers[command.purge]];
    case 'line-state':
    case 'modem-state':
      return byte(command.state, command.kind);
    case 'line-state-mask':
    case 'modem-state-mask':
      return byte(command.mask, command.kind);
    case 'suspend':
    case 'resume':
      return [];
  }
}

function signature(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= signatureBytesMost) return bytes;
  throw misfit(`a signature has at most ${signatureBytesMost} bytes, not ${bytes.length}`);
}

function baudRate(value: number | 'ask'): Uint8Array {
  const bytes = new Uint8Array(4);
  if (value === 'ask') return bytes;
  // 0 would ask.
  if (!Number.isInteger(value) || value < 1 || value > baudRateMost) {
    throw misfit(`a baud rate is 1 to ${baudRateMost}, not ${value}`);
  }
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function setting<Value>(
  value: Value | 'ask' | 'unknown',
  numberOf: (value: Exclude<Value, 'ask' | 'unknown'>) => number | undefined,
): readonly number[] {
  if (value === 'ask') return [0];
  const number =
    value === 'unknown' ? undefined : numberOf(value as Exclude<Value, 'ask' | 'unknown'>);
  if (number === undefined) throw unknown('setting');
  return [number];
}

function byte(value: number, what: string): readonly number[] {
  if (Number.isInteger(value) && value >= 0 && value <= byteMost) return [value];
  throw misfit(`a ${what} is 0 to ${byteMost}, not ${value}`);
}

function unknown(what: string): SignalboxError {
  return new SignalboxError('VALUE_INVALID', `a serial line has no such ${what}`);
}

function misfit(message: string): SignalboxError {
  return new SignalboxError('VALUE_OUT_OF_RANGE', message);
}
