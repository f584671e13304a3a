import { z } from 'zod';
import { table } from './fields.ts';

/** What `/metrics` has beside what it always has. */
export interface MetricsConfig {
  /** Whether the newest values of polled parameters are among the metrics. */
  readonly parameterValues: boolean;
}

export const metricsSchema: z.ZodType<MetricsConfig> = table({
  parameterValues: z.boolean().default(false),
});
