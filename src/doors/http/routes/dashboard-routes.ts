import type { FastifyReply, FastifyRequest } from 'fastify';

import { SignalboxError } from '../../../kernel/index.ts';
import { loadDashboard } from '../dashboard/dashboard-files.ts';
import type { DashboardFile } from '../dashboard/dashboard-files.ts';
import { dashboardPaths } from '../dashboard/page-paths.ts';
import { pagePolicy } from '../dashboard/page-policy.ts';
import type { HttpServer } from '../zod-provider.ts';

const notModified = 304;
/** The name of what never changes has its content in it; everything else is asked for each time. */
const forEver = 'public, max-age=31536000, immutable';
const askEachTime = 'no-cache';

/** The dashboard: one file at the addresses of all pages, and the files that it loads. */
export async function dashboardRoutes(server: HttpServer): Promise<void> {
  const files = await loadDashboard();
  const page = files.find(({ path }) => path === 'index.html');
  const schema = { hide: true };
  for (const path of dashboardPaths) {
    const show = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      if (page === undefined) throw notBuilt();
      void reply.header('content-security-policy', pagePolicy).header('cache-control', askEachTime);
      return send(page, request, reply);
    };
    server.get(path, { schema }, show);
    if (path !== '/') server.get(`${path}/*`, { schema }, show);
  }
  for (const file of files) {
    if (file === page) continue;
    server.get(`/${file.path}`, { schema }, (request, reply) => {
      void reply.header('cache-control', forEver);
      return send(file, request, reply);
    });
  }
}

function send(file: DashboardFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { encoding, data, etag } = file.for(request.headers['accept-encoding']);
  void reply.header('vary', 'accept-encoding').header('etag', etag);
  if (request.headers['if-none-match'] === etag) return reply.code(notModified).send();
  if (encoding !== undefined) void reply.header('content-encoding', encoding);
  return reply.type(file.type).send(data);
}

function notBuilt(): SignalboxError {
  return new SignalboxError('NOT_FOUND', 'the dashboard is not built', {
    nextStep: 'Run `npm run build`, and start the gateway again.',
  });
}
