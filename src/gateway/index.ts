export { linkFactoryOf } from './build-link.ts';
export { buildWorkers } from './build-workers.ts';
export {
  instrumentKeys,
  laboratoryData,
  laboratoryOf,
  portKeys,
  withKnown,
} from './discovery/laboratory.ts';
export type { Laboratory, NewInstrument, NewPort } from './discovery/laboratory.ts';
export { networkPlaces, withoutFurtherWays, withoutOwned } from './discovery/network-places.ts';
export { nameOfPlace } from './discovery/place.ts';
export type { FoundHere, Language, Place, ScannedPlace } from './discovery/place.ts';
export { placesToScan } from './discovery/places.ts';
export { scanDirectly } from './discovery/scan-directly.ts';
export type { DirectScan } from './discovery/scan-directly.ts';
export { scanEach } from './discovery/scan-each.ts';
export { addressRange, rangeAddressesMost } from './discovery/address-range.ts';
export type { AddressRange } from './discovery/address-range.ts';
export { scanNetworks } from './discovery/scan-networks.ts';
export type { NetworkScan } from './discovery/scan-networks.ts';
export { tryLink } from './discovery/try-link.ts';
export { makePrivateFolder, runtimeFolder, stateFolder } from './folders.ts';
export { Gateway, version } from './gateway.ts';
export type { GatewayOptions } from './gateway.ts';
export { simulatorDefinition } from './simulator-definition.ts';
export { RoomLog } from './room-log.ts';
export { RuntimeManager } from './runtimes/runtime-manager.ts';
export type {
  RuntimeEvents,
  RuntimeManagerOptions,
  RuntimeManagerStatus,
  RuntimeStep,
} from './runtimes/runtime-manager.ts';
export type { RuntimeState } from './runtimes/runtime.ts';
export type { ActorCallOptions, ActorState, ActorStatus } from './runtimes/supervised-actor.ts';
