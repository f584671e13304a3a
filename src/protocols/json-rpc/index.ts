export { ShapedArray } from './array-types.ts';
export type { ArrayType, NumericArray } from './array-types.ts';
export { arrayNestingMost } from './arrays.ts';
export { encodeJsonRpc } from './encode.ts';
export type { EncodedJsonRpc } from './encode.ts';
export { jsonRpcErrors } from './error-codes.ts';
export { JsonRpcReader } from './json-rpc-reader.ts';
export type { JsonRpcEvent, JsonRpcFault, MalformedJsonRpc } from './json-rpc-reader.ts';
export {
  arrayBytesAtOnce,
  arraysMost,
  binaryBytesMost,
  lineBytesMost,
  messageNestingMost,
} from './limits.ts';
export type {
  JsonRpcError,
  JsonRpcFailure,
  JsonRpcId,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResult,
} from './message.ts';
