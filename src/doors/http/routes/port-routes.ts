import { z } from 'zod';

import { failures } from '../failures.ts';
import { portOf } from '../route-context.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, name, portStatistics, portStatus, portSummary, traceEntry } from '../schemas.ts';
import { traceReport } from '../trace-report.ts';
import type { HttpServer } from '../zod-provider.ts';

/** Ports: holders, queues, statistics, trace, and handing one to another program. */
export function portRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, callers } = context;
  const tags = ['ports'];
  const params = z.object({ port: name });

  const all = {
    summary: 'All ports with state, holders and queue',
    tags,
    response: { 200: answer('The ports', z.object({ ports: z.array(portStatus) })) },
  };
  server.get('/api/v1/ports', { schema: all }, () => ({
    ports: Array.from(directory.ports.values(), (port) => port.status()),
  }));

  const one = {
    summary: 'One port with state, holders and queue',
    tags,
    params,
    response: { 200: answer('The port', portStatus), ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/ports/:port', { schema: one }, ({ params }) =>
    portOf(directory, params.port).status(),
  );

  const statistics = {
    summary: 'What the port has done: operations, failures, waits, by owner',
    tags,
    params,
    response: { 200: answer('The statistics', portStatistics), ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/ports/:port/statistics', { schema: statistics }, ({ params }) =>
    portOf(directory, params.port).statistics(),
  );

  const summaries = {
    summary: 'What all ports have done: operations, failures by class, waits, without their owners',
    tags,
    response: { 200: answer('The statistics', z.object({ ports: z.array(portSummary) })) },
  };
  server.get('/api/v1/statistics', { schema: summaries }, () => ({
    ports: Array.from(directory.ports.values(), (port) => {
      const { owners: _owners, ...summary } = port.statistics();
      return summary;
    }),
  }));

  const reset = {
    summary: 'Counts from nothing again',
    tags,
    params,
    response: { 200: answer('What had been counted', portStatistics), ...failures('NOT_FOUND') },
  };
  server.post('/api/v1/ports/:port/statistics/reset', { schema: reset }, ({ params }) => {
    const port = portOf(directory, params.port);
    const before = port.statistics();
    port.resetStatistics();
    return before;
  });

  const trace = {
    summary: 'What went over the wire lately, oldest first',
    tags,
    params,
    querystring: z.object({
      scope: z.string().max(200).optional().describe('One instrument of the port: node 3'),
      limit: z.coerce.number().int().min(1).max(1_000).optional().describe('Default 100'),
    }),
    response: {
      200: answer('The exchanges', z.object({ entries: z.array(traceEntry) })),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/ports/:port/trace', { schema: trace }, ({ params, query }) => {
    const entries = portOf(directory, params.port).trace(query.scope);
    return { entries: entries.slice(-(query.limit ?? 100)).map(traceReport) };
  });

  const release = {
    summary: 'Closes the link so that another program may use the device',
    tags,
    params,
    response: { 200: answer('The port', portStatus), ...failures('NOT_FOUND', 'LEASE_LOST') },
  };
  server.post('/api/v1/ports/:port/release', { schema: release }, async (request, reply) => {
    const port = portOf(directory, request.params.port);
    await port.release(callers.of(request, reply).by);
    return port.status();
  });

  const reclaim = {
    summary: 'Takes the device back after a release',
    tags,
    params,
    response: { 200: answer('The port', portStatus), ...failures('NOT_FOUND', 'LEASE_LOST') },
  };
  server.post('/api/v1/ports/:port/reclaim', { schema: reclaim }, (request, reply) => {
    const port = portOf(directory, request.params.port);
    port.reclaim(callers.of(request, reply).by);
    return port.status();
  });
}
