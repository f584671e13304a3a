/**
 * How often a test repeats what it proves: the whole count when `npm run proof` asks for it
 * (SIGNALBOX_PROOF=1), a share of it otherwise, and at least once.
 *
 * @param share less than a tenth where each try is dear. @default a tenth
 */
export function count(whole: number, share = 0.1): number {
  return process.env['SIGNALBOX_PROOF'] === '1' ? whole : Math.max(1, Math.ceil(whole * share));
}
