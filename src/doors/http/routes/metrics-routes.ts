import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import { counter } from '../../../telemetry/index.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import type { HttpServer } from '../zod-provider.ts';

/** For Prometheus, and what speaks as it does. */
export function metricsRoutes(server: HttpServer, context: RouteContext): void {
  const { services, requestCounts, rateLimits } = context;
  const schema = {
    summary: 'Metrics of everything, in the text format of Prometheus',
    tags: ['gateway'],
    response: { 200: z.string().describe('text/plain; version=0.0.4'), ...failures('NOT_FOUND') },
  };
  server.get('/metrics', { schema }, async (_request, reply) => {
    const { metrics } = services;
    if (metrics === undefined) throw new SignalboxError('NOT_FOUND', 'this gateway has no metrics');
    const refused = counter(
      'signalbox_http_refused_requests_total',
      'Requests that were refused because their caller asks too often.',
      [{ value: rateLimits.report().refused }],
    );
    const { contentType, text } = await metrics.scrape([...requestCounts.families(), refused]);
    return await reply.type(contentType).send(text);
  });
}
