export { telnetCommands, telnetOptions } from './codes.ts';
export type { TelnetVerb } from './codes.ts';
export { comPortControls, lineStateBits, modemStateBits } from './com-port.ts';
export type {
  ComPortCommand,
  ComPortControl,
  ComPortMessage,
  ComPortParity,
  ComPortPurge,
  ComPortSender,
  ComPortSetting,
} from './com-port.ts';
export {
  encodeNegotiation,
  encodeSubnegotiation,
  encodeTelnetCommand,
  encodeTelnetData,
} from './encode.ts';
export { encodeComPort } from './encode-com-port.ts';
export { TelnetOptionNegotiation } from './option-negotiation.ts';
export type {
  TelnetNegotiationResult,
  TelnetOptionChange,
  TelnetOptionPolicy,
  TelnetSide,
} from './option-negotiation.ts';
export { parseComPort } from './parse-com-port.ts';
export { subnegotiationBytesMost, TelnetReader } from './reader.ts';
export type { TelnetToken } from './reader.ts';
export { TelnetStream } from './stream.ts';
export type { TelnetEvent, TelnetReceived, TelnetStreamOptions } from './stream.ts';
