import { z } from 'zod';

import { isLoopback, SignalboxError } from '../../../kernel/index.ts';
import { failures } from '../failures.ts';
import { rateClasses } from '../rate-limits.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

/** How often one caller may ask, who asks too often, and letting them in again. */
export function rateLimitRoutes(server: HttpServer, context: RouteContext): void {
  const { rateLimits, callers, log } = context;
  const tags = ['gateway'];
  const limit = z.object({ requests: z.number(), windowMs: z.number(), blockMs: z.number() });
  const report = z.looseObject({
    enabled: z.boolean(),
    loopback: z.boolean(),
    ...Object.fromEntries(rateClasses.map((each) => [each, limit])),
    refused: z.number(),
    blocked: z.array(
      z.object({ caller: z.string(), class: z.enum(rateClasses), forMs: z.number() }),
    ),
  });

  const show = {
    summary: 'How often one caller may ask, and who is refused now',
    tags,
    response: { 200: answer('The limits', report), ...failures() },
  };
  server.get('/api/v1/rate-limits', { schema: show }, () => rateLimits.report());

  const reset = {
    summary: 'Lets those in again who asked too often; only from the same machine',
    tags,
    body: z.strictObject({
      caller: z.string().max(100).optional().describe('An address; all of them unless given'),
    }),
    response: { 200: answer('The limits', report), ...failures('LEASE_LOST') },
  };
  server.post('/api/v1/rate-limits/reset', { schema: reset }, (request, reply) => {
    if (!isLoopback(request.raw.socket.remoteAddress)) {
      throw new SignalboxError(
        'FORBIDDEN',
        'limits are reset from the machine of the gateway only',
      );
    }
    const { caller } = request.body;
    log.info('rate limits were reset', { owner: callers.of(request, reply).by, caller });
    rateLimits.reset(caller);
    return rateLimits.report();
  });
}
