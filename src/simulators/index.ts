export { FaultyLinks } from '../links/index.ts';
export type {
  FaultyLinksOptions,
  LinkFaultRule,
  OpenFault,
  ReportedError,
  TransferFault,
} from '../links/index.ts';
export type {
  MultimeterDefinition,
  ProparBusDefinition,
  RedPitayaDefinition,
  SimulatorCommand,
  SimulatorDefinition,
} from './definition.ts';
export type { Fault, FaultRule, FaultsAtStart, UnplugMoment } from './faults.ts';
export type { OutletPlace } from './outlets/open-outlet.ts';
export type { FlowChannelOptions } from './propar/flow-channel.ts';
export type { NodeDefinition } from './propar/node-model.ts';
export type { MinerKind, MinersDefinition } from './miners/miners-definition.ts';
export { openMinersSimulator, simulatedMinersMost } from './miners/miners-simulator.ts';
export type { MinersSimulator, SimulatedMiner } from './miners/miners-simulator.ts';
export { seededRandom } from './seeded-random.ts';
export type { Random } from './seeded-random.ts';
export { openSimulator } from './simulator.ts';
export type { Simulator } from './simulator.ts';
export { simulatorStartLongestMs, startSimulator } from './start-simulator.ts';
export type { SimulatorStartOptions } from './start-simulator.ts';
export { startSimulators } from './start-simulators.ts';
export type { SimulatedLaboratory } from './start-simulators.ts';
export type { AppliedWrite, LoggedTransaction, SimulatorReport } from './wire-log.ts';
export type { SpotifyDefinition } from './spotify/spotify-definition.ts';
export { openSpotifySimulator } from './spotify/spotify-simulator.ts';
export type { SpotifySimulator } from './spotify/spotify-simulator.ts';
