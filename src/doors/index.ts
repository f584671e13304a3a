export type { Directory, Door, DoorStatus } from './door.ts';
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
