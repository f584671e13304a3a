import { SignalboxError } from '../../kernel/index.ts';
import { usbtmcAlignmentBytes, usbtmcHeaderBytes, usbtmcMessages } from './codes.ts';

const transferSizeMost = 0xffff_ffff;
const endOfMessage = 1;
const termCharEnabled = 2;

/**
 * Bytes for the instrument, as DEV_DEP_MSG_OUT. USBTMC 1.0, section 3.2.1.1, table 3.
 * @param options.end whether the message ends with the last of them (EOM)
 * @throws VALUE_OUT_OF_RANGE for no byte at all, which the standard has no message for
 */
export function encodeUsbtmcMessage(
  data: Uint8Array,
  { tag, end }: { readonly tag: number; readonly end: boolean },
): Uint8Array {
  checkSize(data.length);
  const length = usbtmcHeaderBytes + data.length;
  const bytes = new Uint8Array(Math.ceil(length / usbtmcAlignmentBytes) * usbtmcAlignmentBytes);
  putHeader(bytes, usbtmcMessages.deviceMessageOut, tag);
  new DataView(bytes.buffer).setUint32(4, data.length, true);
  bytes[8] = end ? endOfMessage : 0;
  bytes.set(data, usbtmcHeaderBytes);
  return bytes;
}

/**
 * Asks for what the instrument has to say, as REQUEST_DEV_DEP_MSG_IN. USBTMC 1.0, section 3.2.1.2,
 * table 4.
 * @param options.most how many bytes it may answer with
 * @param options.termChar ends the answer where the device can do that. @default none
 */
export function encodeUsbtmcRequest({
  tag,
  most,
  termChar,
}: {
  readonly tag: number;
  readonly most: number;
  readonly termChar?: number;
}): Uint8Array {
  checkSize(most);
  const bytes = new Uint8Array(usbtmcHeaderBytes);
  putHeader(bytes, usbtmcMessages.deviceMessageIn, tag);
  new DataView(bytes.buffer).setUint32(4, most, true);
  if (termChar !== undefined) bytes.set([termCharEnabled, termChar], 8);
  return bytes;
}

/** A trigger. USBTMC-USB488 1.0, section 3.2.1.1, table 2. */
export function encodeUsbtmcTrigger(tag: number): Uint8Array {
  const bytes = new Uint8Array(usbtmcHeaderBytes);
  putHeader(bytes, usbtmcMessages.trigger, tag);
  return bytes;
}

/** USBTMC 1.0, table 1. */
function putHeader(bytes: Uint8Array, message: number, tag: number): void {
  if (!Number.isInteger(tag) || tag < 1 || tag > 0xff) {
    throw new SignalboxError('VALUE_OUT_OF_RANGE', `a bTag is 1 to 255, not ${tag}`);
  }
  bytes.set([message, tag, ~tag & 0xff]);
}

function checkSize(bytes: number): void {
  if (Number.isInteger(bytes) && bytes >= 1 && bytes <= transferSizeMost) return;
  throw new SignalboxError(
    'VALUE_OUT_OF_RANGE',
    `a USBTMC transfer has 1 to ${transferSizeMost} bytes, not ${bytes}`,
  );
}
