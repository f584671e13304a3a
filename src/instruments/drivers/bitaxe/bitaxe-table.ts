import { minerParameter } from '../miner/miner-facts.ts';
import {
  booleanOf,
  efficiencyOf,
  integerOf,
  largeNumberOf,
  MinerTable,
  numberOf,
  textOf,
} from '../miner/miner-table.ts';
import type { MinerRow } from '../miner/miner-table.ts';
import { writtenMac } from '../miner/expected-device.ts';
import type { Parameter, Value } from '../../parameter.ts';
import type { AxeOsInfo } from './axe-os.ts';

/** A parameter of a Bitaxe, and how it is set. */
export interface BitaxeRow extends MinerRow<AxeOsInfo> {
  /** The field of PATCH /api/system; absent where it cannot be written. */
  readonly field?: string;
  /** The value as that field takes it. @default as it is */
  readonly encode?: (value: Value) => unknown;
  /** Whether it is never shown: not in a trace, nor in an error. */
  readonly isSecret?: boolean;
  /** What the device itself says that it can be set to. */
  readonly options?: 'frequencies' | 'voltages';
}

type Kind = 'number' | 'integer' | 'large' | 'text' | 'boolean';

const readers: Readonly<Record<Kind, (value: unknown) => Value | undefined>> = {
  number: numberOf,
  integer: integerOf,
  large: largeNumberOf,
  text: textOf,
  boolean: booleanOf,
};

