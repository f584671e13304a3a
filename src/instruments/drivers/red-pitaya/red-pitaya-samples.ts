import { SignalboxError } from '../../../kernel/index.ts';
import { blockData, responseText } from '../../../protocols/index.ts';

const floatBytes = 4;

/**
 * The samples of a response: a block of big-endian numbers of 32 bits, or a list of texts in braces.
 * @throws REPLY_MALFORMED
 */
export function readSamples(response: Uint8Array): Float32Array {
  const text = response[0] === 0x7b ? responseText(response).trim() : undefined;
  const volts = text === undefined ? ofBlock(blockData(response)) : ofList(text);
  if (volts.length > 0 && volts.every(Number.isFinite)) return volts;
  throw new SignalboxError(
    'REPLY_MALFORMED',
    `the board sent ${volts.length} samples, not all of which are numbers`,
  );
}

function ofBlock(data: Uint8Array): Float32Array {
  if (data.length % floatBytes !== 0) {
    throw new SignalboxError(
      'REPLY_MALFORMED',
      `a block of ${data.length} bytes holds no whole number of samples`,
    );
  }
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const length = data.length / floatBytes;
  return Float32Array.from({ length }, (_, index) => view.getFloat32(index * floatBytes));
}

function ofList(text: string): Float32Array {
  const [, inside = ''] = /^\{(.*)\}$/s.exec(text) ?? [];
  return Float32Array.from(inside.split(','), (each) => (each.trim() === '' ? NaN : Number(each)));
}

/** Volts as the result of an action carries them: little-endian numbers of 32 bits. */
export function encodeVolts(volts: Float32Array): Uint8Array {
  const bytes = new Uint8Array(volts.length * floatBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of volts.entries()) view.setFloat32(index * floatBytes, value, true);
  return bytes;
}

/** What the action `acquire` gives, as volts. @throws VALUE_INVALID when it is no such result */
export function decodeVolts(result: unknown): Float32Array {
  if (!(result instanceof Uint8Array) || result.length % floatBytes !== 0) {
    throw new SignalboxError('VALUE_INVALID', 'this is no result of the action acquire');
  }
  const view = new DataView(result.buffer, result.byteOffset, result.length);
  const length = result.length / floatBytes;
  return Float32Array.from({ length }, (_, index) => view.getFloat32(index * floatBytes, true));
}
