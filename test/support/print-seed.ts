/**
 * Runs once before all tests: chooses the seed that every test file inherits, and prints it, so
 * that a failed run can be repeated.
 */
export function setup(): void {
  const seed = (process.env['SIGNALBOX_SEED'] ??= String(Date.now() % 2_147_483_647));
  console.log(`seed ${seed}; SIGNALBOX_SEED=${seed} npm test repeats this run`);
}
