import { randomUUID } from 'node:crypto';

import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import type { Clock } from '../../kernel/index.ts';

/** What SpotiPi, whose clients these routes are for, puts every answer into. */
export const envelopeSchema: z.ZodType = z.looseObject({
  success: z.boolean(),
  timestamp: z.string(),
  request_id: z.string(),
  message: z.string().optional(),
  data: z.looseObject({}).optional(),
  error_code: z.string().optional(),
});

/** Puts an answer into it, and its headers on the reply. */
export function enveloped(
  reply: FastifyReply,
  clock: Clock,
  content: Readonly<Record<string, unknown>>,
): object {
  const timestamp = new Date(clock.now()).toISOString();
  const requestId = randomUUID();
  void reply.header('x-request-id', requestId).header('x-response-timestamp', timestamp);
  return { success: true, timestamp, request_id: requestId, ...content };
}
