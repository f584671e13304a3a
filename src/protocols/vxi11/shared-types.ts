import { rpcRecordBytesMost, xdrInt, xdrOpaque, xdrStruct } from '../rpc/index.ts';
import type { XdrType } from '../rpc/index.ts';
import type { Vxi11Result } from './core-types.ts';

/** A server takes at least so many bytes in one write. VXI-11, rule B.6.3. */
export const vxi11ReceiveBytesLeast = 1_024;

/** The longest handle of a service request. VXI-11, appendix C. */
export const vxi11HandleBytesMost = 40;

/** The standard names no bound for the name of a device; longer ones are not read. */
export const vxi11DeviceNameBytesMost = 1_024;

/** The standard names no bound for data either: what fits into a record is read. */
export const vxi11Data: XdrType<Uint8Array> = xdrOpaque(rpcRecordBytesMost);
export const vxi11Handle: XdrType<Uint8Array> = xdrOpaque(vxi11HandleBytesMost);

export const vxi11Result: XdrType<Vxi11Result> = xdrStruct<Vxi11Result>({ error: xdrInt });
