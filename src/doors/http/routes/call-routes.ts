import { z } from 'zod';

import { functionNameMost } from '../../../instruments/index.ts';
import { given } from '../../../kernel/index.ts';
import { leaseFor } from '../callers.ts';
import { failures, inAWrite, ofAWorker } from '../failures.ts';
import { timeoutMostMs } from '../limits.ts';
import { resultValue } from '../result-value.ts';
import { instrumentOf } from '../route-context.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, bodyMs, leaseHeader, name, priority, waitMs } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

/** Functions of the library that drives an instrument. */
export function callRoutes(server: HttpServer, { directory, callers }: RouteContext): void {
  const schema = {
    summary: 'Calls a function of the library that drives the instrument',
    description:
      'For instruments whose driver is a worker. Arrays in the result are lists of numbers; NaN and ' +
      'infinities in them are null. The call is never repeated.',
    tags: ['instruments'],
    params: z.object({ instrument: name }),
    headers: leaseHeader,
    body: z.strictObject({
      function: z.string().min(1).max(functionNameMost),
      params: z
        .union([z.record(z.string(), z.unknown()), z.array(z.unknown())])
        .default({})
        .describe('Its arguments, by name or in order'),
      timeoutMs: bodyMs(timeoutMostMs).describe('How long the function may take'),
      waitMs,
      priority: priority.optional(),
    }),
    response: {
      200: answer('The result', z.object({ result: z.unknown() })),
      ...failures(...inAWrite, ...ofAWorker),
    },
  };
  server.post('/api/v1/instruments/:instrument/call', { schema }, async (request, reply) => {
    const instrument = instrumentOf(directory, request.params.instrument);
    const { by, signal, shown } = callers.of(request, reply);
    const { function: method, params, ...rest } = request.body;
    const options = { signal, ...given(rest), ...leaseFor(instrument.port, shown) };
    return { result: resultValue(await instrument.call(method, params, by, options)) ?? null };
  });
}
