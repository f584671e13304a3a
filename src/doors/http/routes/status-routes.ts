import { z } from 'zod';

import type { RateLimitReport, RateLimits } from '../rate-limits.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, doorStatus, portStatus } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';
import { workerReport } from '../worker-report.ts';
import { instrumentReport } from './instrument-report.ts';

/** The gateway as a whole. */
export function statusRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, version, sinceMs, rateLimits, hub } = context;
  const schema = {
    summary: 'The gateway, its ports, doors, instruments, workers, runtimes and actors',
    tags: ['gateway'],
    response: {
      200: answer(
        'How everything stands now',
        z.looseObject({
          version: z.string(),
          sinceMs: z.number(),
          pid: z.number(),
          ports: z.array(portStatus),
          doors: z.array(doorStatus),
          instruments: z.array(z.looseObject({ name: z.string() })),
          workers: z.array(z.looseObject({ name: z.string(), state: z.string() })),
          subsystems: z.array(
            z.looseObject({ name: z.string(), ready: z.boolean(), state: z.string() }),
          ),
          hub: z.object({ connections: z.number(), topics: z.number(), cut: z.number() }),
          rateLimits: z.looseObject({ refused: z.number(), blocked: z.array(z.looseObject({})) }),
        }),
      ),
    },
  };
  server.get('/api/v1/status', { schema }, () => ({
    version,
    sinceMs,
    pid: process.pid,
    ports: Array.from(directory.ports.values(), (port) => port.status()),
    doors: directory.doors.map((door) => door.status()),
    instruments: Array.from(directory.instruments.values(), instrumentReport),
    workers: Array.from(directory.workers?.values() ?? [], workerReport),
    subsystems: directory.subsystems().map(({ isReady, ...rest }) => ({ ...rest, ready: isReady })),
    hub: { connections: hub.clientCount, topics: hub.topicCount, cut: hub.cut },
    rateLimits: refusals(rateLimits),
  }));
}

/** Who asks too often; what the limits are has a route of its own. */
function refusals(rateLimits: RateLimits): Pick<RateLimitReport, 'refused' | 'blocked'> {
  const { refused, blocked } = rateLimits.report();
  return { refused, blocked };
}
