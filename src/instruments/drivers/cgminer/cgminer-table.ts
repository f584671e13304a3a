import { cgminerNumber, cgminerText } from '../../../protocols/index.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { writtenMac } from '../miner/expected-device.ts';
import { minerParameter } from '../miner/miner-facts.ts';
import { efficiencyOf, integerOf, MinerTable, textOf } from '../miner/miner-table.ts';
import type { MinerRow } from '../miner/miner-table.ts';
import type { CgminerReport, CgminerTold } from './cgminer-told.ts';

/** A parameter of a miner with cgminer, and which reports it is in. */
export interface CgminerRowFacts extends MinerRow<CgminerTold> {
  readonly reports: readonly CgminerReport[];
  /** The argument of `ascset` that sets it; absent where it cannot be written. Source: Canaan Avalon API. */
  readonly set?: (value: Value) => string;
}

const own = (
  name: string,
  title: string,
  type: Parameter['type'],
  more: Partial<Parameter> = {},
): Parameter => ({ name, title, type, access: 'read', ...more });

/** cgminer counts in MH/s. */
function rate(...names: readonly string[]): (told: CgminerTold) => number | undefined {
  return ({ summary }) => {
    for (const name of names) {
      const value = cgminerNumber(summary, name);
      if (value !== undefined) return value / 1_000;
    }
    return undefined;
  };
}

const summed =
  (name: string) =>
  ({ summary }: CgminerTold): number | undefined =>
    integerOf(cgminerNumber(summary, name));

const first =
  (key: string) =>
  (told: CgminerTold): number | undefined =>
    told.packed(key)[0];

const gigahashes = { unit: 'GH/s' } as const;
const degrees = { unit: '°C' } as const;

/**
 * Source: cgminer, API-README; `MM ID0` of real Avalon replies. The name of the short average depends on
 * the miner's log interval.
 */
