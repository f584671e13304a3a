import { parseMessage } from '../../../../src/protocols/index.ts';
import { answered, constants } from './constants.ts';
import type { FoundFrame } from './frame-finder.ts';

const bytesOfType: Readonly<Record<number, number>> = { 0x00: 1, 0x20: 2, 0x40: 4 };
const stringType = 0x60;
const chained = 0x80;
const protocolError = 34;

/** Whether an answer may be the one to a request. */
export function mayAnswer(asked: FoundFrame, answer: FoundFrame): boolean {
  if (asked.mode !== answer.mode) return false;
  const { sequence, node, data } = asked.frame;
  const reply = answer.frame;
  if (reply.sequence !== sequence) return false;
  // A line with an error has no node.
  const isNodeless = answer.mode === 'ascii' && reply.errorCode !== undefined;
  if (!isNodeless && reply.node !== node) return false;
  const message = parseMessage(data);
  const [command, status] = reply.data;
  const isStatus = command === 0 && reply.data.length === 3;
  switch (message.kind) {
    case 'malformed':
      return isStatus && status === protocolError;
    case 'status':
      return false;
    case 'send':
      return message.command === 1 && (isStatus || reply.errorCode !== undefined);
    case 'other':
      return isStatus || reply.errorCode !== undefined;
    case 'request':
      return isStatus || reply.errorCode !== undefined || hasLayout(data, reply.data, node);
  }
}

/** Whether an answer has the values that a request asks for, under its own indices and chain bits. */
function hasLayout(asked: Uint8Array, answer: Uint8Array, node: number): boolean {
  if (answer[0] !== 2) return false;
  let at = 1;
  let from = 1;
  let process: number;
  do {
    process = asked[at] ?? 0;
    if (answer[from] !== process) return false;
    at += 1;
    from += 1;
    let head: number;
    do {
      head = asked[at] ?? 0;
      if (answer[from] !== head) return false;
      from += 1;
      const value = [asked[at + 1] ?? 0, asked[at + 2] ?? 0, asked[at + 3] ?? 0] as const;
      const taken = valueBytes(value, answer.subarray(from), node);
      if (taken === undefined) return false;
      from += taken;
      at += (value[1] & stringType) === stringType ? 4 : 3;
    } while ((head & chained) !== 0);
  } while ((process & chained) !== 0);
  return from === answer.length;
}

/** How many bytes a value takes at the front of what is left of an answer, if it may be that value. */
function valueBytes(
  [process, parameterByte, length]: readonly [number, number, number],
  rest: Uint8Array,
  node: number,
): number | undefined {
  const type = parameterByte & stringType;
  const constant = constants.find(
    (each) =>
      each.process === (process & 0x7f) &&
      each.parameter === (parameterByte & 0x1f) &&
      each.type === type,
  );
  if (constant !== undefined) {
    const wanted = answered(constant, node, length);
    return wanted.every((byte, at) => rest[at] === byte) ? wanted.length : undefined;
  }
  const bytes = bytesOfType[type];
  if (bytes !== undefined) return bytes;
  if (rest[0] !== length) return undefined;
  if (length > 0) return 1 + length;
  const end = rest.indexOf(0, 1);
  return end < 0 ? undefined : end + 1;
}
