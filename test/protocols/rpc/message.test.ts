import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeReply,
  encodeRpcMessage,
  noAuth,
  parseRpcMessage,
  rpcAuthErrors,
  sysAuth,
  sysCredentialOf,
} from '../../../src/protocols/index.ts';
import type { RpcAuth, RpcCall, RpcOutcome, RpcReply } from '../../../src/protocols/index.ts';
import { fromHex, toHex } from '../hex.ts';
import '../../support/seed.ts';

const call = (args: string, credential: RpcAuth = noAuth): RpcCall => ({
  kind: 'call',
  xid: 0x1234_5678,
  program: 100_000,
  version: 2,
  procedure: 3,
  credential,
  verifier: noAuth,
  args: fromHex(args),
});

const reply = (outcome: RpcOutcome): RpcReply => ({
  kind: 'reply',
  xid: 0x1234_5678,
  verifier: noAuth,
  outcome,
});

const credential = {
  stamp: 0x0a,
  machineName: 'bench',
  userId: 1_000,
  groupId: 100,
  groupIds: [100, 27],
};

/** The head of a call of the portmapper: xid, call, RPC 2, program, version, procedure. */
const callHead = '12345678 00000000 00000002 000186a0 00000002 00000003';
const accepted = '12345678 00000001 00000000 00000000 00000000';
const denied = '12345678 00000001 00000001';

const vectors: readonly (readonly [what: string, message: RpcCall | RpcReply, hex: string])[] = [
  [
    'a call of nobody',
    call('0000002a'),
    `${callHead} 00000000 00000000 00000000 00000000 0000002a`,
  ],
  [
    'a call with AUTH_SYS',
    call('', sysAuth(credential)),
    `${callHead} 00000001 00000024
     0000000a 00000005 62656e63 68000000 000003e8 00000064 00000002 00000064 0000001b
     00000000 00000000`,
  ],
  [
    'success',
    reply({ kind: 'success', results: fromHex('00000bb8') }),
    `${accepted} 00000000 00000bb8`,
  ],
  ['PROG_UNAVAIL', reply({ kind: 'program-unavailable' }), `${accepted} 00000001`],
  [
    'PROG_MISMATCH',
    reply({ kind: 'program-mismatch', lowest: 2, highest: 4 }),
    `${accepted} 00000002 00000002 00000004`,
  ],
  ['PROC_UNAVAIL', reply({ kind: 'procedure-unavailable' }), `${accepted} 00000003`],
  ['GARBAGE_ARGS', reply({ kind: 'garbage-arguments' }), `${accepted} 00000004`],
  ['SYSTEM_ERR', reply({ kind: 'system-error' }), `${accepted} 00000005`],
  [
    'RPC_MISMATCH',
    reply({ kind: 'rpc-mismatch', lowest: 2, highest: 2 }),
    `${denied} 00000000 00000002 00000002`,
  ],
  [
    'AUTH_ERROR',
    reply({ kind: 'authentication-error', reason: rpcAuthErrors.tooWeak }),
    `${denied} 00000001 00000005`,
  ],
];

describe('RPC messages', () => {
  it.each(vectors)('%s, both ways', (_, message, hex) => {
    expect(toHex(encodeRpcMessage(message))).toBe(toHex(fromHex(hex)));
    expect(parseRpcMessage(fromHex(hex))).toEqual(message);
  });

  it('an AUTH_SYS credential says who calls', () => {
    const parsed = parseRpcMessage(encodeRpcMessage(call('', sysAuth(credential))));
    expect(parsed.kind === 'call' && sysCredentialOf(parsed.credential)).toEqual(credential);
  });

  it('a credential of another flavor, or one that breaks off, says nothing', () => {
    expect(sysCredentialOf(noAuth)).toBeUndefined();
    expect(sysCredentialOf({ flavor: 6, body: sysAuth(credential).body })).toBeUndefined();
    const { flavor, body } = sysAuth(credential);
    expect(sysCredentialOf({ flavor, body: body.subarray(0, 20) })).toBeUndefined();
  });

  it('a credential has at most 16 groups, a name of 255 bytes and a body of 400', () => {
    const tooLong: readonly (() => unknown)[] = [
      () => sysAuth({ ...credential, groupIds: Array.from({ length: 17 }, () => 1) }),
      () => sysAuth({ ...credential, machineName: 'x'.repeat(256) }),
      () => encodeRpcMessage(call('', { flavor: 6, body: new Uint8Array(401) })),
    ];
    for (const encode of tooLong) {
      expect(encode).toThrow(expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }));
    }
    const body = `00000000 00000191 ${'00'.repeat(404)} 00000000 00000000`;
    expect(parseRpcMessage(fromHex(`${callHead} ${body}`))).toMatchObject({ kind: 'malformed' });
  });

  it('a call in another version of RPC is told apart, so that it can be answered', () => {
    expect(parseRpcMessage(fromHex('00000007 00000000 00000003'))).toEqual({
      kind: 'foreign-version',
      xid: 7,
      rpcVersion: 3,
    });
  });

  it.each([
    ['nothing', ''],
    ['half a number', '1234'],
    ['neither call nor reply', '00000001 00000002'],
    ['a head that breaks off', '12345678 00000000 00000002 000186a0'],
    ['a reply neither accepted nor denied', '00000001 00000001 00000002'],
    ['an accepted call of unknown state', `${accepted} 00000006`],
    ['a denied call of unknown state', `${denied} 00000002`],
    ['versions that break off', `${accepted} 00000002 00000002`],
  ])('%s is malformed, and says why', (_, hex) => {
    expect(parseRpcMessage(fromHex(hex))).toEqual({
      kind: 'malformed',
      reason: expect.stringMatching(/\w/),
    });
  });

  it('any call and any result come back as they were', () => {
    const word = fc.nat({ max: 0xffff_ffff });
    const units = (most: number) =>
      fc
        .uint8Array({ maxLength: most * 4, size: 'max' })
        .map((each) => each.subarray(each.length % 4));
    const auth = fc.record({ flavor: fc.integer({ min: 1 }), body: units(100) });
    const calls = fc.record<RpcCall>({
      kind: fc.constant('call'),
      xid: word,
      program: word,
      version: word,
      procedure: word,
      credential: auth,
      verifier: fc.oneof(auth, fc.constant(noAuth)),
      args: units(200),
    });
    fc.assert(
      fc.property(calls, units(200), (message, results) => {
        expect(parseRpcMessage(encodeRpcMessage(message))).toEqual(message);
        const answer = parseRpcMessage(encodeReply(message.xid, { kind: 'success', results }));
        expect(answer).toEqual({ ...reply({ kind: 'success', results }), xid: message.xid });
      }),
    );
  });
});
