import { encodeAsciiFrame, encodeBinaryFrame } from '../../protocols/index.ts';
import type { ProparFrame, ProparMode } from '../../protocols/index.ts';
import type { FaultPlan } from '../fault-plan.ts';
import type { Fault } from '../faults.ts';

const dataLinkEscape = 0x10;

/** A frame as it goes over the wire. */
export function encodeFrame(frame: ProparFrame, mode: ProparMode): Uint8Array {
  return mode === 'binary' ? encodeBinaryFrame(frame) : encodeAsciiFrame(frame);
}

/** The bytes of a reply, with what a fault does to them. */
export function spoilFrame(
  frame: ProparFrame,
  mode: ProparMode,
  fault: Fault | undefined,
  faults: FaultPlan,
): Uint8Array {
  const good = encodeFrame(frame, mode);
  switch (fault?.kind) {
    case 'garble':
      return faults.garble(good);
    case 'duplicate':
      return Uint8Array.from([...good, ...good]);
    case 'noise':
      return Uint8Array.from([...faults.noise(), ...good]);
    case 'wrong-length':
      return mode === 'binary' ? wrongBinary(frame) : wrongAscii(good);
    default:
      return good;
  }
}

/** A frame that is right but for its length, which is one too many. */
function wrongBinary({ sequence, node, data }: ProparFrame): Uint8Array {
  const content = [sequence, node, data.length + 1, ...data];
  const stuffed = content.flatMap((byte) => (byte === dataLinkEscape ? [byte, byte] : [byte]));
  return Uint8Array.from([dataLinkEscape, 0x02, ...stuffed, dataLinkEscape, 0x03]);
}

function wrongAscii(good: Uint8Array): Uint8Array {
  const line = new TextDecoder().decode(good);
  const length = Number.parseInt(line.slice(1, 3), 16) + 1;
  const digits = length.toString(16).toUpperCase().padStart(2, '0');
  return new TextEncoder().encode(`:${digits}${line.slice(3)}`);
}
