export { linkFactoryOf } from './build-link.ts';
export { buildWorkers } from './build-workers.ts';
export { discoverDirectly } from './discover-directly.ts';
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
