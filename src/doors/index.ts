export { Advertiser } from './advertise/advertiser.ts';
export type { AdvertiserOptions } from './advertise/advertiser.ts';
export type { AdvertisedService } from './advertise/advertised-service.ts';
export type {
  Directory,
  DirectoryEvents,
  DirectoryPlayer,
  DirectoryWorker,
  Door,
  DoorOffer,
  DoorStatus,
  SubsystemStatus,
} from './door.ts';
export { messageDevice } from './message-device.ts';
export type { MessageDevice, MessageDeviceOptions } from './message-device.ts';
export type { DeviceDoorOptions } from './device-door.ts';
export { HislipDoor } from './hislip/hislip-door.ts';
export { hislipClientsMost, HislipServer, hislipTcpPort } from './hislip/hislip-server.ts';
export type { HislipServerOptions } from './hislip/hislip-server.ts';
export { carriedOutLongestMs } from './hislip/carried-out.ts';
export { lockRequestsMost } from './hislip/hislip-locks.ts';
export {
  defaultHttpHost,
  defaultHttpPort,
  HttpDoor,
  latestReport,
  tokenLengthLeast,
  traceReport,
} from './http/index.ts';
export type {
  Caches,
  Discover,
  DiscoveredPlaces,
  DiscoverPlaces,
  DiscoveryContext,
  DoorLog,
  FoundInstrument,
  PlaceWish,
  HttpDoorOptions,
  HttpServices,
  LogLevels,
} from './http/index.ts';
export { rfc2217ClientsMost, Rfc2217Door } from './rfc2217/rfc2217-door.ts';
export type { Rfc2217DoorOptions } from './rfc2217/rfc2217-door.ts';
export type { LineSettings } from './rfc2217/virtual-line.ts';
export { socketClientsMost, SocketDoor } from './socket/socket-door.ts';
export type { SocketDoorOptions } from './socket/socket-door.ts';
export { socketUnreadBytesMost } from './socket/socket-client.ts';
export { keepAliveAfterMs } from './tcp/tcp-listener.ts';
export { VirtualPortDoor } from './virtual-port/virtual-port-door.ts';
export type { VirtualPortOptions } from './virtual-port/virtual-port-door.ts';
export { vxi11ReadBytesMost } from './vxi11/vxi11-link.ts';
export { Vxi11Door } from './vxi11/vxi11-door.ts';
export {
  vxi11ConnectionsMost,
  vxi11LinksMost,
  vxi11ReceiveBytesMost,
  Vxi11Server,
} from './vxi11/vxi11-server.ts';
export type { Vxi11ServerOptions } from './vxi11/vxi11-server.ts';
export { callsUnderWayMost } from './vxi11/rpc-connection.ts';
