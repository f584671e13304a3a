import type { ProparType } from '../../protocols/index.ts';
import { kept, readOnly, secured, text } from './node-parameter.ts';
import type { ParameterTable } from './node-parameter.ts';

/** A number that is kept: where it is, how it is written, its highest value, and where it begins. */
type KeptNumber = readonly [address: string, type: ProparType, maximum: number, start: number];
/** The same of a text, with its longest. */
type KeptText = readonly [address: string, longest: number, start: string];

const floatMost = 3.4e38;
const uint32Most = 4_294_967_295;

/** What an instrument keeps once, locked until it is unlocked. Maker's parameter list. */
const lockedNumbers: readonly KeptNumber[] = [
  // Controller and valve.
  ['114/5', 'uint8', 255, 0],
  ['114/6', 'uint8', 255, 0],
  ['114/7', 'float32', 1, 0.1],
  ['114/11', 'uint8', 255, 4],
  ['114/12', 'float32', 255, 6],
  ['114/14', 'float32', 1, 0],
  ['114/16', 'uint8', 255, 128],
  ['114/17', 'uint8', 255, 0],
  ['114/18', 'uint8', 255, 0],
  ['114/20', 'uint8', 255, 1],
  ['114/21', 'float32', floatMost, 10],
  ['114/22', 'float32', floatMost, 0.05],
  ['114/23', 'float32', floatMost, 0],
  ['114/24', 'float32', 24, 0.04],
  ['114/25', 'float32', 24, 0.2],
  ['114/26', 'uint8', 255, 1],
  ['114/27', 'float32', 1.5, 0.96],
  ['114/28', 'float32', 1, 0],
  ['114/29', 'float32', 50, 0.009],
  ['114/30', 'float32', floatMost, 1],
  // Modes.
  ['115/2', 'uint8', 255, 7],
  ['115/3', 'uint8', 255, 0],
  ['115/5', 'uint8', 255, 0],
  ['115/7', 'uint8', 255, 0],
  ['115/12', 'uint8', 50, 0],
  // Filters.
  ['117/1', 'float32', 1, 0.001],
  ['117/2', 'float32', 1, 0.000_001],
  ['117/3', 'float32', 1, 1],
  ['117/4', 'float32', 1, 1],
  ['117/5', 'float32', 1, 1],
  ['117/6', 'uint16', 255, 1],
  // What it was calibrated for.
  ['113/13', 'float32', 100_000, 3],
  ['113/14', 'float32', 100_000, 1],
  ['113/15', 'float32', 1_000, 1],
  ['113/16', 'float32', floatMost, 20],
  ['113/17', 'uint16', 65_535, 0],
  ['113/18', 'float32', floatMost, 0],
  ['113/20', 'float32', floatMost, 0],
  ['113/21', 'float32', floatMost, 0],
  ['113/23', 'uint16', 65_535, 0],
  ['113/24', 'uint8', 255, 0],
  ['113/25', 'uint16', 65_535, 0],
  ['113/26', 'uint8', 255, 0],
  ['113/27', 'uint32', 2_147_483_648, 0],
  ['113/29', 'uint16', 65_535, 0],
  ['113/30', 'uint8', 255, 0],
  ['113/31', 'uint32', 2_147_483_648, 0],
  // Field buses: this one, and the one of the second connector.
  ['125/8', 'uint8', 255, 255],
  ['125/9', 'uint32', uint32Most, 38_400],
  ['125/10', 'uint8', 255, 2],
  ['125/11', 'uint8', 255, 1],
  ['125/12', 'uint8', 255, 0],
  ['124/8', 'uint8', 255, 2],
  ['124/9', 'uint32', uint32Most, 38_400],
  ['124/10', 'uint8', 255, 2],
  ['124/11', 'uint8', 255, 0],
  ['124/12', 'uint8', 255, 0],
  ['0/5', 'uint8', 255, 67],
];

const openNumbers: readonly KeptNumber[] = [
  ['0/12', 'uint8', 120, 32],
  ['0/13', 'uint8', 120, 1],
  ['0/14', 'uint8', 120, 32],
  ['115/31', 'uint8', 255, 0],
  ['116/8', 'float32', 1_200, 1_013.25],
];

const lockedTexts: readonly KeptText[] = [
  ['113/4', 16, 'STANDARD'],
  ['113/8', 16, ''],
  ['113/9', 8, '19991231'],
  ['113/10', 16, '000000'],
  ['113/11', 8, '19991231'],
  ['113/28', 16, 'V,V'],
];

/** What each channel keeps, by the process of the first. */
const channelLocked: readonly KeptNumber[] = [
  ['1/21', 'uint16', 65_535, 32_767],
  ['1/22', 'uint16', 65_535, 2_000],
  ['1/23', 'uint16', 65_535, 32_767],
  ['1/24', 'uint16', 65_535, 2_000],
  ['1/25', 'uint16', 65_535, 32_767],
  ['1/26', 'uint16', 65_535, 2_000],
  ['33/18', 'float32', floatMost, 0],
  ['33/20', 'float32', floatMost, 100],
  ['33/21', 'float32', floatMost, 1.293],
  ['33/24', 'uint16', 32_000, 32_000],
];

const channelOpen: readonly KeptNumber[] = [
  ['97/4', 'uint8', 255, 0],
  ['104/4', 'uint8', 255, 0],
  ['104/10', 'float32', floatMost, 1],
  ['104/11', 'float32', floatMost, 1],
];

/**
 * Parameters of an ordinary mass flow controller that keep what is written to them and have no further
 * effect here, so that programs that look at them or configure an instrument find them.
 */
export function keptParameters(): ParameterTable {
  return {
    ...numbers(lockedNumbers, true),
    ...numbers(openNumbers, false),
    ...Object.fromEntries(lockedTexts.map(([address, ...rest]) => [address, keptText(...rest)])),
    '0/20': readOnly('uint8', () => 5),
    '125/21': readOnly('string', () => 'FLOW-BUS'),
    '124/21': readOnly('string', () => 'Propar'),
  };
}

/** The same of one channel; addresses are those of the first. */
export function keptChannelParameters(): ParameterTable {
  return { ...numbers(channelLocked, true), ...numbers(channelOpen, false) };
}

/** A text of the instrument that is written only while it is unlocked. */
export function keptText(longest: number, start: string): ParameterTable[string] {
  let current = start;
  return secured(text({ longest, get: () => current, set: (value) => (current = value) }));
}

function numbers(rows: readonly KeptNumber[], isLocked: boolean): ParameterTable {
  return Object.fromEntries(
    rows.map(([address, type, maximum, start]) => {
      const parameter = kept(type, maximum, start);
      return [address, isLocked ? secured(parameter) : parameter];
    }),
  );
}
