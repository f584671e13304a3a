import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import { checkPattern, patternsMost } from '../../../telemetry/index.ts';
import type { Resume } from '../../../telemetry/index.ts';
import { failures } from '../failures.ts';
import { openStream } from '../open-stream.ts';
import type { RouteContext } from '../route-context.ts';
import type { HttpServer } from '../zod-provider.ts';

/** What is told of unless other topics are asked for. */
export const eventTopics: readonly string[] = [
  'ports.*',
  'instruments',
  'alerts',
  'schedules',
  'config',
];

/** What happens in the gateway, as server-sent events. */
export function eventRoutes(server: HttpServer, context: RouteContext): void {
  const schema = {
    summary: 'What happens in the gateway, or on any topics, as server-sent events',
    description:
      'First a `snapshot` of each topic that has a state, or after a break (header Last-Event-ID) the ' +
      'events that were missed; of a topic of which some are not kept any more a `snapshot` with ' +
      '`gap`. Then `ready`, and what happens: of ports `state`, `leaseGranted`, `leaseEnded`, ' +
      '`leaseHeldLong`, `audit`, `circuit`; of instruments `added`, `removed`, `changed`; of alerts ' +
      '`raised`, `cleared`, `acknowledged`, `silenced`; of alarms and jobs `run`, `notice` (what people ' +
      'should hear of), `alarm`, `sleepTimer`; `config` with the keys of settings that changed. Each ' +
      'has `topic` and `sequence`, which counts up by one. Other topics are `values.INSTRUMENT`, ' +
      '`traffic.PORT` and `system`. A client that is too slow for events is ended with `dropped`, which ' +
      'says why; it misses nothing when it comes back soon.',
    tags: ['streams'],
    headers: z.looseObject({ 'last-event-id': z.string().max(100).optional() }),
    querystring: z.object({
      topics: z.string().min(1).max(10_000).optional().describe('values.*,ports.bus,traffic.>'),
    }),
    response: {
      200: z.string().describe('text/event-stream'),
      ...failures('LEASE_LOST'),
    },
  };
  server.get('/api/v1/events', { schema }, (request, reply) => {
    const topics = topicsOf(request.query.topics);
    const resume = resumeOf(request.headers['last-event-id']);
    const { by } = context.callers.of(request, reply);
    const stream = openStream(context, request, reply, { what: 'events', by });
    stream.subscribe(topics, resume);
  });
}

/** @throws BAD_ARGUMENT */
function topicsOf(text: string | undefined): readonly string[] {
  if (text === undefined) return eventTopics;
  const topics = [...new Set(text.split(',').map((topic) => topic.trim()))];
  for (const topic of topics) checkPattern(topic);
  if (topics.length <= patternsMost) return topics;
  throw new SignalboxError('BAD_ARGUMENT', `${topics.length} topics are more than ${patternsMost}`);
}

/** What is no id of ours is of another epoch: everything may have been missed. */
function resumeOf(lastId: unknown): Resume | undefined {
  if (typeof lastId !== 'string') return undefined;
  const parts = /^(?<epoch>[\w-]{1,64})\.(?<position>\d{1,15})$/.exec(lastId)?.groups;
  return { epoch: parts?.['epoch'] ?? '', position: Number(parts?.['position'] ?? 0) };
}
