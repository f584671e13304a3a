import type { FastifyRequest } from 'fastify';

import type { IncomingSpan, Tracing } from '../../telemetry/index.ts';
import type { HttpServer } from './zod-provider.ts';

const failedFrom = 500;

/** Each request is a span, as a part of what its caller follows (`traceparent`). W3C Trace Context. */
export function followRequests(server: HttpServer, tracing: Pick<Tracing, 'incoming'>): void {
  const spans = new WeakMap<FastifyRequest, IncomingSpan>();
  server.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, headers } = request;
    const route = routeOptions.url ?? '(none)';
    spans.set(
      request,
      tracing.incoming({
        name: `${method} ${route}`,
        attributes: {
          'http.request.method': method,
          'http.route': route,
          'signalbox.door': 'http',
          'signalbox.request.id': request.id,
        },
        traceparent: one(headers['traceparent']),
        tracestate: one(headers['tracestate']),
      }),
    );
    done();
  });
  // Not before the body has come: what arrives on a socket goes on from where the socket was made.
  server.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else span.run(done);
  });
  server.addHook('onResponse', (request, { statusCode }, done) => {
    const attributes = { 'http.response.status_code': statusCode };
    spans.get(request)?.end(attributes, statusCode >= failedFrom);
    done();
  });
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
