import { describe, expect, it } from 'vitest';
import {
  decodeXdr,
  encodeCall,
  encodeRecord,
  encodeXdr,
  parseRpcMessage,
  portmapper,
  portmapperPort,
  portmapperProtocols,
} from '../../../src/protocols/index.ts';
import { fromHex, toHex } from '../hex.ts';

const mapping = { program: 0x06_07_af, version: 1, protocol: portmapperProtocols.tcp, port: 0 };
const mappingHex = '000607af 00000001 00000006 00000000';

/** A call of nobody: xid, call, RPC 2, portmapper 2, the procedure, no credential, no verifier. */
const head = (procedure: number) =>
  `00000042 00000000 00000002 000186a0 00000002 0000000${procedure} ${'00000000 '.repeat(4)}`;

describe('portmapper messages', () => {
  it('a client asks at port 111 for the port of VXI-11, over UDP and over TCP', () => {
    expect(portmapperPort).toBe(111);
    const message = encodeCall(portmapper, 'getPort', mapping, { xid: 0x42 });
    const hex = toHex(fromHex(`${head(3)} ${mappingHex}`));
    expect(toHex(message)).toBe(hex);
    expect(toHex(encodeRecord(message))).toBe(`80 00 00 38 ${hex}`);
  });

  it.each([
    ['set', 1],
    ['unset', 2],
  ] as const)('%s is procedure %i with a mapping, answered by a truth value', (name, number) => {
    const message = encodeCall(portmapper, name, { ...mapping, port: 1_024 }, { xid: 0x42 });
    const args = '000607af 00000001 00000006 00000400';
    expect(toHex(message)).toBe(toHex(fromHex(head(number) + args)));
    expect(decodeXdr(portmapper.procedures[name].results, fromHex('00000001'))).toBe(true);
  });

  it('dump is procedure 4, answered by a list of mappings', () => {
    const message = encodeCall(portmapper, 'dump', undefined, { xid: 0x42 });
    expect(parseRpcMessage(message)).toMatchObject({ procedure: 4, args: new Uint8Array() });
    const list = [mapping, { program: 100_000, version: 2, protocol: 17, port: 111 }];
    const hex = `00000001 ${mappingHex} 00000001 000186a0 00000002 00000011 0000006f 00000000`;
    const { results } = portmapper.procedures.dump;
    expect(toHex(encodeXdr(results, list))).toBe(toHex(fromHex(hex)));
    expect(decodeXdr(results, fromHex(hex))).toEqual(list);
  });
});
