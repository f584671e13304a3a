import { z } from 'zod';

import type { DirectoryWorker } from '../../door.ts';
import type { PortStatus } from '../../../ports/index.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const unavailable = 503;

/** For what looks after the process: is it alive, and can it be used. */
export function healthRoutes(server: HttpServer, { directory }: RouteContext): void {
  const live = {
    summary: 'Whether the gateway runs; depends on no device',
    tags: ['health'],
    response: { 200: answer('It runs', z.object({ status: z.literal('live') })) },
  };
  server.get('/livez', { schema: live }, () => ({ status: 'live' }));

  const part = z.object({ ready: z.boolean(), state: z.string(), reason: z.string().optional() });
  const report = z.object({
    status: z.enum(['ready', 'not-ready']),
    ports: z.record(z.string(), part),
    workers: z.record(z.string(), part),
    subsystems: z.record(z.string(), part),
  });
  const ready = {
    summary: 'Whether every port, worker and other part can be used, and why not',
    description:
      'A port that was released on purpose counts as ready, and so does a worker no port of which is used.',
    tags: ['health'],
    response: {
      200: answer('All is ready', report),
      503: answer('Something is not ready', report),
    },
  };
  server.get('/readyz', { schema: ready }, (_request, reply) => {
    const ports = Array.from(directory.ports.values(), (port) => port.status());
    const subsystems = directory.subsystems();
    const workers = Array.from(directory.workers?.values() ?? [], (each) => ({
      ...each.worker.status,
      isReady: isWorkerReady(each, ports),
    }));
    const isReady =
      ports.every(isPortReady) && [...workers, ...subsystems].every((each) => each.isReady);
    void reply.code(isReady ? 200 : unavailable);
    return {
      status: isReady ? 'ready' : 'not-ready',
      ports: Object.fromEntries(
        ports.map((port) => [
          port.name,
          {
            ready: isPortReady(port),
            state: port.state,
            ...(port.reason === undefined ? {} : { reason: port.reason }),
          },
        ]),
      ),
      workers: Object.fromEntries(
        workers.map(({ name, isReady: ready, state, reason }) => [
          name,
          { ready, state, ...(reason === undefined ? {} : { reason }) },
        ]),
      ),
      subsystems: Object.fromEntries(
        subsystems.map(({ name, isReady: ready, ...rest }) => [name, { ready, ...rest }]),
      ),
    };
  });
}

/** One that nobody uses is not to run. */
function isWorkerReady(
  { worker, ports: names }: DirectoryWorker,
  ports: readonly PortStatus[],
): boolean {
  if (worker.state === 'ready') return true;
  return ports.every(({ name, state }) => state === 'released' || !names.includes(name));
}

function isPortReady({ state }: PortStatus): boolean {
  return state === 'open' || state === 'released';
}
