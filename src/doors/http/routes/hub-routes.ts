import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import type { HubClient, Topic } from '../../../telemetry/index.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

/** So many clients, and so many topics, are listed at once. */
const listedMost = 1_000;
const listedDefault = 100;

/** Who listens to what. */
export function hubRoutes(server: HttpServer, { hub }: RouteContext): void {
  const topicReport = z.object({
    topic: z.string(),
    kind: z.enum(['values', 'events', 'flow']),
    sequence: z.number().describe('Of its newest update in this run of the gateway'),
    clients: z.number().describe('How many listen to it'),
  });
  const clientReport = z.object({
    client: z.string(),
    sinceMs: z.number(),
    subscribed: z.array(z.string()),
    topics: z.array(z.string()).describe('What that is of the topics that there are'),
    waitingBytes: z.number().describe('What was sent to it and it has not taken'),
  });
  const limit = z.coerce.number().int().min(0).max(listedMost).optional();
  const schema = {
    summary: 'Who listens to what: connections, topics of each client, clients of each topic',
    tags: ['streams'],
    querystring: z.object({
      topic: z.string().max(200).optional().describe('Only clients of this topic'),
      limit: limit.describe(`So many clients and topics at most; default ${listedDefault}`),
    }),
    response: {
      200: answer(
        'How the hub stands',
        z.object({
          epoch: z.string(),
          updates: z.number().describe('Published on all topics in this run of the gateway'),
          connections: z.number(),
          cut: z.number().describe('Clients that had to be cut off because they were too slow'),
          topicCount: z.number(),
          topics: z.array(topicReport),
          clients: z.array(clientReport),
        }),
      ),
      ...failures('NOT_FOUND'),
    },
  };
  server.get(
    '/api/v1/hub',
    { schema },
    ({ query: { topic: name, limit: most = listedDefault } }) => {
      const only = name === undefined ? undefined : hub.find(name);
      if (name !== undefined && only === undefined) {
        throw new SignalboxError('NOT_FOUND', `there is no topic '${name}'`);
      }
      const all = hub.topics();
      const listed = only === undefined ? all : [only];
      const clients = only === undefined ? hub.clients() : clientsOf(only);
      return {
        epoch: hub.epoch,
        updates: hub.position,
        connections: hub.clientCount,
        cut: hub.cut,
        topicCount: all.length,
        topics: listed.slice(0, most).map(reportOfTopic),
        clients: Array.from(Iterator.from(clients).take(most), reportOfClient),
      };
    },
  );
}

function reportOfTopic(topic: Topic): object {
  const { name, kind, sequence } = topic;
  return { topic: name, kind, sequence, clients: topic.clientCount };
}

function reportOfClient(client: HubClient): object {
  return {
    client: client.label,
    sinceMs: client.sinceMs,
    subscribed: client.patterns,
    topics: client.topics().map(({ name }) => name),
    waitingBytes: client.outbox.waitingBytes,
  };
}

function* clientsOf({ audiences }: Topic): Generator<HubClient> {
  for (const audience of audiences) yield* audience.clients;
}
