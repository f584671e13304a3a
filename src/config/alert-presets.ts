import type { AlertConfig } from './alerts-config.ts';

/** What a preset says; a rule that names it may say each of these itself. */
export type AlertPreset = Partial<Omit<AlertConfig, 'enabled' | 'preset'>>;

const minute = 60;
/** Families of miners, which have parameters of the same names. */
const drivers = ['bitaxe', 'cgminer', 'magic-miner'];

/** @param value in °C; on the pages of miners the same is hot */
function overheating(families: string[], value: number): AlertPreset {
  return {
    title: 'The miner is too hot',
    drivers: families,
    severity: 'critical',
    parameter: 'temperature',
    is: 'above',
    value,
    hysteresis: 5,
    forS: 30,
    clearForS: 60,
  };
}

/** Rules that many need, by the name that `preset` gives. docs/guides/alerts.md lists them. */
export const alertPresets: Readonly<Record<string, AlertPreset>> = {
  'miner-block-found': {
    title: 'A block was found',
    drivers,
    severity: 'info',
    parameter: 'blocksFound',
    is: 'increased',
    // Nobody has so many of them that one could be told too often.
    raisesPerHourMost: 100,
  },
  'miner-best-difficulty': {
    title: 'A new best difficulty',
    drivers,
    severity: 'info',
    parameter: 'bestDifficulty',
    is: 'highest',
  },
  'miner-overheating': overheating(['bitaxe'], 70),
  // The chips of an Avalon are made to be this warm.
  'cgminer-overheating': overheating(['cgminer'], 95),
  'magic-miner-overheating': overheating(['magic-miner'], 85),
  'miner-hash-rate-down': {
    title: 'The hash rate is down',
    drivers,
    severity: 'warning',
    parameter: 'hashRate',
    is: 'deviating',
    from: 'expectedHashRate',
    by: 30,
    measuredIn: 'percent',
    range: 'expectedHashRate',
    side: 'below',
    hysteresis: 10,
    forS: 5 * minute,
    clearForS: minute,
  },
  'miner-offline': {
    title: 'The miner does not answer',
    drivers,
    severity: 'warning',
    is: 'offline',
    forS: 2 * minute,
    clearForS: 30,
  },
  'flow-deviation': {
    title: 'The flow is not what was set',
    severity: 'warning',
    parameter: 'fMeasure',
    is: 'deviating',
    from: 'fSetpoint',
    by: 5,
    measuredIn: 'percent',
    // Of what was set: both are polled where nobody says what is.
    range: 'fSetpoint',
    hysteresis: 2,
    // A controller needs a moment for each new setpoint.
    forS: 30,
    clearForS: 10,
  },
  'instrument-offline': {
    title: 'The instrument does not answer',
    severity: 'warning',
    is: 'offline',
    forS: minute,
    clearForS: 10,
  },
  'recording-stopped': {
    title: 'Nothing is recorded',
    severity: 'critical',
    is: 'recording-stopped',
    clearForS: 5,
  },
};

/** Rules that are there without being written: each is its preset, unless a table of its name says otherwise. */
export const builtInAlerts: readonly string[] = ['instrument-offline', 'recording-stopped'];
