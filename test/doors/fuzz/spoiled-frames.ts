import {
  encodeCall,
  encodeComPort,
  encodeHislip,
  encodeHislipData,
  encodeNegotiation,
  encodeRecord,
  encodeTelnetCommand,
  noVxi11Flags,
  vxi11Core,
} from '../../../src/protocols/index.ts';
import type { RandomBytes } from '../../protocols/random-bytes.ts';

/** What one connection of a client might say, and where of each frame damage leaves its length alone. */
export interface Frames {
  readonly frames: readonly Uint8Array[];
  /** These bytes say what it is, behind them it says what it says: neither changes where it ends. */
  readonly head: readonly [from: number, to: number];
  readonly bodyAt: number;
}

const question = new TextEncoder().encode('A?\n');
const command = new TextEncoder().encode('SET 1\n');
/** HiSLIP and VXI-11 have long waits in them: a client that dies must not be waited for. */
const longMs = 3_600_000;

function dataOf(isEnd: boolean, payload: Uint8Array): Uint8Array {
  const head = { isEnd, messageId: 0xff_ff_ff_00, rmtDelivered: false };
  return Buffer.concat([encodeHislipData({ ...head, payloadBytes: payload.length }), payload]);
}

const hislipHead = { head: [2, 8], bodyAt: 16 } as const;

/** Of the synchronous channel. */
export const hislipSynchronous: Frames = {
  ...hislipHead,
  frames: [
    dataOf(true, question),
    dataOf(false, question.subarray(0, 1)),
    dataOf(true, command),
    encodeHislip({ type: 'Trigger', messageId: 0xff_ff_ff_02, rmtDelivered: true }),
    encodeHislip({ type: 'DeviceClearComplete', features: 1 }),
    encodeHislip({ type: 'Error', code: 4, text: 'no' }),
  ],
};

/** Of the asynchronous channel. */
export const hislipAsynchronous: Frames = {
  ...hislipHead,
  frames: [
    encodeHislip({ type: 'AsyncLock', request: { kind: 'exclusive', waitMs: 0 } }),
    encodeHislip({ type: 'AsyncLock', request: { kind: 'exclusive', waitMs: longMs } }),
    encodeHislip({ type: 'AsyncLock', request: { kind: 'shared', key: 'k', waitMs: 10 } }),
    encodeHislip({ type: 'AsyncLock', request: { kind: 'release', messageId: 0xff_ff_ff_00 } }),
    encodeHislip({ type: 'AsyncLockInfo' }),
    encodeHislip({ type: 'AsyncDeviceClear' }),
    encodeHislip({ type: 'AsyncStatusQuery', messageId: 0xff_ff_ff_00, rmtDelivered: true }),
    encodeHislip({ type: 'AsyncMaximumMessageSize', bytes: 3 }),
    encodeHislip({ type: 'AsyncRemoteLocalControl', control: 1, messageId: 0xff_ff_ff_00 }),
  ],
};

/** What opens a connection. */
export const hislipOpenings: Frames = {
  ...hislipHead,
  frames: [
    encodeHislip({ type: 'Initialize', version: 0x01_00, vendorId: 'XX', subAddress: 'hislip0' }),
    encodeHislip({ type: 'AsyncInitialize', sessionId: 7 }),
  ],
};

/** Calls of the core channel. @param linkId one that the connection has */
export function vxi11Calls(linkId: number): Frames {
  const flags = { ...noVxi11Flags, end: true };
  const args = { linkId, flags, lockTimeoutMs: 5, ioTimeoutMs: 10 };
  const waiting = { ...args, flags: { ...flags, waitLock: true }, lockTimeoutMs: longMs };
  const lasting = { ...args, ioTimeoutMs: longMs };
  const device = 'inst0';
  const xid = 1;
  const calls = [
    encodeCall(
      vxi11Core,
      'createLink',
      { clientId: 1, lockDevice: true, lockTimeoutMs: 1, device },
      { xid },
    ),
    encodeCall(vxi11Core, 'write', { ...args, data: question }, { xid }),
    encodeCall(vxi11Core, 'write', { ...waiting, data: command }, { xid }),
    encodeCall(vxi11Core, 'read', { ...args, requestBytes: 9, terminator: 10 }, { xid }),
    encodeCall(vxi11Core, 'read', { ...lasting, requestBytes: 9, terminator: 10 }, { xid }),
    encodeCall(vxi11Core, 'readStatusByte', args, { xid }),
    encodeCall(vxi11Core, 'trigger', args, { xid }),
    encodeCall(vxi11Core, 'clear', args, { xid }),
    encodeCall(vxi11Core, 'remote', args, { xid }),
    encodeCall(vxi11Core, 'lock', args, { xid }),
    encodeCall(vxi11Core, 'lock', waiting, { xid }),
    encodeCall(vxi11Core, 'unlock', linkId, { xid }),
    encodeCall(
      vxi11Core,
      'enableServiceRequest',
      { linkId, enable: true, handle: question },
      { xid },
    ),
    encodeCall(vxi11Core, 'destroyLink', linkId, { xid }),
  ].map((message) => encodeRecord(message));
  // In front of a record stands its length.
  return { frames: calls, head: [4, 44], bodyAt: 44 };
}

/** Telnet with RFC 2217, and what goes through to the line. */
export const rfc2217Frames: Frames = {
  frames: [
    encodeComPort({ kind: 'baud-rate', baudRate: 9_600 }, 'client'),
    encodeComPort({ kind: 'data-bits', dataBits: 7 }, 'client'),
    encodeComPort({ kind: 'purge', purge: 'both' }, 'client'),
    encodeComPort({ kind: 'control', control: 'dtr-on' }, 'client'),
    encodeComPort({ kind: 'control', control: 'break-off' }, 'client'),
    encodeComPort({ kind: 'signature', text: 'me' }, 'client'),
    encodeComPort({ kind: 'suspend' }, 'client'),
    encodeComPort({ kind: 'resume' }, 'client'),
    encodeNegotiation('do', 44),
    encodeNegotiation('will', 0),
    encodeTelnetCommand(246),
    question,
    command,
  ],
  head: [0, 2],
  bodyAt: 2,
};

/**
 * One of them with damage: most often where its length stays as it is, so that what follows is looked at
 * as well, and now and then anywhere.
 */
export function spoiledFrame({ frames, head, bodyAt }: Frames, random: RandomBytes): Uint8Array {
  const frame = random.one(frames);
  if (random.chance(0.04)) return random.mutate(frame);
  const bytes = Uint8Array.from(frame);
  for (let changes = 1 + random.below(2); changes > 0; changes -= 1) {
    const isBody = bytes.length > bodyAt && random.chance(0.6);
    const [from, to] = isBody ? [bodyAt, bytes.length] : head;
    bytes[from + random.below(Math.min(to, bytes.length) - from)] = random.byte();
  }
  return bytes;
}
