import type { ProparFrame } from '../../../src/protocols/index.ts';

/** Sequence, node, length, message. */
const contentBytesMost = 3 + 255;

/** The frames of a whole stream, found in another way than the readers do: for comparison. */
export function binaryFramesIn(stream: Uint8Array): ProparFrame[] {
  const frames: ProparFrame[] = [];
  let content: number[] | undefined;
  for (let at = 0; at < stream.length;) {
    const isPair = stream[at] === 0x10 && at + 1 < stream.length;
    const second = isPair ? stream[at + 1] : undefined;
    at += isPair ? 2 : 1;
    if (second === 0x02) content = [];
    else if (second === 0x03) {
      if (content !== undefined) frames.push(...frameOf(content));
      content = undefined;
    } else if (isPair && second !== 0x10) content = undefined;
    else content?.push(stream[at - 1] ?? 0);
    if (content !== undefined && content.length > contentBytesMost) content = undefined;
  }
  return frames;
}

/** The frame that the content between two borders is, if it is one. */
export function frameOf([sequence, node, length, ...data]: readonly number[]): ProparFrame[] {
  if (sequence === undefined || node === undefined) return [];
  const [errorCode] = data;
  if (length === 0 && data.length === 1 && errorCode !== undefined) {
    return [{ sequence, node, data: new Uint8Array(), errorCode }];
  }
  if (length !== data.length || length === 0) return [];
  return [{ sequence, node, data: Uint8Array.from(data) }];
}

/** As {@link binaryFramesIn}, for lines. */
export function asciiFramesIn(stream: Uint8Array): ProparFrame[] {
  return [...latin1(stream).matchAll(/:([0-9a-f]{4,514})(?=[\r\n])/gi)].flatMap(
    ([, received = '']) => {
      const digits = padded(received);
      if (digits.length % 2 === 1) return [];
      const [length = 0, node = 0, ...data] = bytesOf(digits);
      if (length === 1 && data.length === 0) {
        return [{ sequence: 0, node: 0, data: new Uint8Array(), errorCode: node }];
      }
      if (length !== data.length + 1) return [];
      return [{ sequence: 0, node, data: Uint8Array.from(data) }];
    },
  );
}

/** Puts in the zeros that a program left out in front of the only number that it writes. */
function padded(digits: string): string {
  const [length = 0, , command, process = 0x80, parameter = 0x80] = bytesOf(digits.slice(0, 10));
  const missing = 2 + 2 * length - digits.length;
  const size = [1, 2, 4][parameter >> 5];
  const isSingle = command === 1 && process < 0x80 && length === 4 + (size ?? 0);
  if (!isSingle || size === undefined || missing <= 0 || digits.length < 11) return digits;
  return digits.slice(0, 10) + '0'.repeat(missing) + digits.slice(10);
}

function bytesOf(digits: string): number[] {
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
