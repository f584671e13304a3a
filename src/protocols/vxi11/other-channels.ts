import { xdrInt, xdrStruct, xdrVoid } from '../rpc/index.ts';
import type { RpcProcedure, RpcProgram } from '../rpc/index.ts';
import type { Vxi11Result, Vxi11ServiceRequestArgs } from './core-types.ts';
import { vxi11Handle, vxi11Result } from './shared-types.ts';

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
  procedures: { abort: { number: 1, args: xdrInt, results: vxi11Result } },
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
      args: xdrStruct<Vxi11ServiceRequestArgs>({ handle: vxi11Handle }),
      results: xdrVoid,
    },
  },
};
