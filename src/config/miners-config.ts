import { z } from 'zod';
import { table } from './fields.ts';

/** How miners are watched that are added over HTTP, and how often pages ask for them. */
export interface MinersConfig {
  /** How often one that is added is polled. */
  readonly everyMs: number;
  /** How often pages of other programs are to be refreshed. */
  readonly refreshMs: number;
}

const pollLeastMs = 5_000;
const pollMostMs = 3_600_000;
const refreshLeastMs = 1_000;
const refreshMostMs = 300_000;

export const minersSchema: z.ZodType<MinersConfig> = table({
  everyMs: z.number().int().min(pollLeastMs).max(pollMostMs).default(30_000),
  refreshMs: z.number().int().min(refreshLeastMs).max(refreshMostMs).default(10_000),
});
