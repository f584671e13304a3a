import { appendFileSync } from 'node:fs';

/** One promise, the test that proves it, and how sharp that test is. */
export interface Proof {
  /** The promise in words, as the README states it. */
  readonly promise: string;
  /** The test that proves it: its title. */
  readonly test: string;
  /** How many times the test tried to break the promise. */
  readonly count: number;
  /** Deliberately broken variants that ran through the same check. */
  readonly planted: number;
  /** How many of them the check caught. */
  readonly caught: number;
}

/** Writes a proof down for `npm run proof`, which names the file; otherwise does nothing. */
export function recordProof({ promise, test, count, planted, caught }: Proof): void {
  const file = process.env['SIGNALBOX_PROOF_FILE'];
  if (file === undefined || file === '') return;
  appendFileSync(file, `${JSON.stringify({ promise, test, count, planted, caught })}\n`);
}
