import {
  rpcRecordBytesMost,
  xdrBool,
  xdrEnum,
  xdrInt,
  xdrOpaque,
  xdrString,
  xdrStruct,
  xdrUnsigned,
  xdrVoid,
} from '../rpc/index.ts';
import type { RpcProcedure, RpcProgram, XdrType } from '../rpc/index.ts';
import type {
  Vxi11CreateLinkArgs,
  Vxi11CreateLinkResult,
  Vxi11DoCommandArgs,
  Vxi11DoCommandResult,
  Vxi11EnableServiceRequestArgs,
  Vxi11GenericArgs,
  Vxi11InterruptChannelArgs,
  Vxi11LockArgs,
  Vxi11ReadArgs,
  Vxi11ReadResult,
  Vxi11Result,
  Vxi11ServiceRequestArgs,
  Vxi11StatusByteResult,
  Vxi11WriteArgs,
  Vxi11WriteResult,
} from './core-types.ts';
import { vxi11Flags, vxi11ReadReason } from './flags.ts';
import { xdrByte, xdrIpv4, xdrShort } from './small-types.ts';

/** A server takes at least so many bytes in one write. VXI-11, rule B.6.3. */
export const vxi11ReceiveBytesLeast = 1_024;

/** The longest handle of a service request. VXI-11, appendix C. */
export const vxi11HandleBytesMost = 40;

/** The standard names no bound for the name of a device; longer ones are not read. */
export const vxi11DeviceNameBytesMost = 1_024;

/** Nor for data: that of one record is the most. */
const data: XdrType<Uint8Array> = xdrOpaque(rpcRecordBytesMost);
const handle: XdrType<Uint8Array> = xdrOpaque(vxi11HandleBytesMost);

const result: XdrType<Vxi11Result> = xdrStruct<Vxi11Result>({ error: xdrInt });

// The order of the fields is that of the wire, and differs: a write has its timeouts before its
// flags, and the lock timeout comes first in the generic arguments, last elsewhere.
const genericArgs: XdrType<Vxi11GenericArgs> = xdrStruct<Vxi11GenericArgs>({
  linkId: xdrInt,
  flags: vxi11Flags,
  lockTimeoutMs: xdrUnsigned,
  ioTimeoutMs: xdrUnsigned,
});

/** A procedure that takes a link and how long to wait, and gives an error. */
function generic(number: number): RpcProcedure<Vxi11GenericArgs, Vxi11Result> {
  return { number, args: genericArgs, results: result };
}

/** The core channel's procedures. VXI-11, section B.6 and appendix C. */
export type Vxi11CoreProcedures = {
  readonly createLink: RpcProcedure<Vxi11CreateLinkArgs, Vxi11CreateLinkResult>;
  readonly write: RpcProcedure<Vxi11WriteArgs, Vxi11WriteResult>;
  readonly read: RpcProcedure<Vxi11ReadArgs, Vxi11ReadResult>;
  readonly readStatusByte: RpcProcedure<Vxi11GenericArgs, Vxi11StatusByteResult>;
  readonly trigger: RpcProcedure<Vxi11GenericArgs, Vxi11Result>;
  readonly clear: RpcProcedure<Vxi11GenericArgs, Vxi11Result>;
  readonly remote: RpcProcedure<Vxi11GenericArgs, Vxi11Result>;
  readonly local: RpcProcedure<Vxi11GenericArgs, Vxi11Result>;
  readonly lock: RpcProcedure<Vxi11LockArgs, Vxi11Result>;
  /** Takes a link's number. */
  readonly unlock: RpcProcedure<number, Vxi11Result>;
  readonly enableServiceRequest: RpcProcedure<Vxi11EnableServiceRequestArgs, Vxi11Result>;
  readonly doCommand: RpcProcedure<Vxi11DoCommandArgs, Vxi11DoCommandResult>;
  /** Takes a link's number. */
  readonly destroyLink: RpcProcedure<number, Vxi11Result>;
  readonly createInterruptChannel: RpcProcedure<Vxi11InterruptChannelArgs, Vxi11Result>;
  readonly destroyInterruptChannel: RpcProcedure<undefined, Vxi11Result>;
};

