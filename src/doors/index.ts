export type { Directory, Door, DoorStatus } from './door.ts';
export { HislipDoor } from './hislip/hislip-door.ts';
export type { HislipDoorOptions } from './hislip/hislip-door.ts';
export { hislipClientsMost, HislipServer, hislipTcpPort } from './hislip/hislip-server.ts';
export type { HislipServerOptions } from './hislip/hislip-server.ts';
export { carriedOutLongestMs } from './hislip/hislip-client.ts';
export { defaultHttpHost, defaultHttpPort, HttpDoor, tokenLengthLeast } from './http/index.ts';
export type {
  Discover,
  DiscoveryContext,
  DoorLog,
  FoundInstrument,
  HttpDoorOptions,
  HttpServices,
  LogLevels,
} from './http/index.ts';
export { socketClientsMost, SocketDoor } from './socket/socket-door.ts';
export type { SocketDoorOptions } from './socket/socket-door.ts';
export { socketUnreadBytesMost } from './socket/socket-client.ts';
export { keepAliveAfterMs } from './tcp/tcp-listener.ts';
export { VirtualPortDoor } from './virtual-port/virtual-port-door.ts';
export type { VirtualPortOptions } from './virtual-port/virtual-port-door.ts';
