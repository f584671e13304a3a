import { configureGlobal } from 'fast-check';

/**
 * One seed for all that is drawn at random in a run. It is printed, and
 * `SIGNALBOX_SEED=… npm test` repeats the run.
 */
export const seed: number = Number(process.env['SIGNALBOX_SEED'] ?? Date.now() % 2_147_483_647);

configureGlobal({ seed });