/** The channel for everything but aborts and service requests. VXI-11, appendix C. */
export const vxi11Core: RpcProgram<Vxi11CoreProcedures> = {
  name: 'VXI-11 core channel',
  program: 0x06_07_af,
  version: 1,
  procedures: {
    createLink: {
      number: 10,
      args: xdrStruct<Vxi11CreateLinkArgs>({
        clientId: xdrInt,
        lockDevice: xdrBool,
        lockTimeoutMs: xdrUnsigned,
        device: xdrString(vxi11DeviceNameBytesMost),
      }),
      results: xdrStruct<Vxi11CreateLinkResult>({
        error: xdrInt,
        linkId: xdrInt,
        abortPort: xdrShort,
        receiveBytesMost: xdrUnsigned,
      }),
    },
    write: {
      number: 11,
      args: xdrStruct<Vxi11WriteArgs>({
        linkId: xdrInt,
        ioTimeoutMs: xdrUnsigned,
        lockTimeoutMs: xdrUnsigned,
        flags: vxi11Flags,
        data,
      }),
      results: xdrStruct<Vxi11WriteResult>({ error: xdrInt, size: xdrUnsigned }),
    },
    read: {
      number: 12,
      args: xdrStruct<Vxi11ReadArgs>({
        linkId: xdrInt,
        requestBytes: xdrUnsigned,
        ioTimeoutMs: xdrUnsigned,
        lockTimeoutMs: xdrUnsigned,
        flags: vxi11Flags,
        terminator: xdrByte,
      }),
      results: xdrStruct<Vxi11ReadResult>({ error: xdrInt, reason: vxi11ReadReason, data }),
    },
    readStatusByte: {
      number: 13,
      args: genericArgs,
      results: xdrStruct<Vxi11StatusByteResult>({ error: xdrInt, statusByte: xdrByte }),
    },
    trigger: generic(14),
    clear: generic(15),
    remote: generic(16),
    local: generic(17),
    lock: {
      number: 18,
      args: xdrStruct<Vxi11LockArgs>({
        linkId: xdrInt,
        flags: vxi11Flags,
        lockTimeoutMs: xdrUnsigned,
      }),
      results: result,
    },
    unlock: { number: 19, args: xdrInt, results: result },
    enableServiceRequest: {
      number: 20,
      args: xdrStruct<Vxi11EnableServiceRequestArgs>({ linkId: xdrInt, enable: xdrBool, handle }),
      results: result,
    },
    doCommand: {
      number: 22,
      args: xdrStruct<Vxi11DoCommandArgs>({
        linkId: xdrInt,
        flags: vxi11Flags,
        ioTimeoutMs: xdrUnsigned,
        lockTimeoutMs: xdrUnsigned,
        command: xdrInt,
        isNetworkOrder: xdrBool,
        itemBytes: xdrInt,
        data,
      }),
      results: xdrStruct<Vxi11DoCommandResult>({ error: xdrInt, data }),
    },
    destroyLink: { number: 23, args: xdrInt, results: result },
    createInterruptChannel: {
      number: 25,
      args: xdrStruct<Vxi11InterruptChannelArgs>({
        hostAddress: xdrIpv4,
        hostPort: xdrShort,
        program: xdrUnsigned,
        version: xdrUnsigned,
        transport: xdrEnum({ tcp: 0, udp: 1 }),
      }),
      results: result,
    },
    destroyInterruptChannel: { number: 26, args: xdrVoid, results: result },
  },
};

/** The abort channel's procedures. VXI-11, section B.6, device_abort. */
export type Vxi11AbortProcedures = {
  /** Takes a link's number: what is under way for it ends with the error `abort`. */
  readonly abort: RpcProcedure<number, Vxi11Result>;
};

/** The channel that passes what is under way. VXI-11, appendix C. */
export const vxi11Abort: RpcProgram<Vxi11AbortProcedures> = {
  name: 'VXI-11 abort channel',
  program: 0x06_07_b0,
  version: 1,
  procedures: { abort: { number: 1, args: xdrInt, results: result } },
};

/** The interrupt channel's procedures. VXI-11, section B.6, device_intr_srq. */
export type Vxi11InterruptProcedures = {
  readonly serviceRequest: RpcProcedure<Vxi11ServiceRequestArgs, undefined>;
};

/** The channel on which a server calls its client. VXI-11, appendix C. */
export const vxi11Interrupt: RpcProgram<Vxi11InterruptProcedures> = {
  name: 'VXI-11 interrupt channel',
  program: 0x06_07_b1,
  version: 1,
  procedures: {
    serviceRequest: {
      number: 30,
      args: xdrStruct<Vxi11ServiceRequestArgs>({ handle }),
      results: xdrVoid,
    },
  },
};
