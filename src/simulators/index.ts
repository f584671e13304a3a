export type { SimulatorCommand, SimulatorDefinition } from './definition.ts';
export type { Fault, FaultRule } from './faults.ts';
export type { NodeDefinition } from './propar/node-model.ts';
export { openSimulator } from './simulator.ts';
export type { Simulator, SimulatorReport } from './simulator.ts';
export { startSimulator } from './start-simulator.ts';
export type { AppliedWrite } from './wire-log.ts';
