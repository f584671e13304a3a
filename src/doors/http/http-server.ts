import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import fastifySwagger from '@fastify/swagger';
import fastifyWebsocket from '@fastify/websocket';
import fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { SignalboxError } from '../../kernel/index.ts';
import { crossOriginHeaders, preflightHeaders } from './cross-origin.ts';
import { errorAnswer, publicError, statusOf } from './error-answer.ts';
import { failures } from './failures.ts';
import {
  bodyBytesMost,
  headerBytesMost,
  headersTimeoutMs,
  keepAliveTimeoutMs,
  otherConnectionsMost,
  requestTimeoutMs,
  timeoutCheckMs,
} from './limits.ts';
import type { OwnerBook } from './owner-book.ts';
import type { RouteContext } from './route-context.ts';
import { alarmClockRoutes } from './routes/alarm-clock-routes.ts';
import { alertRoutes } from './routes/alert-routes.ts';
import { callRoutes } from './routes/call-routes.ts';
import { configRoutes } from './routes/config-routes.ts';
import { dashboardRoutes } from './routes/dashboard-routes.ts';
import { descriptionRoutes } from './routes/description-routes.ts';
import { diagnosisRoutes } from './routes/diagnosis-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { gatewayRoutes } from './routes/gateway-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { historyExportRoute, historyRoutes } from './routes/history-routes.ts';
import { hubRoutes } from './routes/hub-routes.ts';
import { instrumentRoutes } from './routes/instrument-routes.ts';
import { taskRoutes } from './routes/task-routes.ts';
import { leaseRoutes } from './routes/lease-routes.ts';
import { liveDescription, liveRoutes } from './routes/live-routes.ts';
import { metricsRoutes } from './routes/metrics-routes.ts';
import { minerRoutes } from './routes/miner-routes.ts';
import { minerSystemRoutes } from './routes/miner-system-routes.ts';
import { monitorSocketRoutes } from './routes/monitor-socket-routes.ts';
import { parameterRoutes } from './routes/parameter-routes.ts';
import { playerRoutes } from './routes/player-routes.ts';
import { portRoutes } from './routes/port-routes.ts';
import { scheduleRoutes } from './routes/schedule-routes.ts';
import { sleepRoutes } from './routes/sleep-routes.ts';
import { rateLimitRoutes } from './routes/rate-limit-routes.ts';
import { statusRoutes } from './routes/status-routes.ts';
import { systemRoutes } from './routes/system-routes.ts';
import { threadSafetyRoutes } from './routes/thread-safety-routes.ts';
import { valueRoutes } from './routes/value-routes.ts';
import { watchRoutes } from './routes/watch-routes.ts';
import { workerRoutes } from './routes/worker-routes.ts';
import { errorBody } from './schemas.ts';
import { securityHeaders } from './security-headers.ts';
import { followRequests } from './traced-requests.ts';
import { openApiSchema, zodValidator } from './zod-provider.ts';
import type { HttpServer, ZodTypeProvider } from './zod-provider.ts';

const noContent = 204;

