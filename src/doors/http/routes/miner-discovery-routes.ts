import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { DiscoveredPlaces } from '../services.ts';
import type { TaskStatus } from '../tasks.ts';
import type { HttpServer } from '../zod-provider.ts';

const accepted = 202;
const portsMost = 50;
const msPerSecond = 1_000;

const status = z.looseObject({
  status: z.enum(['idle', 'running', 'completed', 'stopped', 'failed']),
  progress: z.number().describe('0 to 100'),
  message: z.string(),
  network: z.string().nullable(),
  discovered_miners: z.array(z.looseObject({ id: z.string(), type: z.string() })),
});

/** Looking for miners in a network, one search at a time, as clients of the solo miner monitor do it. */
export function minerDiscoveryRoutes(server: HttpServer, context: RouteContext): void {
  const { callers, services, tasks } = context;
  const tags = ['miners'];
  let search: { readonly id: string; readonly network: string } | undefined;

  const begin = {
    summary: 'Begins to look for miners in a network',
    description:
      'Each address is asked. Networks of more than 65,536 addresses, and those that are not private, are refused.',
    tags,
    body: z.strictObject({
      network: z.string().min(1).max(40).describe('192.168.1.0/24'),
      ports: z
        .array(z.number().int().min(1).max(65_535))
        .min(1)
        .max(portsMost)
        .optional()
        .describe('80 for pages and 4028 for cgminer unless given; others are asked for both'),
      timeout: z.number().min(1).max(60).default(2).describe('s, for each address'),
    }),
    response: {
      202: answer('It was begun', status),
      ...failures('NOT_FOUND', 'LEASE_LOST', 'CONFIG_CONFLICT'),
    },
  };
  server.post('/api/discovery', { schema: begin }, (request, reply) => {
    const { discoverPlaces: scan } = services;
    if (scan === undefined) {
      throw new SignalboxError('NOT_FOUND', 'this gateway cannot look for instruments');
    }
    if (current()?.state === 'running') {
      throw new SignalboxError(
        'QUEUE_FULL',
        `${search?.network ?? 'a network'} is being searched already`,
        {
          nextStep: 'Wait for its end, or stop it with POST /api/discovery/stop.',
        },
      );
    }
    const { by } = callers.of(request, reply);
    const { network, ports, timeout } = request.body;
    const wish = {
      where: [],
      addresses: [],
      networks: [network],
      timeoutMs: timeout * msPerSecond,
      ...(ports === undefined ? {} : { ports }),
    };
    const task = tasks.start(`discover ${network}`, (task) => scan(wish, { ...task, by }));
    search = { id: task.id, network };
    return reply.code(accepted).send(report());
  });

  const show = {
    summary: 'How far the search is, and what it found',
    tags,
    response: { 200: answer('The search', status), ...failures() },
  };
  server.get('/api/discovery/status', { schema: show }, () => report());

  const stop = {
    summary: 'Ends the search',
    tags,
    response: { 200: answer('The search', status), ...failures('LEASE_LOST') },
  };
  server.post('/api/discovery/stop', { schema: stop }, (request, reply) => {
    callers.of(request, reply);
    if (search !== undefined && current()?.state === 'running') tasks.cancel(search.id);
    return report();
  });

  function current(): TaskStatus | undefined {
    try {
      return search === undefined ? undefined : tasks.status(search.id);
    } catch {
      // So long ago that it was forgotten.
      return undefined;
    }
  }

  function report(): object {
    const task = current();
    if (task === undefined) {
      return { status: 'idle', progress: 0, message: '', network: null, discovered_miners: [] };
    }
    const { error } = task;
    const isStopped = error?.code === 'CANCELLED';
    const state = {
      running: 'running',
      done: 'completed',
      failed: isStopped ? 'stopped' : 'failed',
    };
    return {
      status: state[task.state],
      progress: Math.round(task.share * 100),
      message: error?.message ?? task.message,
      network: search?.network ?? null,
      discovered_miners: minersOf(task.result as DiscoveredPlaces | undefined),
    };
  }
}

function minersOf(result: DiscoveredPlaces | undefined): object[] {
  return (result?.places ?? []).flatMap(({ place, found }) =>
    found.map(({ name, identity, details, known }) => {
      const type = details?.['type'];
      const { url, address } = place as { readonly url?: string; readonly address?: string };
      const { hostname = '', port = '' } = URL.parse(url ?? `tcp://${address ?? ''}`) ?? {};
      return {
        id: known ?? name ?? '',
        type: typeof type === 'string' ? type : '',
        ip_address: hostname,
        port: port === '' ? 80 : Number(port),
        name: identity?.text ?? name ?? '',
        mac: details?.['mac'] ?? null,
        already_added: known !== undefined,
      };
    }),
  );
}
