import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import { sampledForMs, sampleEveryMs } from '../../../telemetry/index.ts';
import type { SystemSample } from '../../../telemetry/index.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { SystemSource } from '../services.ts';
import type { HttpServer } from '../zod-provider.ts';

const secondsMost = sampledForMs / 1_000;

const distribution = z.object({ p50Ms: z.number(), p99Ms: z.number(), longestMs: z.number() });

const sample = z.looseObject({
  atMs: z.number(),
  uptimeMs: z.number(),
  cpuShare: z.number().describe('Of one core since the sample before; 1.5 is one and a half cores'),
  rssBytes: z.number(),
  heapUsedBytes: z.number(),
  heapTotalBytes: z.number(),
  externalBytes: z.number(),
  eventLoopDelay: distribution.describe('How long what was due waited, since the sample before'),
  openFiles: z.number().optional(),
  ports: z.number(),
  instruments: z.number(),
  clients: z.number(),
});

const column = z.array(z.number().nullable());

/** What each sample has, under the name that its column gets. */
const columns: Readonly<Record<string, (sample: SystemSample) => number | null>> = {
  atMs: ({ atMs }) => atMs,
  cpuShare: ({ cpuShare }) => round(cpuShare),
  rssBytes: ({ rssBytes }) => rssBytes,
  heapUsedBytes: ({ heapUsedBytes }) => heapUsedBytes,
  eventLoopDelayP50Ms: ({ eventLoopDelay }) => eventLoopDelay.p50Ms,
  eventLoopDelayP99Ms: ({ eventLoopDelay }) => eventLoopDelay.p99Ms,
  eventLoopDelayLongestMs: ({ eventLoopDelay }) => eventLoopDelay.longestMs,
  openFiles: ({ openFiles }) => openFiles ?? null,
  clients: ({ clients }) => clients,
};

/** How the process of the gateway stands, and stood over the last hour. */
export function systemRoutes(server: HttpServer, context: RouteContext): void {
  const { services, version, sinceMs } = context;
  const show = {
    summary: 'CPU, memory and event loop of the gateway, now and over the last hour',
    tags: ['gateway'],
    querystring: z.object({
      seconds: z.coerce
        .number()
        .int()
        .min(0)
        .max(secondsMost)
        .optional()
        .describe(`How much of the past; 0 for none of it. Default ${secondsMost}`),
    }),
    response: {
      200: answer(
        'How it stands; the history as columns, oldest first',
        z.looseObject({
          version: z.string(),
          node: z.string(),
          pid: z.number(),
          sinceMs: z.number().describe('When the gateway began'),
          now: sample,
          history: z.looseObject({
            everyMs: z.number(),
            ...Object.fromEntries(Object.keys(columns).map((name) => [name, column])),
          }),
        }),
      ),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/system', { schema: show }, ({ query }) => {
    const system = systemOf(services.system);
    const now = system.latest();
    const fromMs = now.atMs - (query.seconds ?? secondsMost) * 1_000;
    const kept = query.seconds === 0 ? [] : system.history().filter(({ atMs }) => atMs >= fromMs);
    return {
      version,
      node: process.versions.node,
      pid: process.pid,
      sinceMs,
      now: { ...now, cpuShare: round(now.cpuShare) },
      history: {
        everyMs: sampleEveryMs,
        ...Object.fromEntries(
          Object.entries(columns).map(([name, valueOf]) => [name, kept.map(valueOf)]),
        ),
      },
    };
  });
}

/** @throws NOT_FOUND */
export function systemOf(system: SystemSource | undefined): SystemSource {
  if (system !== undefined) return system;
  throw new SignalboxError('NOT_FOUND', 'this gateway does not look at its process');
}

function round(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