/** The server with all its routes, not yet listening. */
export async function createHttpServer(
  context: RouteContext,
  owners: OwnerBook,
): Promise<HttpServer> {
  const fail = failureHandler(context);
  let requests = 0;
  const server = fastify({
    logger: false,
    bodyLimit: bodyBytesMost,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    http: {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: timeoutCheckMs,
      maxHeaderSize: headerBytesMost,
    },
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, caseSensitive: true },
    genReqId: () => `${context.sinceMs.toString(36)}-${(requests += 1).toString(36)}`,
    clientErrorHandler: answerNonsense,
    frameworkErrors: (error, request, reply) => {
      try {
        context.guard.check(request.raw);
        fail(error, request, reply);
      } catch (refusal) {
        fail(refusal, request, reply);
      }
    },
  }).withTypeProvider<ZodTypeProvider>();
  server.server.maxConnections = context.streams.most + otherConnectionsMost;

  server.setValidatorCompiler(zodValidator);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  server.setErrorHandler(fail);
  acceptJsonOnly(server);
  server.addHook('onRequest', guardHook(context));
  if (context.services.tracing !== undefined) followRequests(server, context.services.tracing);
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    context.requestCounts.add(method, routeOptions.url, reply.statusCode, reply.elapsedTime);
    done();
  });
  await server.register(fastifyWebsocket, {
    // Each socket has its own, which lets its client read what was wrong.
    errorHandler: () => {},
    options: {
      maxPayload: bodyBytesMost,
      // Pongs go out with everything else, within the budget of their client.
      autoPong: false,
      handleProtocols: (offered: Set<string>) => (offered.has('signalbox') ? 'signalbox' : false),
    },
  });
  await describeApi(server, context.version);
  server.setNotFoundHandler(({ method, url }) => {
    const path = url.split('?')[0]?.slice(0, 200);
    throw new SignalboxError('NOT_FOUND', `there is nothing at ${method} ${path}`, {
      nextStep: 'See /openapi.json for what there is.',
    });
  });

  await dashboardRoutes(server);
  descriptionRoutes(server);
  healthRoutes(server, context);
  statusRoutes(server, context);
  portRoutes(server, context);
  instrumentRoutes(server, context);
  callRoutes(server, context);
  workerRoutes(server, context);
  playerRoutes(server, context);
  parameterRoutes(server, context);
  leaseRoutes(server, context);
  valueRoutes(server, context);
  watchRoutes(server, context);
  eventRoutes(server, context);
  alertRoutes(server, context);
  hubRoutes(server, context);
  taskRoutes(server, context);
  scheduleRoutes(server, context);
  sleepRoutes(server, context);
  alarmClockRoutes(server, context);
  gatewayRoutes(server, context);
  systemRoutes(server, context);
  metricsRoutes(server, context);
  minerSystemRoutes(server, context);
  minerRoutes(server, context);
  diagnosisRoutes(server, context);
  configRoutes(server, context);
  threadSafetyRoutes(server, context);
  historyRoutes(server, context);
  historyExportRoute(server, context);
  rateLimitRoutes(server, context);
  liveRoutes(server, context, owners);
  monitorSocketRoutes(server, context, owners);
  await server.ready();
  return server;
}

type Fail = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

function failureHandler({ log, guard }: RouteContext): Fail {
  return (error, request, reply) => {
    const shown = publicError(error, request.id);
    const facts = { requestId: request.id, method: request.method, code: shown.code };
    if (shown.code === 'INTERNAL') log.error('a request failed', { ...facts, error });
    else log.debug('a request was refused', { ...facts, message: shown.message });
    const { retryAfterMs } = shown.details;
    if (typeof retryAfterMs === 'number') {
      void reply.header('retry-after', String(Math.ceil(retryAfterMs / 1_000)));
    }
    if (shown.code === 'AUTHENTICATION_REQUIRED') {
      void reply.header('www-authenticate', 'Bearer realm="signalbox"');
    }
    // A body that was refused unread must not become the next request of the connection.
    if (shown.fault === 'caller' && !request.raw.complete) {
      void reply.header('connection', 'close');
    }
    // A connection that asked to be upgraded is no longer one that the HTTP server closes.
    if (request.headers.upgrade !== undefined) {
      reply.raw.once('finish', () => request.raw.socket.destroySoon());
    }
    void reply
      .headers({ ...securityHeaders, ...crossOriginHeaders(guard, request.headers.origin) })
      .code(statusOf(shown))
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(errorAnswer(shown, request.id)));
  };
}

/** What is not HTTP at all, or came too slowly: there is no request that could be checked. */
function answerNonsense(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const shown = new SignalboxError('BAD_ARGUMENT', 'what came is no complete HTTP request', {
    details: { reason: error.code ?? 'unknown' },
  });
  const body = JSON.stringify(errorAnswer(shown, 'none'));
  const status = statusOf(shown);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Runs before everything else, for every path, upgrade and answer that nothing is there. */
function guardHook({ guard, rateLimits }: RouteContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    guard.check(request.raw);
    rateLimits.check(request.raw);
    const { origin } = request.headers;
    reply.headers({ ...securityHeaders, ...crossOriginHeaders(guard, origin) });
    if (request.method !== 'OPTIONS') return undefined;
    return await reply.headers(preflightHeaders(guard, origin)).code(noContent).send();
  };
}

function acceptJsonOnly(server: HttpServer): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null);
    else void parse(request, body.toString(), done);
  });
}

async function describeApi(server: HttpServer, version: string): Promise<void> {
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Signalbox',
        version,
        description:
          'Lets any number of programs share one instrument, and none of them can break another. ' +
          liveDescription,
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{}, { bearer: [] }],
    },
    transform: ({ schema, url }) => ({
      schema: openApiSchema(schema ?? {}, { ...failures(), default: errorBody }),
      url,
    }),
  });
}
