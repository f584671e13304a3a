/**
 * By what a flow is multiplied, by the serial number of the instrument and the name of its fluid: for
 * gases that the instrument was not calibrated for.
 */
export type GasFactors = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The factor of an instrument and a fluid, whatever the case of its name; 1 where none is given. */
export function factorOf(factors: GasFactors, serial: string, fluid: string): number {
  const wanted = fluid.trim().toLowerCase();
  const found = Object.entries(factors[serial] ?? {}).find(
    ([name]) => name.trim().toLowerCase() === wanted,
  );
  const factor = found?.[1];
  return factor !== undefined && Number.isFinite(factor) && factor > 0 ? factor : 1;
}
