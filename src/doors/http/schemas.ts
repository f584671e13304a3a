import { z } from 'zod';

import { errorCatalogue } from '../../kernel/index.ts';
import type { ErrorCode } from '../../kernel/index.ts';
import { priorities } from '../../ports/index.ts';
import type { LeaseMode, Priority } from '../../ports/index.ts';
import { waitLongestMs } from './limits.ts';

/** A port, instrument, parameter or lease, as it is named. */
export const name: z.ZodType<string> = z.string().min(1).max(200);

/** Whole ms in a query. */
export function queryMs(most: number): z.ZodType<number | undefined> {
  return z.coerce.number().int().min(0).max(most).optional();
}

/** Whole ms in a body. */
export function bodyMs(most: number): z.ZodType<number | undefined> {
  return z.number().int().min(0).max(most).optional();
}

export const priority: z.ZodType<Priority> = z
  .enum(priorities)
  .describe('safety passes the queue and is kept in the audit; poll is what can wait');

export const waitMs: z.ZodType<number | undefined> = bodyMs(waitLongestMs).describe(
  'How long to wait for its turn; 10,000 unless given',
);

export const leaseMode: z.ZodType<LeaseMode> = z
  .union([z.literal('exclusive'), z.strictObject({ shared: z.string().min(1).max(255) })])
  .describe('For one alone, or for all who name the same key');

/** The lease that a request uses: a header, because an address ends up in histories and logs. */
export const leaseHeader: z.ZodType<Record<string, unknown>> = z.looseObject({
  'signalbox-lease': z
    .string()
    .max(200)
    .optional()
    .describe('The token of the lease under which this is done'),
});

/** An answer that is described in words, and as far as it is stable in types. */
export function answer(description: string, schema: z.ZodType = z.looseObject({})): z.ZodType {
  return schema.describe(description);
}

export const owner: z.ZodType = z.looseObject({
  id: z.string(),
  program: z.string(),
  user: z.string().optional(),
  host: z.string().optional(),
  pid: z.number().optional(),
  door: z.string(),
  sinceMs: z.number(),
});

const leaseStatus = z.looseObject({
  id: z.string(),
  owner,
  mode: leaseMode,
  scope: z.string().optional(),
  sinceMs: z.number(),
  expiresInMs: z.number(),
});

/** A lease as others see it, with the port that it is on. */
export const leaseReport: z.ZodType = leaseStatus.extend({ port: z.string() });

const errorReport = z.looseObject({
  code: z.string(),
  fault: z.enum(['caller', 'instrument', 'link', 'signalbox']),
  message: z.string(),
  nextStep: z.string(),
  details: z.record(z.string(), z.unknown()),
});

export const portStatus: z.ZodType = z.looseObject({
  name: z.string(),
  address: z.string(),
  state: z.enum(['closed', 'opening', 'open', 'recovering', 'absent', 'released']),
  sinceMs: z.number().describe('Since when it is in this state'),
  reason: z.string().optional(),
  trouble: errorReport
    .optional()
    .describe('Why it is not open; details.holders are the programs that have the device'),
  nextTryInMs: z.number().optional(),
  serving: z
    .looseObject({ label: z.string(), owners: z.array(owner), sinceMs: z.number() })
    .optional(),
  leases: z.array(leaseStatus),
  queue: z.array(
    z.looseObject({
      owner,
      kind: z.enum(['transaction', 'lease']),
      label: z.string(),
      priority,
      scope: z.string().optional(),
      waitedMs: z.number(),
    }),
  ),
  circuits: z.record(z.string(), z.looseObject({ state: z.enum(['online', 'offline']) })),
});

const distribution = z.looseObject({
  p50Ms: z.number(),
  p99Ms: z.number(),
  longestMs: z.number(),
});

const counters = z.looseObject({
  operations: z.number(),
  successes: z.number(),
  failures: z.number(),
  failuresByCode: z.record(z.string(), z.number()),
  blockedAttempts: z.number(),
  wait: distribution,
  service: distribution,
  lastOperationMs: z.number().optional(),
});

const portCounters = counters.extend({
  name: z.string(),
  wireTransactions: z.number(),
  mergedOperations: z.number(),
  retries: z.number(),
  quarantined: z.number(),
  sentBytes: z.number(),
  receivedBytes: z.number(),
  reconnects: z.number(),
  linkFailuresByCode: z.record(z.string(), z.number()),
});

export const portStatistics: z.ZodType = portCounters.extend({
  owners: z.array(counters.extend({ owner })),
});

/** The same without its owners, for all ports at once. */
export const portSummary: z.ZodType = portCounters;

export const traceEntry: z.ZodType = z.looseObject({
  sequence: z.number(),
  atMs: z.number(),
  label: z.string(),
  scope: z.string().optional(),
  owners: z.array(owner),
  waitMs: z.number(),
  serviceMs: z.number(),
  attempts: z.number(),
  request: z.object({ hex: z.string(), text: z.string() }),
  reply: z.object({ hex: z.string(), text: z.string() }),
  outcome: z.string(),
});

export const doorStatus: z.ZodType = z.looseObject({
  name: z.string(),
  kind: z.string(),
  address: z.string(),
  resource: z.string().optional(),
  clients: z.array(owner),
});

export const parameterReport: z.ZodType = z.looseObject({
  name: z.string(),
  title: z.string(),
  type: z.enum(['integer', 'float', 'string', 'boolean', 'binary']),
  access: z.enum(['read', 'write', 'read-write']),
  unit: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

export const taskStatus: z.ZodType = z.looseObject({
  id: z.string(),
  label: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  share: z.number(),
  message: z.string(),
  startedMs: z.number(),
  endedMs: z.number().optional(),
});

const failure = z.object({
  fault: z.enum(['caller', 'instrument', 'link', 'signalbox']),
  message: z.string(),
  nextStep: z.string(),
  details: z.record(z.string(), z.unknown()),
  requestId: z.string(),
});

/** The body of an answer that tells of one of these failures. */
export function errorBodyOf(codes: readonly ErrorCode[]): z.ZodType {
  return z.object({ error: z.object({ code: z.enum(codes), ...failure.shape }) });
}

/** The body of every answer that tells of a failure. */
export const errorBody: z.ZodType = errorBodyOf(
  Object.keys(errorCatalogue) as ErrorCode[],
).describe('It failed: why, whose fault it is, and what to do next');
