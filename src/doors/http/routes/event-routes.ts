import { z } from 'zod';

import type { LoggedEvent } from '../event-log.ts';
import { failures } from '../failures.ts';
import { EventStream } from '../event-stream.ts';
import type { StreamEvent } from '../event-stream.ts';
import type { RouteContext } from '../route-context.ts';
import { streamHeaders } from '../stream-headers.ts';
import type { HttpServer } from '../zod-provider.ts';

/** What happens on the ports, to the settings, and to alarms and jobs, as server-sent events. */
export function eventRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, callers, clock, streams, guard, eventLog, log } = context;
  const schema = {
    summary:
      'What happens on the ports, to the settings, and to alarms and jobs, as server-sent events',
    description:
      'First `snapshot` with all ports, or after a break (header Last-Event-ID) the events that ' +
      'were missed, where they are still kept. Then `state`, `leaseGranted`, `leaseEnded`, ' +
      '`leaseHeldLong`, `audit`, `circuit`; `config` with the keys of settings that changed; `run`, ' +
      '`notice` (what people should hear of), `alarm` and `sleepTimer`. `gap` says how many a slow ' +
      'client missed; a `snapshot` follows it. `dropped` is the last, and says why.',
    tags: ['streams'],
    headers: z.looseObject({ 'last-event-id': z.string().max(20).optional() }),
    response: { 200: z.string().describe('text/event-stream'), ...failures('LEASE_LOST') },
  };
  server.get('/api/v1/events', { schema }, (request, reply) => {
    const { by } = callers.of(request, reply);
    streams.check();
    reply.hijack();
    const snapshot = (): StreamEvent => ({
      event: 'snapshot',
      id: String(eventLog.sequence),
      data: { ports: Array.from(directory.ports.values(), (port) => port.status()) },
    });
    const stream = new EventStream({
      response: reply.raw,
      clock,
      headers: streamHeaders(guard, request),
      dropped: (error) => log.info('a stream was ended', { owner: by, error }),
      afterGap: snapshot,
    });
    const place = streams.add(() => stream[Symbol.dispose]());
    const send = ({ sequence, event, ...rest }: LoggedEvent): void =>
      stream.send({ event, id: String(sequence), data: { event, ...rest } });
    const missed = missedBy(request.headers['last-event-id'], context);
    if (missed === undefined) stream.send(snapshot());
    else for (const event of missed) send(event);
    const listener = eventLog.events.on('added', send);
    stream.signal.addEventListener(
      'abort',
      () => {
        listener[Symbol.dispose]();
        place[Symbol.dispose]();
      },
      { once: true },
    );
  });
}

function missedBy(lastId: unknown, { eventLog }: RouteContext): readonly LoggedEvent[] | undefined {
  if (typeof lastId !== 'string' || !/^\d{1,15}$/.test(lastId)) return undefined;
  return eventLog.after(Number(lastId));
}
