import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import { failures } from '../failures.ts';
import { portOf } from '../route-context.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, jobStatus, name } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const accepted = 202;
const noContent = 204;

/** Scans for instruments, and other jobs that take a while. */
export function jobRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, callers, services, jobs } = context;
  const tags = ['jobs'];

  const discover = {
    summary: 'Begins to look for instruments on a port',
    description: 'Answered at once; ask for the job until its state is `done` or `failed`.',
    tags,
    body: z.strictObject({ port: name }),
    response: { 202: answer('It was begun', jobStatus), ...failures('NOT_FOUND', 'LEASE_LOST') },
  };
  server.post('/api/v1/discover', { schema: discover }, (request, reply) => {
    const port = portOf(directory, request.body.port);
    const { discover: scan } = services;
    if (scan === undefined) {
      throw new SignalboxError('NOT_FOUND', 'this gateway cannot look for instruments');
    }
    const { by } = callers.of(request, reply);
    const job = jobs.start(`discover on ${port.name}`, (job) => scan(port, { ...job, by }));
    return reply.code(accepted).send(job);
  });

  const params = z.object({ job: name });
  const status = {
    summary: 'How far a job is, and what came of it',
    tags,
    params,
    response: { 200: answer('The job', jobStatus), ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/jobs/:job', { schema: status }, ({ params }) => jobs.status(params.job));

  const cancel = {
    summary: 'Takes a job back',
    tags,
    params,
    response: {
      204: z.void().describe('It will end as failed with CANCELLED'),
      ...failures('NOT_FOUND'),
    },
  };
  server.delete('/api/v1/jobs/:job', { schema: cancel }, (request, reply) => {
    jobs.cancel(request.params.job);
    return reply.code(noContent).send();
  });
}
