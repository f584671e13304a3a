export { tokenLengthLeast } from './bearer-token.ts';
export { defaultHttpHost, defaultHttpPort, HttpDoor } from './http-door.ts';
export type { HttpDoorOptions } from './http-door.ts';
export type { DoorLog } from './log.ts';
export type {
  Caches,
  Discover,
  DiscoveredPlaces,
  DiscoverPlaces,
  DiscoveryContext,
  FoundInstrument,
  HttpServices,
  LogLevels,
  PlaceWish,
} from './services.ts';
export { latestReport } from './latest-report.ts';
export { traceReport } from './trace-report.ts';
