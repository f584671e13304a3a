import {
  xdrBool,
  xdrEnum,
  xdrInt,
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
  Vxi11StatusByteResult,
  Vxi11WriteArgs,
  Vxi11WriteResult,
} from './core-types.ts';
import { vxi11Flags, vxi11ReadReason } from './flags.ts';
import { vxi11Data, vxi11DeviceNameBytesMost, vxi11Handle, vxi11Result } from './shared-types.ts';
import { xdrByte, xdrIpv4, xdrShort } from './small-types.ts';

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
  return { number, args: genericArgs, results: vxi11Result };
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
        data: vxi11Data,
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
      results: xdrStruct<Vxi11ReadResult>({
        error: xdrInt,
        reason: vxi11ReadReason,
        data: vxi11Data,
      }),
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
      results: vxi11Result,
    },
    unlock: { number: 19, args: xdrInt, results: vxi11Result },
    enableServiceRequest: {
      number: 20,
      args: xdrStruct<Vxi11EnableServiceRequestArgs>({
        linkId: xdrInt,
        enable: xdrBool,
        handle: vxi11Handle,
      }),
      results: vxi11Result,
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
        data: vxi11Data,
      }),
      results: xdrStruct<Vxi11DoCommandResult>({ error: xdrInt, data: vxi11Data }),
    },
    destroyLink: { number: 23, args: xdrInt, results: vxi11Result },
    createInterruptChannel: {
      number: 25,
      args: xdrStruct<Vxi11InterruptChannelArgs>({
        hostAddress: xdrIpv4,
        hostPort: xdrShort,
        program: xdrUnsigned,
        version: xdrUnsigned,
        transport: xdrEnum({ tcp: 0, udp: 1 }),
      }),
      results: vxi11Result,
    },
    destroyInterruptChannel: { number: 26, args: xdrVoid, results: vxi11Result },
  },
};
