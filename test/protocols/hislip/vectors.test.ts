import { describe, expect, it } from 'vitest';
import {
  encodeHislip,
  encodeHislipData,
  HislipMessageReader,
  hislipTypeName,
} from '../../../src/protocols/index.ts';
import type {
  HislipChannel,
  HislipData,
  HislipMessage,
  HislipSide,
} from '../../../src/protocols/index.ts';
import { bytesOf, hexOf } from './hex.ts';

type Vector = readonly [HislipSide, HislipChannel, string, HislipMessage];

/** Written by hand from IVI-6.1, tables 3 to 34: prologue, type, control code, parameter, length. */
const vectors: readonly Vector[] = [
  [
    'client',
    'synchronous',
    '48 53 00 00 01 00 58 58 00 00 00 00 00 00 00 07 68 69 73 6c 69 70 30',
    { type: 'Initialize', version: 0x0100, vendorId: 'XX', subAddress: 'hislip0' },
  ],
  [
    'client',
    'synchronous',
    '48 53 00 00 02 00 4b 54 00 00 00 00 00 00 00 00',
    { type: 'Initialize', version: 0x0200, vendorId: 'KT', subAddress: '' },
  ],
  [
    'server',
    'synchronous',
    '48 53 01 00 01 00 be ef 00 00 00 00 00 00 00 00',
    { type: 'InitializeResponse', version: 0x0100, sessionId: 0xbeef, features: 0 },
  ],
  [
    'server',
    'synchronous',
    '48 53 01 01 01 00 00 01 00 00 00 00 00 00 00 00',
    { type: 'InitializeResponse', version: 0x0100, sessionId: 1, features: 1 },
  ],
  [
    'client',
    'asynchronous',
    '48 53 11 00 00 00 be ef 00 00 00 00 00 00 00 00',
    { type: 'AsyncInitialize', sessionId: 0xbeef },
  ],
  [
    'server',
    'asynchronous',
    '48 53 12 00 00 00 52 53 00 00 00 00 00 00 00 00',
    { type: 'AsyncInitializeResponse', vendorId: 'RS', isSecure: false },
  ],
  [
    'server',
    'asynchronous',
    '48 53 12 01 00 00 52 53 00 00 00 00 00 00 00 00',
    { type: 'AsyncInitializeResponse', vendorId: 'RS', isSecure: true },
  ],
  [
    'server',
    'synchronous',
    '48 53 02 01 00 00 00 00 00 00 00 00 00 00 00 05 6e 6f 20 48 53',
    { type: 'FatalError', code: 1, text: 'no HS' },
  ],
  [
    'client',
    'asynchronous',
    '48 53 02 04 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'FatalError', code: 4, text: '' },
  ],
  [
    'server',
    'asynchronous',
    '48 53 03 02 00 00 00 00 00 00 00 00 00 00 00 02 6e 6f',
    { type: 'Error', code: 2, text: 'no' },
  ],
  [
    'client',
    'asynchronous',
    '48 53 04 01 00 00 13 88 00 00 00 00 00 00 00 00',
    { type: 'AsyncLock', request: { kind: 'exclusive', waitMs: 5_000 } },
  ],
  [
    'client',
    'asynchronous',
    '48 53 04 01 00 00 00 00 00 00 00 00 00 00 00 03 6b 65 79',
    { type: 'AsyncLock', request: { kind: 'shared', key: 'key', waitMs: 0 } },
  ],
  [
    'client',
    'asynchronous',
    '48 53 04 00 ff ff ff 02 00 00 00 00 00 00 00 00',
    { type: 'AsyncLock', request: { kind: 'release', messageId: 0xffff_ff02 } },
  ],
  [
    'server',
    'asynchronous',
    '48 53 05 03 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'AsyncLockResponse', code: 3 },
  ],
  [
    'client',
    'synchronous',
    '48 53 08 01 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'DeviceClearComplete', features: 1 },
  ],
  [
    'server',
    'synchronous',
    '48 53 09 00 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'DeviceClearAcknowledge', features: 0 },
  ],
  [
    'client',
    'asynchronous',
    '48 53 0a 05 ff ff ff 06 00 00 00 00 00 00 00 00',
    { type: 'AsyncRemoteLocalControl', control: 5, messageId: 0xffff_ff06 },
  ],
  [
    'server',
    'asynchronous',
    '48 53 0b 00 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'AsyncRemoteLocalResponse' },
  ],
  [
    'client',
    'synchronous',
    '48 53 0c 01 ff ff ff 04 00 00 00 00 00 00 00 00',
    { type: 'Trigger', messageId: 0xffff_ff04, rmtDelivered: true },
  ],
  [
    'server',
    'synchronous',
    '48 53 0d 00 00 00 00 02 00 00 00 00 00 00 00 00',
    { type: 'Interrupted', messageId: 2 },
  ],
  [
    'server',
    'asynchronous',
    '48 53 0e 00 00 00 00 02 00 00 00 00 00 00 00 00',
    { type: 'AsyncInterrupted', messageId: 2 },
  ],
  [
    'client',
    'asynchronous',
    '48 53 0f 00 00 00 00 00 00 00 00 00 00 00 00 08 00 00 00 00 00 10 00 00',
    { type: 'AsyncMaximumMessageSize', bytes: 1_048_576 },
  ],
  [
    'server',
    'asynchronous',
    '48 53 10 00 00 00 00 00 00 00 00 00 00 00 00 08 00 00 00 01 00 00 00 00',
    { type: 'AsyncMaximumMessageSizeResponse', bytes: 4_294_967_296 },
  ],
  [
    'client',
    'asynchronous',
    '48 53 13 00 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'AsyncDeviceClear' },
  ],
  [
    'server',
    'asynchronous',
    '48 53 14 50 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'AsyncServiceRequest', status: 0x50 },
  ],
  [
    'client',
    'asynchronous',
    '48 53 15 01 ff ff fe fe 00 00 00 00 00 00 00 00',
    { type: 'AsyncStatusQuery', messageId: 0xffff_fefe, rmtDelivered: true },
  ],
  [
    'server',
    'asynchronous',
    '48 53 16 10 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'AsyncStatusResponse', status: 0x10 },
  ],
  [
    'server',
    'asynchronous',
    '48 53 17 01 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'AsyncDeviceClearAcknowledge', features: 1 },
  ],
  [
    'client',
    'asynchronous',
    '48 53 18 00 00 00 00 00 00 00 00 00 00 00 00 00',
    { type: 'AsyncLockInfo' },
  ],
  [
    'server',
    'asynchronous',
    '48 53 19 01 00 00 00 03 00 00 00 00 00 00 00 00',
    { type: 'AsyncLockInfoResponse', isExclusive: true, holders: 3 },
  ],
];

