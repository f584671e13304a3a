import { z } from 'zod';

import type { LeaseMode } from '../../ports/index.ts';
import { leaseMode, waitMs } from './schemas.ts';

const holdLeastMs = 100;
const holdMostMs = 86_400_000;

/** What a lease is asked for with. */
export interface LeaseWish {
  readonly mode?: LeaseMode | undefined;
  readonly waitMs?: number | undefined;
  readonly holdMs?: number | undefined;
}

/** The body of a wish for a lease. */
export const leaseWish: z.ZodType<LeaseWish> = z.strictObject({
  mode: leaseMode.optional(),
  waitMs,
  holdMs: z
    .number()
    .int()
    .min(holdLeastMs)
    .max(holdMostMs)
    .optional()
    .describe('After how long it ends without a heartbeat; 30,000 unless given'),
});
