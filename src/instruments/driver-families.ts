import type { Driver } from './driver.ts';
import type { BitaxeDriverOptions } from './drivers/bitaxe/bitaxe-driver.ts';
import type { BronkhorstDriverOptions } from './drivers/bronkhorst/bronkhorst-driver.ts';
import type { CgminerDriverOptions } from './drivers/cgminer/cgminer-driver.ts';
import type { MagicMinerDriverOptions } from './drivers/magic-miner/magic-miner-driver.ts';
import type { RedPitayaDriverOptions } from './drivers/red-pitaya/red-pitaya-driver.ts';
import type { ScpiDriverOptions } from './drivers/scpi/scpi-driver.ts';

/** What the driver of each family is made from. */
export interface DriverFamilyOptions {
  readonly bronkhorst: BronkhorstDriverOptions;
  readonly scpi: ScpiDriverOptions;
  readonly 'red-pitaya': RedPitayaDriverOptions;
  readonly bitaxe: BitaxeDriverOptions;
  readonly cgminer: CgminerDriverOptions;
  readonly 'magic-miner': MagicMinerDriverOptions;
}

/** The name of a family of instruments. */
export type DriverFamily = keyof DriverFamilyOptions;

/** Makes the driver of a family; its code is loaded when the first one is made. */
export type DriverFactories = {
  readonly [Family in DriverFamily]: (options: DriverFamilyOptions[Family]) => Promise<Driver>;
};

/** The families of instruments that there are drivers for. */
export const driverFamilies: DriverFactories = {
  bronkhorst: async (options) => {
    const { BronkhorstDriver } = await import('./drivers/bronkhorst/bronkhorst-driver.ts');
    return new BronkhorstDriver(options);
  },
  scpi: async (options) => {
    const { ScpiDriver } = await import('./drivers/scpi/scpi-driver.ts');
    return new ScpiDriver(options);
  },
  'red-pitaya': async (options) => {
    const { RedPitayaDriver } = await import('./drivers/red-pitaya/red-pitaya-driver.ts');
    return new RedPitayaDriver(options);
  },
  bitaxe: async (options) => {
    const { BitaxeDriver } = await import('./drivers/bitaxe/bitaxe-driver.ts');
    return new BitaxeDriver(options);
  },
  cgminer: async (options) => {
    const { CgminerDriver } = await import('./drivers/cgminer/cgminer-driver.ts');
    return new CgminerDriver(options);
  },
  'magic-miner': async (options) => {
    const { MagicMinerDriver } = await import('./drivers/magic-miner/magic-miner-driver.ts');
    return new MagicMinerDriver(options);
  },
};
