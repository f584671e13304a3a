import { z } from 'zod';

import { failures } from '../failures.ts';
import { holds } from '../lease-desk.ts';
import { openStream } from '../open-stream.ts';
import { readingReport } from '../reading-report.ts';
import type { RouteContext } from '../route-context.ts';
import { leaseHeader, queryMs } from '../schemas.ts';
import { parseWatched, watch, watchEveryLeastMs, watchEveryMostMs } from '../watcher.ts';
import type { HttpServer } from '../zod-provider.ts';

const everyDefaultMs = 1_000;

/** Readings as they come, as server-sent events. */
export function watchRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, callers, clock } = context;
  const schema = {
    summary: 'Reads parameters again and again, as server-sent events',
    description:
      'Events: `reading` with the value, `failure` with the error. A client that reads slowly ' +
      'gets the newest value of each parameter and misses older ones; one that does not read is ' +
      'ended with `dropped`, which says why. Reads have the priority ' +
      '`poll`; several watches at the same beat cost one read.',
    tags: ['streams'],
    headers: leaseHeader,
    querystring: z.object({
      parameters: z.string().min(1).max(10_000).describe('dmm.voltage,mfc1.fMeasure'),
      everyMs: z.coerce
        .number()
        .int()
        .min(watchEveryLeastMs)
        .max(watchEveryMostMs)
        .optional()
        .describe('Default 1,000'),
      maxAgeMs: queryMs(watchEveryMostMs).describe('A value at most so old will do'),
    }),
    response: {
      200: z.string().describe('text/event-stream'),
      ...failures('NOT_FOUND', 'WRITE_ONLY', 'LEASE_LOST'),
    },
  };
  server.get('/api/v1/watch', { schema }, (request, reply) => {
    const { parameters, everyMs = everyDefaultMs, maxAgeMs } = request.query;
    const watched = parseWatched(parameters, directory);
    const { by, shown } = callers.of(request, reply);
    const stream = openStream(context, request, reply, { what: 'watch', by });
    watch(watched, {
      by,
      everyMs,
      clock,
      signal: stream.signal,
      ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
      lease: (instrument) =>
        shown !== undefined && holds(shown, instrument) ? shown.lease : undefined,
      reading: ({ instrument, parameter }, reading) => {
        const data = readingReport(instrument.name, parameter, reading);
        stream.send({ event: 'reading', data, key: `${instrument.name}.${parameter}` });
      },
      failed: ({ instrument, parameter }, error) => {
        const data = { instrument: instrument.name, parameter, error };
        stream.send({ event: 'failure', data, key: `${instrument.name}.${parameter}` });
      },
    });
  });
}
