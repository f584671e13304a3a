/**
 * How often a test repeats what it proves: the whole count when `npm run proof` asks for it
 * (SIGNALBOX_PROOF=1), a tenth of it otherwise, and at least once.
 */
export function count(whole: number): number {
  return process.env['SIGNALBOX_PROOF'] === '1' ? whole : Math.max(1, Math.ceil(whole / 10));
}
