export { noAuth, rpcAuthBytesMost, rpcAuthFlavors, sysAuth, sysCredentialOf } from './auth.ts';
export type { RpcAuth, SysCredential } from './auth.ts';
export { decodeXdr, describeOutcome, encodeCall, encodeXdr, resultsOf } from './call.ts';
export { encodeReply, encodeRpcMessage } from './encode-message.ts';
export { encodeRecord } from './encode-record.ts';
export { rpcAuthErrors, rpcVersion } from './message.ts';
export type { RpcCall, RpcMessage, RpcOutcome, RpcReply } from './message.ts';
export { parseRpcMessage } from './parse-message.ts';
export {
  portmapper,
  portmapperMappingsMost,
  portmapperPort,
  portmapperProtocols,
} from './portmapper.ts';
export type { PortmapperProcedures, PortMapping } from './portmapper.ts';
export { nullProcedure } from './program.ts';
export type { ArgsOf, ResultsOf, RpcProcedure, RpcProcedures, RpcProgram } from './program.ts';
export { rpcRecordBytesMost, RpcRecordReader } from './record-reader.ts';
export type { RpcRecordEvent, RpcRecordOptions } from './record-reader.ts';
export { answerRpc, dispatchCall, rpcService } from './service.ts';
export type { RpcHandlers, RpcService } from './service.ts';
export { XdrReader, xdrUnitBytes } from './xdr-reader.ts';
export {
  xdrArray,
  xdrBool,
  xdrEnum,
  xdrFixedOpaque,
  xdrHyper,
  xdrInt,
  xdrList,
  xdrOpaque,
  xdrString,
  xdrStruct,
  xdrUnsigned,
  xdrUnsignedHyper,
  xdrVoid,
} from './xdr-type.ts';
export type { XdrType } from './xdr-type.ts';
export { XdrWriter } from './xdr-writer.ts';
