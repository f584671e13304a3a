import type { Access, Parameter } from '../../parameter.ts';

type Facts = Pick<Parameter, 'title' | 'type' | 'unit'>;

/** The name of a parameter that means the same for all miners. */
export type MinerParameterName =
  | 'hashRate'
  | 'hashRateAverage'
  | 'expectedHashRate'
  | 'power'
  | 'efficiency'
  | 'temperature'
  | 'fanSpeed'
  | 'fanRotation'
  | 'frequency'
  | 'acceptedShares'
  | 'rejectedShares'
  | 'bestDifficulty'
  | 'poolDifficulty'
  | 'blocksFound'
  | 'uptime'
  | 'pool'
  | 'worker'
  | 'model'
  | 'firmware'
  | 'hostname'
  | 'mac';

/**
 * What miners of all families call the same thing: pages, alerts and records need not know which family
 * they look at. A family has those that its devices tell.
 */
const common: Readonly<Record<MinerParameterName, Facts>> = {
  hashRate: { title: 'Hash rate now', type: 'float', unit: 'GH/s' },
  hashRateAverage: { title: 'Hash rate since it started', type: 'float', unit: 'GH/s' },
  expectedHashRate: { title: 'Hash rate that it should have', type: 'float', unit: 'GH/s' },
  power: { title: 'Electrical power', type: 'float', unit: 'W' },
  efficiency: { title: 'Energy a terahash', type: 'float', unit: 'J/TH' },
  temperature: { title: 'Temperature of the chips', type: 'float', unit: '°C' },
  fanSpeed: { title: 'Fan', type: 'float', unit: '%' },
  fanRotation: { title: 'Fan, in rotations', type: 'float', unit: 'rpm' },
  frequency: { title: 'Frequency of the chips', type: 'float', unit: 'MHz' },
  acceptedShares: { title: 'Shares that the pool took', type: 'integer' },
  rejectedShares: { title: 'Shares that the pool refused', type: 'integer' },
  bestDifficulty: { title: 'Best difficulty ever', type: 'float' },
  poolDifficulty: { title: 'Difficulty that the pool asks for', type: 'float' },
  blocksFound: { title: 'Blocks found', type: 'integer' },
  uptime: { title: 'Time since it started', type: 'integer', unit: 's' },
  pool: { title: 'Pool in use', type: 'string' },
  worker: { title: 'Worker at the pool', type: 'string' },
  model: { title: 'Model', type: 'string' },
  firmware: { title: 'Firmware', type: 'string' },
  hostname: { title: 'Name in the network', type: 'string' },
  mac: { title: 'Hardware address', type: 'string' },
};

/** All of them. */
export const minerParameterNames: readonly MinerParameterName[] = Object.keys(
  common,
) as MinerParameterName[];

/** A parameter that means the same for all miners. */
export function minerParameter(
  name: MinerParameterName,
  more: Partial<Parameter> & { readonly access?: Access } = {},
): Parameter {
  return { name, ...common[name], access: 'read', ...more };
}
