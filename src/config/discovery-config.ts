import { z } from 'zod';
import { table } from './fields.ts';

/** How other machines learn of the doors. */
export interface DiscoveryConfig {
  /** Whether doors that other machines can reach are told of by multicast DNS. */
  readonly advertise: boolean;
}

export const discoverySchema: z.ZodType<DiscoveryConfig> = table({
  advertise: z.boolean().default(true),
});
