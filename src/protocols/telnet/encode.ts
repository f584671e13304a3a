import { SignalboxError } from '../../kernel/index.ts';
import { interpretAsCommand, telnetCommands, telnetVerbs } from './codes.ts';
import type { TelnetVerb } from './codes.ts';

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const zero = 0x00;
const byteMost = 0xff;

/**
 * Data as it goes over telnet: each 255 doubled and, unless the other side agreed to take every byte
 * as it is, a zero behind each carriage return that no line feed follows. RFC 854 and 856. Data that
 * needs nothing comes back itself.
 * @param isBinary whether the other side takes every byte as it is
 */
export function encodeTelnetData(data: Uint8Array, isBinary: boolean): Uint8Array {
  const extra = isBinary ? doubledIn(data) : extraIn(data);
  if (extra === 0) return data;
  const encoded = new Uint8Array(data.length + extra);
  let to = 0;
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at] ?? 0;
    encoded[to] = byte;
    to += 1;
    if (byte === interpretAsCommand) {
      encoded[to] = interpretAsCommand;
      to += 1;
    } else if (!isBinary && byte === carriageReturn && data[at + 1] !== lineFeed) {
      encoded[to] = zero;
      to += 1;
    }
  }
  return encoded;
}

function doubledIn(data: Uint8Array): number {
  let count = 0;
  let at = data.indexOf(interpretAsCommand);
  while (at >= 0) {
    count += 1;
    at = data.indexOf(interpretAsCommand, at + 1);
  }
  return count;
}

function extraIn(data: Uint8Array): number {
  let count = doubledIn(data);
  let at = data.indexOf(carriageReturn);
  while (at >= 0) {
    if (data[at + 1] !== lineFeed) count += 1;
    at = data.indexOf(carriageReturn, at + 1);
  }
  return count;
}

/** A command alone, such as a break. RFC 854. @throws VALUE_INVALID for what is no byte */
export function encodeTelnetCommand(command: number): Uint8Array {
  return Uint8Array.of(interpretAsCommand, checkByte(command, 'command'));
}

/** What is said of an option. RFC 854. @throws VALUE_INVALID for what is no byte */
export function encodeNegotiation(verb: TelnetVerb, option: number): Uint8Array {
  return Uint8Array.of(interpretAsCommand, telnetVerbs[verb], checkByte(option, 'option'));
}

/** What an option has to say, each 255 in it doubled. RFC 855. @throws VALUE_INVALID for what is no byte */
export function encodeSubnegotiation(option: number, data: Uint8Array): Uint8Array {
  const content = encodeTelnetData(Uint8Array.of(checkByte(option, 'option'), ...data), true);
  const bytes = new Uint8Array(content.length + 4);
  bytes.set([interpretAsCommand, telnetCommands.subnegotiation]);
  bytes.set(content, 2);
  bytes.set([interpretAsCommand, telnetCommands.subnegotiationEnd], content.length + 2);
  return bytes;
}

function checkByte(value: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= byteMost) return value;
  throw new SignalboxError('VALUE_INVALID', `a telnet ${what} is a byte, not ${value}`);
}