/** Reads the first of the fields that is there: their names changed with the versions. */
function told(kind: Kind, ...fields: readonly string[]): (info: AxeOsInfo) => Value | undefined {
  const read = readers[kind];
  const [only, second] = fields;
  if (only !== undefined && second === undefined) return (info) => read(info[only]);
  return (info) => {
    for (const field of fields) {
      const value = read(info[field]);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

/** Sensors that are not there say -1 or 0 degrees. */
function sensor(field: string): (info: AxeOsInfo) => Value | undefined {
  return (info) => {
    const value = numberOf(info[field]);
    return value === undefined || value <= 0 ? undefined : value;
  };
}

const own = (
  name: string,
  title: string,
  type: Parameter['type'],
  more: Partial<Parameter> = {},
): Parameter => ({ name, title, type, access: 'read', ...more });

const setting = { access: 'read-write' } as const;
const flag = (value: Value): number => (value === true ? 1 : 0);

/** Source: ESP-Miner, openapi.yaml: the fields of GET /api/system/info and the limits of PATCH /api/system. */
const rows: readonly BitaxeRow[] = [
  { parameter: minerParameter('hashRate'), read: told('number', 'hashRate') },
  {
    parameter: own('hashRate1m', 'Hash rate of the last minute', 'float', { unit: 'GH/s' }),
    read: told('number', 'hashRate_1m'),
  },
  {
    parameter: own('hashRate10m', 'Hash rate of the last 10 minutes', 'float', { unit: 'GH/s' }),
    read: told('number', 'hashRate_10m'),
  },
  {
    parameter: own('hashRate1h', 'Hash rate of the last hour', 'float', { unit: 'GH/s' }),
    read: told('number', 'hashRate_1h'),
  },
  {
    parameter: minerParameter('expectedHashRate'),
    read: (info) => numberOf(info['expectedHashrate']) ?? expected(info),
  },
  {
    parameter: own('errorShare', 'Share of hashes that were wrong', 'float', { unit: '%' }),
    read: told('number', 'errorPercentage'),
  },
  { parameter: minerParameter('power'), read: told('number', 'power') },
  {
    parameter: minerParameter('efficiency'),
    read: (info) => efficiencyOf(numberOf(info['power']), numberOf(info['hashRate'])),
  },
  {
    parameter: own('powerMost', 'Power that it may take', 'float', { unit: 'W' }),
    read: told('number', 'maxPower'),
  },
  {
    parameter: own('inputVoltage', 'Voltage of the supply', 'float', { unit: 'mV' }),
    read: told('number', 'voltage'),
  },
  {
    parameter: own('inputCurrent', 'Current of the supply', 'float', { unit: 'mA' }),
    read: told('number', 'current'),
  },
  { parameter: minerParameter('temperature'), read: sensor('temp') },
  {
    parameter: own('temperature2', 'Temperature of the second chip', 'float', { unit: '°C' }),
    read: sensor('temp2'),
  },
  {
    parameter: own('regulatorTemperature', 'Temperature of the regulator', 'float', { unit: '°C' }),
    read: sensor('vrTemp'),
  },
  { parameter: minerParameter('fanSpeed'), read: told('number', 'fanspeed') },
  { parameter: minerParameter('fanRotation'), read: told('number', 'fanrpm') },
  {
    parameter: own('fanRotation2', 'Second fan, in rotations', 'float', { unit: 'rpm' }),
    read: told('number', 'fan2rpm'),
  },
  { parameter: minerParameter('acceptedShares'), read: told('integer', 'sharesAccepted') },
  { parameter: minerParameter('rejectedShares'), read: told('integer', 'sharesRejected') },
  { parameter: minerParameter('bestDifficulty'), read: told('large', 'bestDiff') },
  {
    parameter: own('sessionBestDifficulty', 'Best difficulty since it started', 'float'),
    read: told('large', 'bestSessionDiff'),
  },
  {
    parameter: minerParameter('poolDifficulty'),
    read: told('large', 'poolDifficulty', 'stratumDiff'),
  },
  {
    parameter: own('networkDifficulty', 'Difficulty of the network', 'float'),
    read: told('large', 'networkDifficulty'),
  },
  { parameter: minerParameter('blocksFound'), read: told('integer', 'blockFound') },
  {
    parameter: own('blockHeight', 'Block that is being looked for', 'integer'),
    read: told('integer', 'blockHeight'),
  },
  { parameter: minerParameter('uptime'), read: told('integer', 'uptimeSeconds') },
  {
    parameter: minerParameter('pool'),
    read: (info) => poolOf(info),
  },
  {
    parameter: minerParameter('worker'),
    read: (info) => textOf(info[usesFallback(info) ? 'fallbackStratumUser' : 'stratumUser']),
  },
  {
    parameter: own('usesFallbackPool', 'Whether the pool in use is the second one', 'boolean'),
    read: told('boolean', 'isUsingFallbackStratum'),
  },
  {
    parameter: own('poolResponseTime', 'Time that the pool takes to answer', 'float', {
      unit: 'ms',
    }),
    read: told('number', 'responseTime'),
  },
  { parameter: minerParameter('model'), read: told('text', 'ASICModel') },
  {
    parameter: own('boardVersion', 'Version of the board', 'string'),
    read: told('text', 'boardVersion'),
  },
  { parameter: minerParameter('firmware'), read: told('text', 'version') },
  {
    parameter: own('webFirmware', 'Version of its pages', 'string'),
    read: told('text', 'axeOSVersion'),
  },
  { parameter: minerParameter('mac'), read: ({ macAddr }) => writtenMac(macAddr) },
  {
    parameter: own('address', 'Address in the network', 'string'),
    read: told('text', 'ipv4'),
  },
  {
    parameter: own('wifiSignal', 'Strength of the wireless signal', 'float', { unit: 'dBm' }),
    read: told('number', 'wifiRSSI'),
  },
  {
    parameter: own('wifiStatus', 'State of the wireless connection', 'string'),
    read: told('text', 'wifiStatus'),
  },
  {
    parameter: own('freeMemory', 'Memory that is free', 'integer', { unit: 'B' }),
    read: told('integer', 'freeHeap'),
  },
  {
    parameter: own('asicCount', 'Chips', 'integer'),
    read: told('integer', 'asicCount'),
  },
  {
    parameter: own('smallCoreCount', 'Cores of a chip', 'integer'),
    read: told('integer', 'smallCoreCount'),
  },
  {
    parameter: own('isPaused', 'Whether mining is paused', 'boolean'),
    read: told('boolean', 'miningPaused'),
  },
  {
    parameter: own('isOverheated', 'Whether it stopped because it was too hot', 'boolean'),
    read: told('boolean', 'overheat_mode'),
  },
  {
    parameter: own('powerFault', 'What is wrong with the power', 'string'),
    read: told('text', 'power_fault'),
  },
  {
    parameter: own('hardwareFault', 'What is wrong with the hardware', 'string'),
    read: told('text', 'hardware_fault'),
  },
  {
    parameter: own('actualFrequency', 'Frequency that the chips have', 'float', { unit: 'MHz' }),
    read: told('number', 'actualFrequency'),
  },
  {
    parameter: own('actualCoreVoltage', 'Voltage that the chips have', 'float', { unit: 'mV' }),
    read: told('number', 'coreVoltageActual'),
  },
  {
    parameter: minerParameter('frequency', { ...setting, minimum: 1, maximum: 65_535 }),
    read: told('number', 'frequency'),
    field: 'frequency',
    options: 'frequencies',
  },
  {
    parameter: own('coreVoltage', 'Voltage of the chips', 'integer', {
      ...setting,
      unit: 'mV',
      minimum: 1,
      maximum: 65_535,
    }),
    read: told('integer', 'coreVoltage'),
    field: 'coreVoltage',
    options: 'voltages',
  },
  {
    parameter: own(
      'overclock',
      'Whether other frequencies and voltages are allowed',
      'boolean',
      setting,
    ),
    read: told('boolean', 'overclockEnabled'),
    field: 'overclockEnabled',
    encode: flag,
  },
  {
    parameter: own('automaticFan', 'Whether the fan follows the temperature', 'boolean', setting),
    read: told('boolean', 'autofanspeed'),
    field: 'autofanspeed',
    encode: flag,
  },
  {
    parameter: own('manualFanSpeed', 'Fan where it follows nothing', 'integer', {
      ...setting,
      unit: '%',
      minimum: 0,
      maximum: 100,
    }),
    read: told('integer', 'manualFanSpeed'),
    field: 'manualFanSpeed',
  },
  {
    parameter: own('leastFanSpeed', 'Fan at the least', 'integer', {
      ...setting,
      unit: '%',
      minimum: 0,
      maximum: 99,
    }),
    read: told('integer', 'minFanSpeed'),
    field: 'minFanSpeed',
  },
  {
    parameter: own('targetTemperature', 'Temperature that the fan holds', 'integer', {
      ...setting,
      unit: '°C',
      minimum: 35,
      maximum: 66,
    }),
    read: told('integer', 'temptarget'),
    field: 'temptarget',
  },
  {
    parameter: own('rotation', 'How the display is turned', 'integer', {
      ...setting,
      unit: '°',
      minimum: 0,
      maximum: 270,
    }),
    read: told('integer', 'rotation'),
    field: 'rotation',
  },
  {
    parameter: own('invertDisplay', 'Whether the display is inverted', 'boolean', setting),
    read: told('boolean', 'invertscreen'),
    field: 'invertscreen',
    encode: flag,
  },
  {
    parameter: own('displayTimeout', 'When the display goes dark; -1 never', 'integer', {
      ...setting,
      unit: 'min',
      minimum: -1,
      maximum: 65_535,
    }),
    read: told('integer', 'displayTimeout'),
    field: 'displayTimeout',
  },
  {
    parameter: own('statisticsPeriod', 'How often it notes its statistics; 0 never', 'integer', {
      ...setting,
      unit: 's',
      minimum: 0,
      maximum: 65_535,
    }),
    read: told('integer', 'statsFrequency'),
    field: 'statsFrequency',
  },
  {
    parameter: minerParameter('hostname', { ...setting, longest: 32 }),
    read: told('text', 'hostname'),
    field: 'hostname',
  },
  {
    parameter: own('wifiName', 'Wireless network', 'string', { ...setting, longest: 32 }),
    read: told('text', 'ssid'),
    field: 'ssid',
  },
  {
    parameter: own('wifiPassword', 'Password of the wireless network', 'string', {
      access: 'write',
      longest: 63,
    }),
    field: 'wifiPass',
    isSecret: true,
  },
];

export const bitaxeTable: MinerTable<AxeOsInfo, BitaxeRow> = new MinerTable(rows);

/** Source: ESP-Miner: each small core does one hash a cycle. */
function expected(info: AxeOsInfo): number | undefined {
  const frequency = numberOf(info['frequency']);
  const cores = numberOf(info['smallCoreCount']);
  const chips = numberOf(info['asicCount']);
  if (frequency === undefined || cores === undefined || chips === undefined) return undefined;
  return (frequency * cores * chips) / 1_000;
}

function usesFallback(info: AxeOsInfo): boolean {
  return booleanOf(info['isUsingFallbackStratum']) ?? false;
}

function poolOf(info: AxeOsInfo): string | undefined {
  const prefix = usesFallback(info) ? 'fallbackStratum' : 'stratum';
  const host = textOf(info[`${prefix}URL`]);
  if (host === undefined) return undefined;
  const port = integerOf(info[`${prefix}Port`]);
  return port === undefined ? host : `${host}:${port}`;
}
