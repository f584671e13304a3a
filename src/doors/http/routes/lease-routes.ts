import { z } from 'zod';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { SignalboxError } from '../../../kernel/index.ts';
import type { Lease, Port } from '../../../ports/index.ts';
import { waitDefaultMs } from '../../../ports/index.ts';
import { failures, inLine } from '../failures.ts';
import type { DeskLease, Leasable } from '../lease-desk.ts';
import { holdDefaultMs } from '../limits.ts';
import { leaseWish } from '../lease-wish.ts';
import type { LeaseWish } from '../lease-wish.ts';
import { instrumentOf, portOf } from '../route-context.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, leaseHeader, leaseReport, name } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const created = 201;
const noContent = 204;

/** Leases without an open connection: kept alive by heartbeats. */
export function leaseRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, callers, desk } = context;
  const tags = ['leases'];
  const headers = leaseHeader;

  const take = async (
    port: Port,
    on: Leasable,
    request: FastifyRequest,
    reply: FastifyReply,
    wish: LeaseWish,
  ): Promise<unknown> => {
    const { by, signal } = callers.of(request, reply);
    const { mode = 'exclusive', waitMs = waitDefaultMs, holdMs = holdDefaultMs } = wish;
    const { lease, token } = await desk.take(port, on, { by, mode, waitMs, holdMs, signal });
    const giveBack = (): void => {
      // Nobody was told of it, so nobody can use or end it.
      if (!reply.raw.writableFinished) void lease.release();
    };
    if (signal.aborted) giveBack();
    else reply.raw.once('close', giveBack);
    return await reply
      .code(created)
      .header('cache-control', 'no-store')
      .send({ id: lease.id, token, expiresInMs: holdMs, port: port.name, scope: lease.scope });
  };
  const granted = answer(
    'It is granted; show the token in the header Signalbox-Lease',
    z.object({
      id: z.string(),
      token: z.string(),
      expiresInMs: z.number(),
      port: z.string(),
      scope: z.string().optional(),
    }),
  );

  const onPort = {
    summary: 'Takes a lease of a whole port',
    tags,
    params: z.object({ port: name }),
    headers,
    body: leaseWish,
    response: { 201: granted, ...failures(...inLine) },
  };
  server.post('/api/v1/ports/:port/leases', { schema: onPort }, async (request, reply) => {
    const port = portOf(directory, request.params.port);
    return await take(port, port, request, reply, request.body);
  });

  const onInstrument = {
    summary: 'Takes a lease of one instrument',
    tags,
    params: z.object({ instrument: name }),
    headers,
    body: leaseWish,
    response: { 201: granted, ...failures(...inLine) },
  };
  server.post(
    '/api/v1/instruments/:instrument/leases',
    { schema: onInstrument },
    async (request, reply) => {
      const instrument = instrumentOf(directory, request.params.instrument);
      return await take(instrument.port, instrument, request, reply, request.body);
    },
  );

  const all = {
    summary: 'All leases that are held',
    tags,
    response: { 200: answer('The leases', z.object({ leases: z.array(leaseReport) })) },
  };
  server.get('/api/v1/leases', { schema: all }, () => ({
    leases: [...directory.ports.values()].flatMap((port) =>
      port.status().leases.map((lease) => ({ ...lease, port: port.name })),
    ),
  }));

  const params = z.object({ lease: name });
  const heartbeat = {
    summary: 'Starts the time of a lease anew',
    tags,
    params,
    headers,
    response: {
      200: answer('It goes on', z.object({ expiresInMs: z.number() })),
      ...failures('LEASE_LOST', 'RENEWAL_LIMIT'),
    },
  };
  server.post('/api/v1/leases/:lease/heartbeat', { schema: heartbeat }, (request, reply) => {
    const { shown } = callers.of(request, reply);
    return { expiresInMs: Math.round(shownAs(shown, request.params.lease).renew()) };
  });

  const release = {
    summary: 'Ends a lease',
    tags,
    params,
    headers,
    response: {
      204: z.void().describe('It has ended, and nothing of it is on the wire'),
      ...failures('LEASE_LOST'),
    },
  };
  server.delete('/api/v1/leases/:lease', { schema: release }, async (request, reply) => {
    const { shown } = callers.of(request, reply);
    await shownAs(shown, request.params.lease).release();
    return await reply.code(noContent).send();
  });

  const breakIt = {
    summary: 'Takes a lease away from its holder, as an operator; kept in the audit',
    tags,
    params,
    body: z.strictObject({ reason: z.string().min(1).max(500) }),
    response: { 204: z.void().describe('It has ended'), ...failures('NOT_FOUND', 'LEASE_LOST') },
  };
  server.post('/api/v1/leases/:lease/break', { schema: breakIt }, async (request, reply) => {
    const { lease } = request.params;
    const port = [...directory.ports.values()].find((each) =>
      each.leases().some(({ id }) => id === lease),
    );
    if (port === undefined) {
      throw new SignalboxError('NOT_FOUND', `there is no lease '${lease}'`);
    }
    port.breakLease(lease, callers.of(request, reply).by, request.body.reason);
    return await reply.code(noContent).send();
  });
}

function shownAs(shown: DeskLease | undefined, id: string): Lease {
  if (shown?.lease.id === id) return shown.lease;
  throw new SignalboxError('FORBIDDEN', `the token of lease ${id} did not come`, {
    nextStep: 'Send the token that came with the lease in the header `Signalbox-Lease`.',
  });
}
