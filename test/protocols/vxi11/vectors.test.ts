import { describe, expect, it } from 'vitest';
import {
  decodeXdr,
  encodeCall,
  encodeRecord,
  encodeXdr,
  noVxi11Flags,
  parseRpcMessage,
  vxi11Abort,
  vxi11Core,
  vxi11Interrupt,
} from '../../../src/protocols/index.ts';
import type { XdrType } from '../../../src/protocols/index.ts';
import { fromHex, fromText, toHex } from '../hex.ts';

const core = vxi11Core.procedures;

/** One value of a type, and its bytes. */
interface Vector {
  readonly what: string;
  check(): void;
}

function vector<Value>(what: string, type: XdrType<Value>, value: Value, hex: string): Vector {
  return {
    what,
    check() {
      expect(toHex(encodeXdr(type, value))).toBe(toHex(fromHex(hex)));
      expect(decodeXdr(type, fromHex(hex))).toEqual(value);
    },
  };
}

const generic = {
  linkId: 1,
  flags: { ...noVxi11Flags, waitLock: true },
  lockTimeoutMs: 10_000,
  ioTimeoutMs: 2_000,
};
const genericHex = '00000001 00000001 00002710 000007d0';

/** By hand from VXI-11, appendix C; each timeout has a value of its own, to see their order. */
const vectors: readonly Vector[] = [
  vector(
    'create_link',
    core.createLink.args,
    { clientId: -1, lockDevice: true, lockTimeoutMs: 10_000, device: 'inst0' },
    'ffffffff 00000001 00002710 00000005 696e7374 30000000',
  ),
  vector(
    'what create_link gives',
    core.createLink.results,
    { error: 0, linkId: 1, abortPort: 1_025, receiveBytesMost: 1_048_576 },
    '00000000 00000001 00000401 00100000',
  ),
  vector(
    'device_write',
    core.write.args,
    {
      linkId: 1,
      ioTimeoutMs: 2_000,
      lockTimeoutMs: 10_000,
      flags: { ...noVxi11Flags, end: true },
      data: fromText('*IDN?\n'),
    },
    '00000001 000007d0 00002710 00000008 00000006 2a49444e 3f0a0000',
  ),
  vector(
    'what device_write gives',
    core.write.results,
    { error: 15, size: 6 },
    '0000000f 00000006',
  ),
  vector(
    'device_read',
    core.read.args,
    {
      linkId: 1,
      requestBytes: 1_024,
      ioTimeoutMs: 2_000,
      lockTimeoutMs: 10_000,
      flags: { waitLock: true, end: false, terminatorSet: true },
      terminator: 10,
    },
    '00000001 00000400 000007d0 00002710 00000081 0000000a',
  ),
  vector(
    'what device_read gives',
    core.read.results,
    {
      error: 0,
      reason: { requestCount: false, terminator: true, end: true },
      data: fromText('ACME\n'),
    },
    '00000000 00000006 00000005 41434d45 0a000000',
  ),
  vector('device_readstb', core.readStatusByte.args, generic, genericHex),
  vector(
    'what device_readstb gives',
    core.readStatusByte.results,
    { error: 0, statusByte: 0xd0 },
    '00000000 000000d0',
  ),
  vector('device_trigger', core.trigger.args, generic, genericHex),
  vector('device_clear', core.clear.args, generic, genericHex),
  vector('device_remote', core.remote.args, generic, genericHex),
  vector('device_local', core.local.args, generic, genericHex),
  vector('what they give', core.clear.results, { error: 11 }, '0000000b'),
  vector(
    'device_lock',
    core.lock.args,
    { linkId: 1, flags: noVxi11Flags, lockTimeoutMs: 10_000 },
    '00000001 00000000 00002710',
  ),
  vector('device_unlock', core.unlock.args, 1, '00000001'),
  vector(
    'device_enable_srq',
    core.enableServiceRequest.args,
    { linkId: 1, enable: true, handle: fromHex('0102030405') },
    '00000001 00000001 00000005 01020304 05000000',
  ),
  vector(
    'device_docmd',
    core.doCommand.args,
    {
      linkId: 1,
      flags: noVxi11Flags,
      ioTimeoutMs: 2_000,
      lockTimeoutMs: 10_000,
      command: 0x02_00_01,
      isNetworkOrder: true,
      itemBytes: 2,
      data: fromHex('0001'),
    },
    '00000001 00000000 000007d0 00002710 00020001 00000001 00000002 00000002 00010000',
  ),
  vector(
    'what device_docmd gives',
    core.doCommand.results,
    { error: 8, data: new Uint8Array() },
    '00000008 00000000',
  ),
  vector('destroy_link', core.destroyLink.args, 1, '00000001'),
  vector(
    'create_intr_chan',
    core.createInterruptChannel.args,
    {
      hostAddress: '192.0.2.200',
      hostPort: 40_000,
      program: 0x06_07_b1,
      version: 1,
      transport: 'tcp',
    },
    'c00002c8 00009c40 000607b1 00000001 00000000',
  ),
  vector('destroy_intr_chan', core.destroyInterruptChannel.args, undefined, ''),
  vector('device_abort', vxi11Abort.procedures.abort.args, 1, '00000001'),
  vector(
    'device_intr_srq',
    vxi11Interrupt.procedures.serviceRequest.args,
    { handle: fromHex('0102030405') },
    '00000005 01020304 05000000',
  ),
];

