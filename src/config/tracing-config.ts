import { z } from 'zod';
import { path, table } from './fields.ts';

/** Where what is asked is told of, as OpenTelemetry has it. Without it nothing is followed. */
export interface TracingConfig {
  /** Takes OTLP over HTTP: `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  /** A file with a bearer token for it. */
  readonly tokenFile?: string | undefined;
  /** The part of what begins here that is followed, from 0 to 1. */
  readonly sampleShare: number;
  /** As the collector knows this gateway. */
  readonly serviceName?: string | undefined;
}

const nameLongest = 200;

export const tracingSchema: z.ZodType<TracingConfig> = table({
  endpoint: z.url({ protocol: /^https?$/ }),
  tokenFile: path.optional(),
  sampleShare: z.number().min(0).max(1).default(1),
  serviceName: z.string().min(1).max(nameLongest).optional(),
});
