import { z } from 'zod';

import { isLoopback, SignalboxError } from '../../../kernel/index.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, name } from '../schemas.ts';
import type { LogLevels } from '../services.ts';
import type { HttpServer } from '../zod-provider.ts';

const accepted = 202;

/** Running the gateway: how much it logs, and stopping it. */
export function gatewayRoutes(server: HttpServer, context: RouteContext): void {
  const { callers, services, log } = context;
  const tags = ['gateway'];
  const levels = z.object({ levels: z.record(z.string(), z.string()) });
  const logLevels = (): LogLevels => {
    if (services.logLevels !== undefined) return services.logLevels;
    throw new SignalboxError('NOT_FOUND', 'this gateway has no log levels');
  };

  const show = {
    summary: 'How much each room of the gateway logs',
    tags,
    response: { 200: answer('Room to level', levels), ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/log-levels', { schema: show }, () => ({ levels: logLevels().levels() }));

  const change = {
    summary: 'Changes how much rooms log',
    tags,
    body: z.strictObject({ levels: z.record(name, z.string().max(20)) }),
    response: { 200: answer('Room to level', levels), ...failures('NOT_FOUND') },
  };
  server.put('/api/v1/log-levels', { schema: change }, ({ body }) => {
    for (const [room, level] of Object.entries(body.levels)) logLevels().setLevel(room, level);
    return { levels: logLevels().levels() };
  });

  const stop = {
    summary: 'Stops the gateway; only from the same machine',
    tags,
    response: {
      202: answer('It stops', z.object({ status: z.literal('stopping') })),
      ...failures('NOT_FOUND', 'LEASE_LOST'),
    },
  };
  server.post('/api/v1/shutdown', { schema: stop }, (request, reply) => {
    if (!isLoopback(request.raw.socket.remoteAddress)) {
      throw new SignalboxError('FORBIDDEN', 'the gateway is stopped from its own machine only');
    }
    const { shutdown } = services;
    if (shutdown === undefined) {
      throw new SignalboxError('NOT_FOUND', 'this gateway is not stopped over HTTP');
    }
    const { by } = callers.of(request, reply);
    log.info('asked to stop', { owner: by });
    reply.raw.once('close', () => shutdown(by));
    return reply.code(accepted).send({ status: 'stopping' });
  });
}