const rows: readonly CgminerRowFacts[] = [
  {
    parameter: minerParameter('hashRate'),
    reports: ['summary'],
    read: rate('MHS 5s', 'MHS 30s', 'MHS 20s', 'MHS 1m', 'MHS av'),
  },
  {
    parameter: own('hashRate1m', 'Hash rate of the last minute', 'float', gigahashes),
    reports: ['summary'],
    read: rate('MHS 1m'),
  },
  {
    parameter: own('hashRate5m', 'Hash rate of the last 5 minutes', 'float', gigahashes),
    reports: ['summary'],
    read: rate('MHS 5m'),
  },
  {
    parameter: own('hashRate15m', 'Hash rate of the last 15 minutes', 'float', gigahashes),
    reports: ['summary'],
    read: rate('MHS 15m'),
  },
  { parameter: minerParameter('hashRateAverage'), reports: ['summary'], read: rate('MHS av') },
  { parameter: minerParameter('expectedHashRate'), reports: ['stats'], read: first('GHSmm') },
  { parameter: minerParameter('power'), reports: ['stats'], read: power },
  {
    parameter: minerParameter('efficiency'),
    reports: ['summary', 'stats'],
    read: (told) => efficiencyOf(power(told), rate('MHS 1m', 'MHS av')(told)),
  },
  {
    parameter: own('powerMost', 'Power that it may take', 'float', { unit: 'W' }),
    reports: ['stats'],
    read: first('MPO'),
  },
  {
    parameter: minerParameter('temperature'),
    reports: ['devs', 'stats'],
    read: (told) => told.packed('TAvg')[0] ?? told.ofDevices('Temperature', 'average'),
  },
  {
    parameter: own('temperatureMost', 'Temperature of the hottest chip', 'float', degrees),
    reports: ['devs', 'stats'],
    read: (told) => told.packed('TMax')[0] ?? told.ofDevices('Temperature', 'most'),
  },
  {
    parameter: own('inletTemperature', 'Temperature of the air that comes in', 'float', degrees),
    reports: ['stats'],
    read: first('Temp'),
  },
  {
    parameter: minerParameter('fanSpeed'),
    reports: ['devs', 'stats'],
    read: (told) => told.packed('FanR')[0] ?? told.ofDevices('Fan Percent', 'most', -1),
  },
  {
    parameter: minerParameter('fanRotation'),
    reports: ['devs', 'stats'],
    read: (told) => told.packed('Fan1')[0] ?? told.ofDevices('Fan Speed', 'most', -1),
  },
  {
    parameter: own('fanRotation2', 'Second fan, in rotations', 'float', { unit: 'rpm' }),
    reports: ['stats'],
    read: first('Fan2'),
  },
  { parameter: minerParameter('frequency'), reports: ['stats'], read: first('Freq') },
  { parameter: minerParameter('acceptedShares'), reports: ['summary'], read: summed('Accepted') },
  { parameter: minerParameter('rejectedShares'), reports: ['summary'], read: summed('Rejected') },
  {
    parameter: own('staleShares', 'Shares that came too late', 'integer'),
    reports: ['summary'],
    read: summed('Stale'),
  },
  {
    parameter: own('hardwareErrors', 'Hashes that were wrong', 'integer'),
    reports: ['summary'],
    read: summed('Hardware Errors'),
  },
  {
    parameter: own('errorShare', 'Share of hashes that were wrong', 'float', { unit: '%' }),
    reports: ['summary'],
    read: ({ summary }) => cgminerNumber(summary, 'Device Hardware%'),
  },
  {
    parameter: minerParameter('bestDifficulty'),
    reports: ['summary'],
    read: ({ summary }) => cgminerNumber(summary, 'Best Share'),
  },
  {
    parameter: minerParameter('poolDifficulty'),
    reports: ['pools'],
    read: ({ activePool }) =>
      cgminerNumber(activePool, 'Stratum Difficulty') ??
      cgminerNumber(activePool, 'Work Difficulty'),
  },
  { parameter: minerParameter('blocksFound'), reports: ['summary'], read: summed('Found Blocks') },
  { parameter: minerParameter('uptime'), reports: ['summary'], read: summed('Elapsed') },
  {
    parameter: minerParameter('pool'),
    reports: ['pools'],
    read: ({ activePool }) => textOf(cgminerText(activePool, 'URL')),
  },
  {
    parameter: minerParameter('worker'),
    reports: ['pools'],
    read: ({ activePool }) => textOf(cgminerText(activePool, 'User')),
  },
  {
    parameter: own('poolNumber', 'Number of the pool in use', 'integer'),
    reports: ['pools'],
    read: ({ activePool }) => integerOf(cgminerNumber(activePool, 'POOL')),
  },
  {
    parameter: own('pools', 'Pools, with their numbers', 'string'),
    reports: ['pools'],
    read: listed,
  },
  {
    parameter: minerParameter('model'),
    reports: ['version'],
    read: ({ version, description }) =>
      textOf(cgminerText(version, 'PROD') ?? cgminerText(version, 'Type') ?? description),
  },
  {
    parameter: minerParameter('firmware'),
    reports: ['version'],
    read: ({ version }) =>
      textOf(cgminerText(version, 'VERSION') ?? cgminerText(version, 'CGMiner')),
  },
  {
    parameter: minerParameter('mac'),
    reports: ['version'],
    read: ({ version }) => writtenMac(cgminerText(version, 'MAC')),
  },
  {
    parameter: own('deviceCount', 'Devices that mine', 'integer'),
    reports: ['devs'],
    read: ({ devices }) => devices.length,
  },
  {
    parameter: own('poolResponseTime', 'Time that the pool takes to answer', 'float', {
      unit: 'ms',
    }),
    reports: ['stats'],
    read: first('PING'),
  },
  {
    parameter: own('workLevel', 'How hard an Avalon works', 'integer', {
      access: 'read-write',
      minimum: 0,
      maximum: 2,
      choices: { 0: 'eco', 1: 'normal', 2: 'turbo' },
    }),
    reports: ['stats'],
    read: first('WORKLEVEL'),
    set: (value) => `worklevel,set,${String(value)}`,
  },
  {
    parameter: own('led', 'Light of an Avalon', 'boolean', { access: 'read-write' }),
    reports: ['stats'],
    read: (told) => {
      const [led] = told.packed('Led');
      return led === undefined ? undefined : led !== 0;
    },
    set: (value) => `led,1-${value === true ? 1 : 0}`,
  },
  {
    parameter: own('isAsleep', 'Whether an Avalon is switched off softly', 'boolean'),
    reports: ['stats'],
    read: (told) => {
      const [off] = told.packed('SoftOFF');
      return off === undefined ? undefined : off !== 0;
    },
  },
];

export const cgminerTable: MinerTable<CgminerTold, CgminerRowFacts> = new MinerTable(rows);

function power(told: CgminerTold): number | undefined {
  return told.packed('WALLPOWER')[0] ?? told.packed('PS')[6];
}

function listed({ pools }: CgminerTold): string | undefined {
  if (pools.length === 0) return undefined;
  const one = (pool: (typeof pools)[number]): string =>
    `${cgminerText(pool, 'POOL') ?? '?'} ${cgminerText(pool, 'URL') ?? ''} ${cgminerText(pool, 'Status') ?? ''}`;
  return textOf(pools.map(one).join('; '));
}
