/**
 * Runs once before all tests: chooses the seed that every test file inherits, and prints it, so
 * that a failed run can be repeated.
 */
export function setup(): void {
  const seed = (process.env['SIGNALBOX_SEED'] ??= String(Date.now() % 2_147_483_647));
  // Each project of the configuration is set up.
  if (process.env['SIGNALBOX_SEED_PRINTED'] === seed) return;
  process.env['SIGNALBOX_SEED_PRINTED'] = seed;
  console.log(`seed ${seed}; SIGNALBOX_SEED=${seed} npm test repeats this run`);
}
