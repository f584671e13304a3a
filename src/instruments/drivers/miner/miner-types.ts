import { didYouMean, SignalboxError } from '../../../kernel/index.ts';

/** The drivers of miners. */
export const minerDrivers = ['bitaxe', 'cgminer', 'magic-miner'] as const;
export type MinerDriver = (typeof minerDrivers)[number];

/** What kind of miner a device is, for programs that know it by such names. */
export const minerTypes = ['bitaxe', 'avalon_nano', 'cgminer', 'magic_miner'] as const;
export type MinerType = (typeof minerTypes)[number];

const aliases: Readonly<Record<string, MinerType>> = {
  axeos: 'bitaxe',
  avalon: 'avalon_nano',
  avalonnano: 'avalon_nano',
  magic: 'magic_miner',
  magicminer: 'magic_miner',
  bg02: 'magic_miner',
};

const drivers: Readonly<Record<MinerType, MinerDriver>> = {
  bitaxe: 'bitaxe',
  avalon_nano: 'cgminer',
  cgminer: 'cgminer',
  magic_miner: 'magic-miner',
};

/** The TCP port at which a driver's devices are, unless it is said otherwise. */
export const minerPorts: Readonly<Record<MinerDriver, number>> = {
  bitaxe: 80,
  cgminer: 4_028,
  'magic-miner': 80,
};

/**
 * The type that is meant by a name or another word for it: `avalon`, `BG02`.
 * @throws VALUE_INVALID
 */
export function minerTypeOf(text: string): MinerType {
  const wanted = text.trim().toLowerCase().replaceAll('-', '_');
  const type = minerTypes.find((each) => each === wanted) ?? aliases[wanted.replaceAll('_', '')];
  if (type !== undefined) return type;
  const known = [...minerTypes, ...Object.keys(aliases)];
  throw new SignalboxError(
    'VALUE_INVALID',
    `there is no type of miner '${text.slice(0, 40)}'${didYouMean(wanted, known)}; there are ${minerTypes.join(', ')}`,
  );
}

export function driverOfMinerType(type: MinerType): MinerDriver {
  return drivers[type];
}

/** @param model what it says that it is */
export function typeOfMinerDriver(driver: MinerDriver, model: string | undefined): MinerType {
  if (driver === 'bitaxe') return 'bitaxe';
  if (driver === 'magic-miner') return 'magic_miner';
  return /avalon/i.test(model ?? '') ? 'avalon_nano' : 'cgminer';
}

/** What a miner is called that has no name: `bitaxe_192_168_1_40`. */
export function minerId(type: MinerType, host: string): string {
  return `${type}_${host.replaceAll(/[^A-Za-z0-9]+/g, '_')}`;
}

export function isMinerDriver(driver: string): driver is MinerDriver {
  return minerDrivers.some((each) => each === driver);
}