const dataVectors: readonly (readonly [HislipSide, string, HislipData])[] = [
  [
    'client',
    '48 53 06 00 ff ff ff 00 00 00 00 00 00 00 00 04',
    { isEnd: false, messageId: 0xffff_ff00, rmtDelivered: false, payloadBytes: 4 },
  ],
  [
    'client',
    '48 53 07 01 ff ff ff fe 00 00 00 00 00 00 00 04',
    { isEnd: true, messageId: 0xffff_fffe, rmtDelivered: true, payloadBytes: 4 },
  ],
  [
    'server',
    '48 53 06 00 ff ff ff ff 00 00 00 00 00 00 00 04',
    { isEnd: false, messageId: 0xffff_ffff, rmtDelivered: false, payloadBytes: 4 },
  ],
];

describe('HiSLIP messages as the standard writes them', () => {
  it.each(vectors)('from the %s on the %s channel: %s', (from, channel, hex, message) => {
    expect(hexOf(encodeHislip(message))).toBe(hex);
    // The first message of a client says which channel it is on.
    const opens = message.type === 'Initialize' || message.type === 'AsyncInitialize';
    const reader = new HislipMessageReader({ from, ...(opens ? {} : { channel }) });
    expect(reader.push(bytesOf(hex))).toEqual([{ kind: 'message', message }]);
    expect(reader.channel).toBe(channel);
  });

  it.each(dataVectors)('data from the %s: %s', (from, hex, data) => {
    expect(hexOf(encodeHislipData(data))).toBe(hex);
    const payload = bytesOf('2a 49 44 4e');
    const reader = new HislipMessageReader({ from, channel: 'synchronous' });
    expect(reader.push(Uint8Array.of(...bytesOf(hex), ...payload))).toEqual([
      { kind: 'begin', data },
      { kind: 'piece', bytes: payload },
      { kind: 'end', data },
    ]);
  });

  it('each message of HiSLIP 1.0 has a vector', () => {
    const written = [...vectors, ...dataVectors].map(([, ...rest]) => {
      const hex = rest.find((part) => typeof part === 'string' && part.startsWith('48')) as string;
      return bytesOf(hex)[2] ?? -1;
    });
    const all = Array.from({ length: 26 }, (_, type) => type);
    expect([...new Set(written)].toSorted((one, other) => one - other)).toEqual(all);
    expect(hislipTypeName(26)).toBe('GetDescriptors');
  });

  it('a size of 2^64 - 1 means any', () => {
    const hex = '48 53 0f 00 00 00 00 00 00 00 00 00 00 00 00 08 ff ff ff ff ff ff ff ff';
    const reader = new HislipMessageReader({ from: 'client', channel: 'asynchronous' });
    expect(reader.push(bytesOf(hex))).toEqual([
      {
        kind: 'message',
        message: { type: 'AsyncMaximumMessageSize', bytes: Number.MAX_SAFE_INTEGER },
      },
    ]);
  });

  it('a name may end with a NUL, and a text comes without control characters', () => {
    const named = '48 53 00 00 01 00 58 58 00 00 00 00 00 00 00 03 70 31 00';
    const opening = new HislipMessageReader({ from: 'client' }).push(bytesOf(named));
    expect(opening).toMatchObject([{ message: { subAddress: 'p1' } }]);
    const told = '48 53 03 00 00 00 00 00 00 00 00 00 00 00 00 03 61 0a 80';
    const reader = new HislipMessageReader({ from: 'server', channel: 'synchronous' });
    expect(reader.push(bytesOf(told))).toMatchObject([{ message: { text: 'a??' } }]);
  });

  it('what does not fit is not sent', () => {
    const unfit: readonly HislipMessage[] = [
      { type: 'AsyncInitialize', sessionId: 0x1_0000 },
      { type: 'Initialize', version: 0x0100, vendorId: 'X', subAddress: '' },
      { type: 'Initialize', version: 0x0100, vendorId: 'XX', subAddress: 'ä' },
      { type: 'Initialize', version: 0x0100, vendorId: 'XX', subAddress: 'a'.repeat(257) },
      { type: 'AsyncLock', request: { kind: 'shared', key: '', waitMs: 0 } },
      { type: 'AsyncLock', request: { kind: 'exclusive', waitMs: 2 ** 32 } },
      { type: 'AsyncLock', request: { kind: 'exclusive', waitMs: 0.5 } },
      { type: 'AsyncStatusResponse', status: 256 },
      { type: 'AsyncMaximumMessageSize', bytes: -1 },
    ];
    for (const message of unfit) {
      expect(() => encodeHislip(message), JSON.stringify(message)).toThrow(
        expect.objectContaining({ code: 'VALUE_INVALID' }),
      );
    }
    const long = encodeHislip({ type: 'Error', code: 0, text: 'é'.repeat(1_000) });
    expect(long).toHaveLength(16 + 256);
    expect(long.at(-1)).toBe(0x3f);
  });
});
