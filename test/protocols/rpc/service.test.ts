import { describe, expect, it } from 'vitest';
import {
  answerRpc,
  encodeCall,
  encodeRpcMessage,
  noAuth,
  parseRpcMessage,
  portmapper,
  resultsOf,
  rpcService,
  sysAuth,
  sysCredentialOf,
} from '../../../src/protocols/index.ts';
import type { PortMapping, RpcReply, RpcService } from '../../../src/protocols/index.ts';
import { fromHex } from '../hex.ts';

const vxi11 = { program: 395_183, version: 1, protocol: 6, port: 0 };

interface Served {
  readonly service: RpcService;
  readonly failures: unknown[];
  readonly asked: PortMapping[];
  readonly callers: unknown[];
}

function serve(port: number | Error = 1_024): Served {
  const failures: unknown[] = [];
  const asked: PortMapping[] = [];
  const callers: unknown[] = [];
  const service = rpcService(
    portmapper,
    {
      async getPort(mapping, call) {
        await Promise.resolve();
        asked.push(mapping);
        callers.push(sysCredentialOf(call.credential)?.userId);
        if (typeof port !== 'number') throw port;
        return port;
      },
    },
    (error) => failures.push(error),
  );
  return { service, failures, asked, callers };
}

async function ask(services: readonly RpcService[], message: Uint8Array): Promise<RpcReply> {
  const answer = await answerRpc(services, message);
  if (answer === undefined) throw new Error('no answer');
  const reply = parseRpcMessage(answer);
  if (reply.kind !== 'reply') throw new Error(`a ${reply.kind} for an answer`);
  return reply;
}

function raw(fields: { program?: number; version?: number; procedure?: number; args?: string }) {
  const { program = 100_000, version = 2, procedure = 3, args = '' } = fields;
  return encodeRpcMessage({
    kind: 'call',
    xid: 9,
    program,
    version,
    procedure,
    credential: noAuth,
    verifier: noAuth,
    args: fromHex(args),
  });
}

describe('an RPC service', () => {
  it('answers a call with what its handler gives, under the number of the call', async () => {
    const { service, asked, failures } = serve();
    const reply = await ask([service], encodeCall(portmapper, 'getPort', vxi11, { xid: 77 }));
    expect(reply.xid).toBe(77);
    expect(resultsOf(portmapper, 'getPort', reply)).toBe(1_024);
    expect(asked).toEqual([vxi11]);
    expect(failures).toEqual([]);
  });

  it('tells its handlers who calls', async () => {
    const { service, callers } = serve();
    const credential = sysAuth({
      stamp: 1,
      machineName: 'bench',
      userId: 1_000,
      groupId: 100,
      groupIds: [],
    });
    await ask([service], encodeCall(portmapper, 'getPort', vxi11, { xid: 1, credential }));
    expect(callers).toEqual([1_000]);
  });

  it('answers the null procedure by itself', async () => {
    const { outcome } = await ask([serve().service], raw({ procedure: 0 }));
    expect(outcome).toEqual({ kind: 'success', results: new Uint8Array() });
  });

  it.each([
    ['a program that nobody serves', { program: 100_003 }, { kind: 'program-unavailable' }],
    [
      'a version that nobody serves',
      { version: 4 },
      { kind: 'program-mismatch', lowest: 2, highest: 3 },
    ],
    ['a procedure that there is not', { procedure: 99 }, { kind: 'procedure-unavailable' }],
    ['a procedure without a handler', { procedure: 4 }, { kind: 'procedure-unavailable' }],
    ['arguments that break off', { args: '000607af 00000001' }, { kind: 'garbage-arguments' }],
  ])('refuses %s', async (_, fields, outcome) => {
    const newer: RpcService = { ...serve().service, version: 3 };
    expect(await ask([newer, serve().service], raw(fields))).toMatchObject({ xid: 9, outcome });
  });

  it('refuses a call in another version of RPC', async () => {
    const reply = await ask([], fromHex('00000009 00000000 00000003'));
    expect(reply).toMatchObject({
      xid: 9,
      outcome: { kind: 'rpc-mismatch', lowest: 2, highest: 2 },
    });
  });

  it('does not answer what is no call', async () => {
    const { service } = serve();
    expect(await answerRpc([service], fromHex('0102'))).toBeUndefined();
    const reply = await answerRpc([service], raw({ procedure: 0 }));
    expect(reply && (await answerRpc([service], reply))).toBeUndefined();
  });

  it('tells of a handler that fails, and the caller of a system error', async () => {
    const failure = new Error('no ports today');
    const { service, failures } = serve(failure);
    const call = encodeCall(portmapper, 'getPort', vxi11, { xid: 1 });
    expect((await ask([service], call)).outcome).toEqual({ kind: 'system-error' });
    const misfit = serve(-1);
    expect((await ask([misfit.service], call)).outcome).toEqual({ kind: 'system-error' });
    expect(failures).toEqual([failure]);
    expect(misfit.failures).toMatchObject([{ code: 'VALUE_OUT_OF_RANGE' }]);
  });
});

describe('results of a call', () => {
  it.each([
    [{ kind: 'program-unavailable' }, 'portmapper getPort: the server does not have this program'],
    [
      { kind: 'program-mismatch', lowest: 3, highest: 4 },
      'portmapper getPort: the server has versions 3 to 4 of this program',
    ],
    [{ kind: 'procedure-unavailable' }, 'the server does not have this procedure'],
    [{ kind: 'garbage-arguments' }, 'the server could not read the arguments'],
    [{ kind: 'system-error' }, 'the server itself failed'],
    [{ kind: 'rpc-mismatch', lowest: 3, highest: 3 }, 'versions 3 to 3 of RPC'],
    [{ kind: 'authentication-error', reason: 5 }, 'does not let this caller in (reason 5)'],
    [{ kind: 'success', results: fromHex('0000') }, 'the results cannot be read'],
  ] as const)('a refusal is an error that says so: $kind', (outcome, text) => {
    const reply: RpcReply = { kind: 'reply', xid: 1, verifier: noAuth, outcome };
    expect(() => resultsOf(portmapper, 'getPort', reply)).toThrow(
      expect.objectContaining({ code: 'LINK_PROTOCOL', message: expect.stringContaining(text) }),
    );
  });

  it('what follows the results is left alone', () => {
    const results = fromHex('00000400 ffffffff');
    const reply: RpcReply = {
      kind: 'reply',
      xid: 1,
      verifier: noAuth,
      outcome: { kind: 'success', results },
    };
    expect(resultsOf(portmapper, 'getPort', reply)).toBe(1_024);
  });
});
