import type { Instrument, ScpiDriver } from '../instruments/index.ts';

/** An instrument that takes messages, as one of the devices of a VISA server. */
export interface MessageDevice {
  /** Which of them: 0 for `hislip0` and `inst0`. */
  readonly index: number;
  readonly instrument: Instrument;
  readonly driver: ScpiDriver;
}
