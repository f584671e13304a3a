/** A fluid that an instrument can be switched to, with its capacity in relation to nitrogen's. */
export interface Fluid {
  readonly name: string;
  /** How much more of it than of nitrogen gives the same signal; round figures, for show. */
  readonly factor: number;
}

/** The fluid sets of a simulated instrument, by number. */
export const fluids: readonly Fluid[] = [
  { name: 'N2', factor: 1 },
  { name: 'AIR', factor: 1 },
  { name: 'O2', factor: 1 },
  { name: 'CO2', factor: 0.75 },
  { name: 'AR', factor: 1.4 },
  { name: 'HE', factor: 1.4 },
  { name: 'H2', factor: 1 },
  { name: 'CH4', factor: 0.75 },
];

/** Units of volume at normal conditions, in ln. */
const volumes: Readonly<Record<string, number>> = { mln: 0.001, ln: 1, m3n: 1_000 };
const minutes: Readonly<Record<string, number>> = { s: 1 / 60, min: 1, h: 60 };

/** What one unit of flow is in ln/min; undefined for a unit that is no flow. */
export function litresPerMinute(unit: string): number | undefined {
  const [volume = '', time = ''] = unit.split('/');
  const [ofVolume, ofTime] = [volumes[volume], minutes[time]];
  return ofVolume === undefined || ofTime === undefined ? undefined : ofVolume / ofTime;
}

/** What one unit of volume is in ln; 1 for one that is not known. */
export function litres(unit: string): number {
  return volumes[unit] ?? 1;
}
