export type {
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
export { describeVxi11Error, vxi11CodeOf, vxi11ErrorOf, vxi11Errors } from './errors.ts';
export { noVxi11Flags } from './flags.ts';
export type { Vxi11Flags, Vxi11ReadReason } from './flags.ts';
export { vxi11Core } from './core-channel.ts';
export type { Vxi11CoreProcedures } from './core-channel.ts';
export { vxi11Abort, vxi11Interrupt } from './other-channels.ts';
export type { Vxi11AbortProcedures, Vxi11InterruptProcedures } from './other-channels.ts';
export {
  vxi11DeviceNameBytesMost,
  vxi11HandleBytesMost,
  vxi11ReceiveBytesLeast,
} from './shared-types.ts';