describe('VXI-11 messages', () => {
  it.each(vectors)('$what, both ways', (each) => each.check());

  it('programs and procedures have the numbers of the standard', () => {
    const numbersOf = (procedures: object) =>
      Object.values(procedures).map(({ number }: { number: number }) => number);
    expect([vxi11Core, vxi11Abort, vxi11Interrupt].map(({ program }) => program)).toEqual([
      395_183, 395_184, 395_185,
    ]);
    expect(numbersOf(core)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 25, 26]);
    expect(numbersOf(vxi11Abort.procedures)).toEqual([1]);
    expect(numbersOf(vxi11Interrupt.procedures)).toEqual([30]);
  });

  it('a whole call goes over TCP as these bytes', () => {
    const record = encodeRecord(encodeCall(vxi11Core, 'destroyLink', 7, { xid: 0x99 }));
    expect(toHex(record)).toBe(
      toHex(
        fromHex(`8000002c 00000099 00000000 00000002 000607af 00000001 00000017
                 00000000 00000000 00000000 00000000 00000007`),
      ),
    );
    expect(parseRpcMessage(record.subarray(4))).toMatchObject({ program: 395_183, procedure: 23 });
  });

  it('flags and reasons that are not known are ignored', () => {
    const args = decodeXdr(core.lock.args, fromHex('00000001 ffffff7e 00000000'));
    expect(args.flags).toEqual({ waitLock: false, end: true, terminatorSet: false });
    const { reason } = decodeXdr(core.read.results, fromHex('00000000 fffffff9 00000000'));
    expect(reason).toEqual({ requestCount: true, terminator: false, end: false });
  });

  it('a termination character that was sent with a sign is the same one', () => {
    const hex = '00000001 00000400 000007d0 00002710 00000080 ffffffff';
    expect(decodeXdr(core.read.args, fromHex(hex)).terminator).toBe(255);
  });

  it.each([
    ['a port of more than 16 bits', core.createLink.results, '00000000 00000001 00010000 00000400'],
    [
      'a handle of 41 bytes',
      core.enableServiceRequest.args,
      `00000001 00000001 00000029 ${'00'.repeat(44)}`,
    ],
    [
      'an endless device name',
      core.createLink.args,
      `00000001 00000000 00000000 00000401 ${'61'.repeat(1_028)}`,
    ],
    [
      'a family that there is not',
      core.createInterruptChannel.args,
      'c0000201 00000400 000607b1 00000001 00000002',
    ],
  ])('%s is refused when it is read', (_, type: XdrType<unknown>, hex) => {
    expect(() => decodeXdr(type, fromHex(hex))).toThrow(
      expect.objectContaining({ code: 'LINK_PROTOCOL' }),
    );
  });

  it.each([
    ['300.0.2.1', 40_000],
    ['192.0.2', 40_000],
    ['::1', 40_000],
    ['192.0.2.1', 65_536],
  ])('%s port %i is refused when it is written', (hostAddress, hostPort) => {
    const channel = { program: 0x06_07_b1, version: 1, transport: 'tcp' } as const;
    const type = core.createInterruptChannel.args;
    expect(() => encodeXdr(type, { ...channel, hostAddress, hostPort })).toThrow(
      expect.objectContaining({ fault: 'caller' }),
    );
  });
});
