import { z } from 'zod';

import type { Directory, DirectoryWorker } from '../../door.ts';
import { failures } from '../failures.ts';
import { openStream } from '../open-stream.ts';
import { resultValue } from '../result-value.ts';
import { instrumentOf } from '../route-context.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, name } from '../schemas.ts';
import { workerReport } from '../worker-report.ts';
import type { HttpServer } from '../zod-provider.ts';

/** Workers: how they stand, and what they say unasked. */
export function workerRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, callers } = context;
  const all = {
    summary: 'All workers: state, process, restarts, calls under way, statistics',
    tags: ['workers'],
    response: {
      200: answer(
        'The workers',
        z.object({ workers: z.array(z.looseObject({ name: z.string(), state: z.string() })) }),
      ),
    },
  };
  server.get('/api/v1/workers', { schema: all }, () => ({
    workers: Array.from(directory.workers?.values() ?? [], workerReport),
  }));

  const functions = {
    summary: 'The functions of the library that drives the instrument',
    description:
      'As the driver or the worker describes them; none while that is not ready, or where there is none.',
    tags: ['instruments'],
    params: z.object({ instrument: name }),
    response: {
      200: answer(
        'Its functions',
        z.object({ functions: z.array(z.looseObject({ name: z.string() })) }),
      ),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/instruments/:instrument/functions', { schema: functions }, (request) => {
    const { driver, port } = instrumentOf(directory, request.params.instrument);
    if (driver.functions !== undefined) return { functions: driver.functions };
    const known = workerOf(directory, port.name)?.worker.status.introduction?.functions ?? [];
    return { functions: known.filter(({ name: each }) => driver.offers?.(each) === true) };
  });

  const events = {
    summary: 'What the worker of an instrument says unasked, as server-sent events',
    description:
      'Each event has the name that the worker gave it in `data.name`; `gap` says how many a slow ' +
      'client missed. An instrument without a worker has none. `dropped` is the last, and says why.',
    tags: ['streams'],
    params: z.object({ instrument: name }),
    response: {
      200: z.string().describe('text/event-stream'),
      ...failures('NOT_FOUND', 'LEASE_LOST'),
    },
  };
  server.get('/api/v1/instruments/:instrument/events', { schema: events }, (request, reply) => {
    const { port } = instrumentOf(directory, request.params.instrument);
    const found = workerOf(directory, port.name);
    const { by } = callers.of(request, reply);
    const stream = openStream(context, request, reply, { what: 'worker events', by });
    const listener = found?.worker.on('event', ({ name: event, data }) => {
      stream.send({ event: 'event', data: { name: event, data: eventData(data) } });
    });
    stream.signal.addEventListener('abort', () => listener?.[Symbol.dispose](), { once: true });
  });
}

function workerOf({ workers }: Directory, port: string): DirectoryWorker | undefined {
  return workers?.values().find(({ ports }) => ports.includes(port));
}

/** What is too much for an answer is too much for an event: that it came is told all the same. */
function eventData(data: unknown): unknown {
  try {
    return resultValue(data);
  } catch {
    return null;
  }
}
