import { z } from 'zod';

import { given, SignalboxError } from '../../../kernel/index.ts';
import { failures } from '../failures.ts';
import { portOf } from '../route-context.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, taskStatus, name } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const accepted = 202;
const noContent = 204;
/** So many addresses are looked at in one go. */
const addressesMost = 100;
const networksMost = 8;

/** Scans for instruments, and other tasks that take a while. */
export function taskRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, callers, services, tasks } = context;
  const tags = ['tasks'];

  const discover = {
    summary: 'Begins to look for instruments on a port',
    description: 'Answered at once; ask for the task until its state is `done` or `failed`.',
    tags,
    body: z.strictObject({ port: name }),
    response: { 202: answer('It was begun', taskStatus), ...failures('NOT_FOUND', 'LEASE_LOST') },
  };
  server.post('/api/v1/discover', { schema: discover }, (request, reply) => {
    const port = portOf(directory, request.body.port);
    const { discover: scan } = services;
    if (scan === undefined) {
      throw new SignalboxError('NOT_FOUND', 'this gateway cannot look for instruments');
    }
    const { by } = callers.of(request, reply);
    const task = tasks.start(`discover on ${port.name}`, (task) => scan(port, { ...task, by }));
    return reply.code(accepted).send(task);
  });

  const places = {
    summary: 'Begins to look for instruments where no port leads yet',
    description:
      'Devices of the gateway are asked in line with everybody, others are opened for that time. The ' +
      'result has `places` with what was `found`, and `laboratory`: the `ports` and `instruments` that ' +
      'the configuration would need for what is new.',
    tags,
    body: z.strictObject({
      where: z
        .array(z.enum(['ports', 'serial', 'network']))
        .max(3)
        .default([]),
      addresses: z
        .array(z.string().min(1).max(300))
        .max(addressesMost)
        .default([])
        .describe('Devices, HOST:PORT, names of ports'),
      networks: z
        .array(z.string().min(1).max(40))
        .max(networksMost)
        .default([])
        .describe(
          'Networks whose every address is asked whether it is a miner: 192.168.1.0/24, /16 at the most',
        ),
      httpPort: z.number().int().min(1).max(65_535).optional(),
      rpcPort: z.number().int().min(1).max(65_535).optional(),
      timeoutMs: z.number().int().min(100).max(60_000).optional(),
      baudRates: z.array(z.number().int().min(50).max(4_000_000)).min(1).max(20).optional(),
    }),
    response: { 202: answer('It was begun', taskStatus), ...failures('NOT_FOUND') },
  };
  server.post('/api/v1/discover/places', { schema: places }, (request, reply) => {
    const { discoverPlaces: scan } = services;
    if (scan === undefined) {
      throw new SignalboxError('NOT_FOUND', 'this gateway cannot look for instruments');
    }
    const { by } = callers.of(request, reply);
    const { where, addresses, networks, ...more } = request.body;
    const wish = { where, addresses, networks, ...given(more) };
    const task = tasks.start('discover', (task) => scan(wish, { ...task, by }));
    return reply.code(accepted).send(task);
  });

  const params = z.object({ task: name });
  const status = {
    summary: 'How far a task is, and what came of it',
    tags,
    params,
    response: { 200: answer('The task', taskStatus), ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/tasks/:task', { schema: status }, ({ params }) => tasks.status(params.task));

  const cancel = {
    summary: 'Takes a task back',
    tags,
    params,
    response: {
      204: z.void().describe('It will end as failed with CANCELLED'),
      ...failures('NOT_FOUND'),
    },
  };
  server.delete('/api/v1/tasks/:task', { schema: cancel }, (request, reply) => {
    tasks.cancel(request.params.task);
    return reply.code(noContent).send();
  });
}
