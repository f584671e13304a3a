import { SignalboxError } from '../../kernel/index.ts';
import { takeOutArrays } from './arrays.ts';
import { binaryBytesMost, lineBytesMost, messageNestingMost } from './limits.ts';
import type { JsonRpcMessage } from './message.ts';
import { isTooDeep } from './nesting.ts';

/** A message as it is sent: its line, and the bytes of its arrays straight after it. */
export interface EncodedJsonRpc {
  /** With its LF. */
  readonly text: string;
  /** Views of the arrays that were given: they are sent as they are then. */
  readonly arrays: readonly Uint8Array[];
}

const noArrays: readonly Uint8Array[] = [];
const utf8 = new TextEncoder();
/** Names of methods, as JSON: the same few come again and again. */
const methodNames = new Map<string, string>();
const methodNamesMost = 256;

/**
 * A message as its line of JSON and the bytes of its arrays. JSON-RPC 2.0, sections 4 and 5.
 *
 * @throws VALUE_INVALID for what JSON cannot say (a circle, a bigint), and above {@link lineBytesMost},
 *   {@link binaryBytesMost} or {@link messageNestingMost}
 */
export function encodeJsonRpc(message: JsonRpcMessage): EncodedJsonRpc {
  const arrays: Uint8Array[] = [];
  const body = bodyOf(message, arrays);
  if (arrays.length === 0) {
    const text = `{"jsonrpc":"2.0",${body}}\n`;
    checkLine(text);
    return { text, arrays: noArrays };
  }
  const lengths = arrays.map(({ byteLength }) => byteLength);
  const bytes = lengths.reduce((sum, length) => sum + length, 0);
  if (bytes > binaryBytesMost) {
    throw new SignalboxError(
      'VALUE_INVALID',
      `the arrays of a message have ${bytes} bytes; ${binaryBytesMost} are the most`,
      { nextStep: 'Send them in several messages.' },
    );
  }
  const text = `{"jsonrpc":"2.0",${body},"$binary":[${lengths.join(',')}]}\n`;
  checkLine(text);
  return { text, arrays };
}

function bodyOf(message: JsonRpcMessage, arrays: Uint8Array[]): string {
  switch (message.kind) {
    case 'request': {
      return `"id":${json(message.id)},"method":${methodName(message.method)}${paramsOf(message.params, arrays)}`;
    }
    case 'notification': {
      return `"method":${methodName(message.method)}${paramsOf(message.params, arrays)}`;
    }
    case 'result': {
      return `"id":${json(message.id ?? null)},"result":${json(takeOutArrays(message.result ?? null, arrays))}`;
    }
    case 'failure': {
      return `"id":${json(message.id ?? null)},"error":${json(takeOutArrays(message.error, arrays))}`;
    }
  }
}

function paramsOf(params: unknown, arrays: Uint8Array[]): string {
  return params === undefined ? '' : `,"params":${json(takeOutArrays(params, arrays))}`;
}

function methodName(method: string): string {
  const known = methodNames.get(method);
  if (known !== undefined) return known;
  const name = JSON.stringify(method);
  if (methodNames.size < methodNamesMost) methodNames.set(method, name);
  return name;
}

function json(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  try {
    // Of a function there is no JSON, and no error either.
    return JSON.stringify(value) ?? 'null';
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'no JSON';
    throw new SignalboxError('VALUE_INVALID', `a message cannot be written as JSON: ${why}`, {
      cause,
    });
  }
}

function checkLine(text: string): void {
  if (isTooDeep(text)) {
    const deep = `a message is nested deeper than ${messageNestingMost}`;
    throw new SignalboxError('VALUE_INVALID', deep);
  }
  // A character has at most three bytes, so that most lines need no counting.
  if (text.length * 3 <= lineBytesMost) return;
  const bytes = text.length > lineBytesMost ? text.length : utf8.encode(text).length;
  if (bytes <= lineBytesMost) return;
  throw new SignalboxError(
    'VALUE_INVALID',
    `a message has ${bytes} bytes; a line has ${lineBytesMost} at most`,
    { nextStep: 'Send numbers as typed arrays, which are no part of the line, or less at a time.' },
  );
}
