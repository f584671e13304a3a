import { statfs } from 'node:fs/promises';
import { arch, cpus, freemem, hostname, platform, release, totalmem } from 'node:os';
import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import { sampledForMs } from '../../../telemetry/index.ts';
import type { SystemSample } from '../../../telemetry/index.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';
import { systemOf } from './system-routes.ts';

const percent = 100;
const historyHours = sampledForMs / 3_600_000;

/** The routes by which programs of a miner monitor ask how its server is. */
export function minerSystemRoutes(server: HttpServer, context: RouteContext): void {
  const { services, directory, version, sinceMs, clock } = context;
  const tags = ['miners'];
  const response = (description: string): object => ({
    200: answer(description),
    ...failures('NOT_FOUND'),
  });

  const info = {
    summary: 'The machine and the program, as a miner monitor tells of them',
    tags,
    response: response('The machine'),
  };
  server.get('/api/system/info', { schema: info }, () => ({
    app_version: version,
    node_version: process.versions.node,
    platform: platform(),
    platform_release: release(),
    architecture: arch(),
    hostname: hostname(),
    processor: cpus()[0]?.model ?? 'unknown',
    cpu_count: cpus().length,
    total_memory: totalmem(),
    start_time: new Date(sinceMs).toISOString(),
  }));

  const metrics = {
    summary: 'CPU, memory and disk, as a miner monitor tells of them',
    tags,
    response: response('How they are'),
  };
  server.get('/api/system/metrics', { schema: metrics }, async () => {
    const latest = systemOf(services.system).latest();
    const disk = await statfs('/').catch(() => undefined);
    const total = totalmem();
    const used = total - freemem();
    return {
      timestamp: new Date(latest.atMs).toISOString(),
      uptime: latest.uptimeMs / 1_000,
      cpu: { percent: cpuPercent(latest), count: cpus().length },
      memory: {
        total,
        used,
        available: freemem(),
        percent: (used / total) * percent,
        process_rss: latest.rssBytes,
      },
      ...(disk === undefined
        ? {}
        : {
            disk: {
              total: disk.blocks * disk.bsize,
              used: (disk.blocks - disk.bfree) * disk.bsize,
              free: disk.bavail * disk.bsize,
              percent: (1 - disk.bavail / disk.blocks) * percent,
            },
          }),
      miners: directory.instruments.size,
      connections: latest.clients,
    };
  });

  const history = {
    summary: 'CPU and memory of the last hour, as a miner monitor tells of them',
    tags,
    querystring: z.object({
      hours: z.coerce.number().min(0).max(historyHours).optional().describe('Default 1'),
    }),
    response: response('Oldest first'),
  };
  server.get('/api/system/metrics/history', { schema: history }, ({ query }) => {
    const system = systemOf(services.system);
    const fromMs = clock.now() - (query.hours ?? historyHours) * 3_600_000;
    const kept = system.history().filter(({ atMs }) => atMs >= fromMs);
    const column = (valueOf: (sample: SystemSample) => number): object[] =>
      kept.map((each) => ({ timestamp: new Date(each.atMs).toISOString(), value: valueOf(each) }));
    return { cpu: column(cpuPercent), memory: column(({ rssBytes }) => rssBytes) };
  });

  const database = {
    summary: 'What is recorded, as a miner monitor tells of it',
    tags,
    response: response('The database'),
  };
  server.get('/api/system/database', { schema: database }, () => {
    const status = services.recorder?.();
    if (status === undefined) throw new SignalboxError('NOT_FOUND', 'nothing is recorded here');
    const { state, error, series, stored, waiting, dropped, storedMs } = status;
    return {
      status: state,
      ...(error === undefined ? {} : { error: error.message }),
      series,
      stored,
      waiting,
      dropped,
      last_write: storedMs === undefined ? null : new Date(storedMs).toISOString(),
    };
  });

  const health = {
    summary: 'Whether all works, as a miner monitor tells of it',
    tags: ['health'],
    response: response('It answers, also when something does not work'),
  };
  server.get('/api/health', { schema: health }, async () => {
    const found = await services.diagnosis?.findings();
    const wrong = found?.checks.filter((each) => !each.passed && each.isWarning !== true) ?? [];
    return {
      status: wrong.length === 0 ? 'healthy' : 'degraded',
      version,
      timestamp: new Date(clock.now()).toISOString(),
      problems: wrong.map(({ name, found: why }) => `${name}: ${why}`),
    };
  });
}

/** Of all cores together, as `psutil` tells it. */
function cpuPercent({ cpuShare }: SystemSample): number {
  return (cpuShare / Math.max(1, cpus().length)) * percent;
}
