import type { RpcProcedure, RpcProgram } from './program.ts';
import { xdrBool, xdrList, xdrStruct, xdrUnsigned, xdrVoid } from './xdr-type.ts';
import type { XdrType } from './xdr-type.ts';

/** Where a portmapper listens, TCP and UDP. RFC 1833, section 3.2. */
export const portmapperPort = 111;

/** How a program is reached: the protocol numbers of IP. RFC 1833, section 3.1. */
export const portmapperProtocols: { readonly tcp: 6; readonly udp: 17 } = { tcp: 6, udp: 17 };

/** A longer list of programs is not read. */
export const portmapperMappingsMost = 4_096;

/** Which port serves a program. RFC 1833, section 3.1. */
export interface PortMapping {
  readonly program: number;
  readonly version: number;
  /** See {@link portmapperProtocols}. */
  readonly protocol: number;
  /** Ignored where a port is asked for, or a program is taken away: 0. */
  readonly port: number;
}

const mapping: XdrType<PortMapping> = xdrStruct<PortMapping>({
  program: xdrUnsigned,
  version: xdrUnsigned,
  protocol: xdrUnsigned,
  port: xdrUnsigned,
});

/** The procedures of a portmapper. */
export type PortmapperProcedures = {
  /** Registers a program; false when another port has it already. */
  readonly set: RpcProcedure<PortMapping, boolean>;
  /** Takes a program in this version away, for all protocols. */
  readonly unset: RpcProcedure<PortMapping, boolean>;
  /** The port of a program; 0 when nobody registered it. */
  readonly getPort: RpcProcedure<PortMapping, number>;
  /** All that is registered. */
  readonly dump: RpcProcedure<undefined, readonly PortMapping[]>;
};

/**
 * The portmapper, version 2. Its indirect call (procedure 5) is left out, because it makes a host
 * forward what strangers send. RFC 1833, section 3.
 */
export const portmapper: RpcProgram<PortmapperProcedures> = {
  name: 'portmapper',
  program: 100_000,
  version: 2,
  procedures: {
    set: { number: 1, args: mapping, results: xdrBool },
    unset: { number: 2, args: mapping, results: xdrBool },
    getPort: { number: 3, args: mapping, results: xdrUnsigned },
    dump: { number: 4, args: xdrVoid, results: xdrList(mapping, portmapperMappingsMost) },
  },
};
