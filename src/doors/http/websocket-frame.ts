const finalText = 0x81;
const finalPong = 0x8a;
const shortMost = 125;
const twoByteMost = 65_535;
const twoByteLength = 126;
const eightByteLength = 127;

/** A text as a server sends it: one frame, not masked. RFC 6455, section 5.2. */
export function textFrame(text: string): Uint8Array {
  const length = Buffer.byteLength(text);
  const [frame, at] = framed(finalText, length);
  frame.write(text, at, 'utf8');
  return frame;
}

/** The answer to a ping: what was in it. RFC 6455, section 5.5.3. */
export function pongFrame(payload: Uint8Array): Uint8Array {
  const [frame, at] = framed(finalPong, payload.length);
  frame.set(payload, at);
  return frame;
}

/** A frame with its head, and where its payload begins. */
function framed(first: number, length: number): [Buffer, number] {
  const at = length <= shortMost ? 2 : length <= twoByteMost ? 4 : 10;
  const frame = Buffer.allocUnsafe(at + length);
  frame[0] = first;
  if (at === 2) frame[1] = length;
  else if (at === 4) {
    frame[1] = twoByteLength;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = eightByteLength;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return [frame, at];
}
