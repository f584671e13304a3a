import { given } from '../../../kernel/index.ts';
import { z } from 'zod';

import { failures, inAWrite, ofAWorker, onTheWire } from '../failures.ts';
import { leaseFor } from '../callers.ts';
import { fromJsonValue, jsonValue } from '../json-value.ts';
import { timeoutMostMs, waitLongestMs } from '../limits.ts';
import { readingReport } from '../reading-report.ts';
import { instrumentOf, parameterOf } from '../route-context.ts';
import type { RouteContext } from '../route-context.ts';
import {
  answer,
  leaseHeader,
  name,
  parameterReport,
  priority,
  queryMs,
  waitMs,
} from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const noContent = 204;
const ageMostMs = 86_400_000;

/** Parameters of an instrument: what there is, reading and writing. */
export function parameterRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, callers } = context;
  const tags = ['parameters'];
  const headers = leaseHeader;

  const all = {
    summary: 'The parameters of an instrument: type, unit, limits, access',
    tags,
    params: z.object({ instrument: name }),
    response: {
      200: answer('The parameters', z.object({ parameters: z.array(parameterReport) })),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/instruments/:instrument/parameters', { schema: all }, ({ params }) => ({
    parameters: instrumentOf(directory, params.instrument).driver.parameters,
  }));

  const read = {
    summary: 'Reads a parameter',
    description: 'The parameter is named by its name or its number.',
    tags,
    params: z.object({ instrument: name, parameter: name }),
    headers,
    querystring: z.object({
      maxAgeMs: queryMs(ageMostMs).describe('A value at most so old will do; 0 unless given'),
      timeoutMs: queryMs(timeoutMostMs).describe('How long the instrument may take'),
      waitMs: queryMs(waitLongestMs).describe('How long to wait for its turn; default 10,000'),
      priority: priority.optional(),
    }),
    response: {
      200: answer(
        'The value',
        z.object({
          instrument: z.string(),
          parameter: z.string(),
          value: jsonValue,
          unit: z.string().optional(),
          atMs: z.number(),
        }),
      ),
      ...failures(...onTheWire, ...ofAWorker, 'WRITE_ONLY'),
    },
  };
  server.get(
    '/api/v1/instruments/:instrument/parameters/:parameter',
    { schema: read },
    async (request, reply) => {
      const instrument = instrumentOf(directory, request.params.instrument);
      const parameter = parameterOf(instrument, request.params.parameter);
      const { by, signal, shown } = callers.of(request, reply);
      const options = { signal, ...given(request.query), ...leaseFor(instrument.port, shown) };
      const reading = await instrument.read(parameter.name, by, options);
      return readingReport(instrument.name, parameter.name, reading);
    },
  );

  const write = {
    summary: 'Writes a parameter',
    tags,
    params: z.object({ instrument: name, parameter: name }),
    headers,
    body: z.strictObject({
      value: jsonValue,
      unlock: z.boolean().optional().describe('That a secured parameter is meant to be written'),
      timeoutMs: z.number().int().min(0).max(timeoutMostMs).optional(),
      waitMs,
      priority: priority.optional(),
    }),
    response: {
      204: z.void().describe('The instrument has taken it'),
      ...failures(...inAWrite, ...ofAWorker),
    },
  };
  server.put(
    '/api/v1/instruments/:instrument/parameters/:parameter',
    { schema: write },
    async (request, reply) => {
      const instrument = instrumentOf(directory, request.params.instrument);
      const parameter = parameterOf(instrument, request.params.parameter);
      const { by, signal, shown } = callers.of(request, reply);
      const { value, ...rest } = request.body;
      const options = { signal, ...given(rest), ...leaseFor(instrument.port, shown) };
      await instrument.write(parameter.name, fromJsonValue(value), by, options);
      return reply.code(noContent).send();
    },
  );
}
