import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import { isSignalboxError, SignalboxError, asSignalboxError } from '../../../kernel/index.ts';
import { minerTypeOf } from '../../../instruments/index.ts';
import type { HistoryReader } from '../../../telemetry/index.ts';
import { failures, inAConfiguration, inAWrite, onTheWire } from '../failures.ts';
import type { Call } from '../callers.ts';
import { MinerDesk } from '../miners/miner-desk.ts';
import { metricParameters, metricsOf } from '../miners/miner-record.ts';
import { minerSettings } from '../miners/miner-settings.ts';
import { ValidationCounts } from '../miners/validation-counts.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, name } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';
import { minerDiscoveryRoutes } from './miner-discovery-routes.ts';
import { minerSettingsRoutes } from './miner-settings-routes.ts';

const created = 201;
const bulkMost = 1_000;
const pointsUsual = 200;
const pointsMost = 1_000;
const dayMs = 86_400_000;

const hostName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'an IPv4 address or a name')
  .describe('IPv4 address or name');
const tcpPort = z.number().int().min(1).max(65_535);
const title = z.string().min(1).max(100);
const time = z.string().max(40).describe('ISO 8601, or ms since 1970');

const record = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  ip_address: z.string(),
  port: z.number(),
  status: z.enum(['connected', 'online', 'offline', 'error']),
  last_error: z.string().nullable(),
  added_at: z.string().nullable(),
  last_updated: z.string().nullable(),
  metrics: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  pool_info: z.object({ url: z.string().nullable(), user: z.string().nullable() }),
});

/**
 * Miners as clients of the solo miner monitor know them. They are instruments: to add one is one change of
 * the configuration, and what is shown are the newest values that were polled.
 */
export function minerRoutes(server: HttpServer, context: RouteContext): void {
  const { callers, services, clock } = context;
  const desk = new MinerDesk(context);
  const counts = new ValidationCounts();
  const tags = ['miners'];
  const params = z.object({ id: name });

  const list = {
    summary: 'All miners, with the newest that is known of them',
    tags,
    response: {
      200: answer('The miners', z.object({ miners: z.array(record), total: z.number() })),
      ...failures(),
    },
  };
  server.get('/api/miners', { schema: list }, async () => {
    const miners = await desk.all();
    return { miners, total: miners.length };
  });

  const add = {
    summary: 'Adds a miner',
    description:
      'One change of the configuration, which adds a port and an instrument and holds at once. A miner that ' +
      'does not answer now is added all the same; its `status` says so. Types: bitaxe, avalon_nano, cgminer, ' +
      'magic_miner, and other words for them (avalon, bg02).',
    tags,
    body: z.strictObject({
      type: z.string().max(40),
      ip_address: hostName,
      port: tcpPort.optional(),
      name: title.optional(),
    }),
    response: { 201: answer('The miner', record), ...failures(...inAConfiguration) },
  };
  server.post('/api/miners', { schema: add, attachValidation: true }, async (request, reply) => {
    const call = callers.of(request, reply);
    const made = await counted(request, async () => {
      const { type, ip_address: host, ...more } = request.body;
      return await desk.add({ type: minerTypeOf(type), host, ...more }, call);
    });
    return await reply.code(created).send(made);
  });

  const one = {
    summary: 'A miner',
    tags,
    params,
    response: { 200: answer('The miner', record), ...failures('NOT_FOUND') },
  };
  server.get('/api/miners/:id', { schema: one }, async ({ params: { id } }) => await desk.one(id));

  const change = {
    summary: 'Changes a miner: what it is called, where it is, and what it is set to',
    description:
      'Settings are checked against the ranges of all miners, those of its type, and those of the device. ' +
      'Bitaxe: frequency 400 to 600 MHz, voltage 1.0 to 1.3 V, fan_speed, temperature_target. Avalon: mode, led.',
    tags,
    params,
    body: z.strictObject({
      name: title.optional(),
      ip_address: hostName.optional(),
      port: tcpPort.optional(),
      settings: minerSettings.optional(),
    }),
    response: {
      200: answer('The miner', record),
      ...failures(...inAConfiguration, ...inAWrite, 'INSTRUMENT_REPLACED'),
    },
  };
  server.put(
    '/api/miners/:id',
    { schema: change, attachValidation: true },
    async (request, reply) => {
      const call = callers.of(request, reply);
      return await counted(request, async () => {
        const { ip_address: host, ...more } = request.body;
        return await desk.update(request.params.id, { host, ...more }, call);
      });
    },
  );

  const remove = {
    summary: 'Takes a miner away, with its port',
    tags,
    params,
    response: {
      200: answer('It is gone', z.object({ message: z.string() })),
      ...failures(...inAConfiguration),
    },
  };
  server.delete('/api/miners/:id', { schema: remove }, async (request, reply) => {
    const { id } = request.params;
    await desk.remove(id, callers.of(request, reply));
    return { message: `${id} was removed` };
  });

  const restart = {
    summary: 'Restarts a miner; it is gone for 10 to 20 seconds',
    tags,
    params,
    response: {
      200: answer('It restarts', z.object({ message: z.string() })),
      ...failures('NOT_FOUND', ...onTheWire, 'OUTCOME_UNKNOWN', 'INSTRUMENT_REPLACED'),
    },
  };
  server.post('/api/miners/:id/restart', { schema: restart }, async (request, reply) => {
    const { id } = request.params;
    await desk.restart(id, callers.of(request, reply));
    return { message: `${id} restarts` };
  });

  const newest = {
    summary: 'The newest figures of a miner',
    description: 'null for what was read once and cannot be read now.',
    tags,
    params,
    response: {
      200: answer(
        'The figures',
        z.looseObject({ miner_id: z.string(), timestamp: z.string().nullable() }),
      ),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/miners/:id/metrics/latest', { schema: newest }, ({ params: { id } }) => {
    const instrument = desk.find(id);
    const latest = services.telemetry?.latest.get(instrument.name);
    const timestamp = latest === undefined ? null : new Date(latest.updatedMs).toISOString();
    return { miner_id: id, timestamp, ...metricsOf(latest) };
  });

  const past = {
    summary: 'Figures of a miner over time, as they were recorded',
    description:
      'Of the last day unless it is said otherwise. Needs a [recorder] in the configuration.',
    tags,
    params,
    querystring: z.object({
      start: time.optional(),
      end: time.optional(),
      points: z.coerce.number().int().min(1).max(pointsMost).default(pointsUsual),
    }),
    response: {
      200: answer(
        'The figures, oldest first',
        z.object({
          miner_id: z.string(),
          metrics: z.array(z.looseObject({ timestamp: z.string() })),
        }),
      ),
      ...failures(
        'NOT_FOUND',
        'CANCELLED',
        'DATABASE_BUSY',
        'DATABASE_FAILED',
        'DATABASE_UNREACHABLE',
      ),
    },
  };
  server.get('/api/miners/:id/metrics', { schema: past }, async (request, reply) => {
    const { id } = request.params;
    desk.find(id);
    const { start, end, points } = request.query;
    const { history } = services;
    if (history === undefined) {
      throw new SignalboxError('NOT_FOUND', 'nothing is recorded here', {
        nextStep: 'Add [recorder] to the configuration; metrics/latest has the newest figures.',
      });
    }
    const toMs = end === undefined ? clock.now() + 1 : timeOf(end);
    const fromMs = start === undefined ? toMs - dayMs : timeOf(start);
    const { signal } = callers.of(request, reply);
    return { miner_id: id, metrics: await rowsOf(history, id, { fromMs, toMs, points }, signal) };
  });

  const bulk = {
    summary: 'Does the same with many miners',
    description: 'One that fails keeps no other from being done; each has its own result.',
    tags,
    body: z.strictObject({
      action: z.enum(['restart', 'update', 'delete']),
      miner_ids: z.array(name).min(1).max(bulkMost),
      settings: minerSettings.optional(),
    }),
    response: {
      200: answer(
        'What became of each',
        z.object({
          action: z.string(),
          succeeded: z.number(),
          failed: z.number(),
          results: z.array(
            z.object({
              miner_id: z.string(),
              success: z.boolean(),
              code: z.string().optional(),
              error: z.string().optional(),
            }),
          ),
        }),
      ),
      ...failures('LEASE_LOST', 'CANCELLED'),
    },
  };
  server.post(
    '/api/miners/bulk',
    { schema: bulk, attachValidation: true },
    async (request, reply) => {
      const call = callers.of(request, reply);
      return await counted(request, async () => {
        const { action, miner_ids: ids, settings = {} } = request.body;
        const one = async (id: string): Promise<void> => {
          if (action === 'restart') await desk.restart(id, call);
          else if (action === 'delete') await desk.remove(id, call);
          else await desk.update(id, { settings }, call);
        };
        const results = await each([...new Set(ids)], one, call);
        const succeeded = results.filter(({ success }) => success).length;
        return { action, succeeded, failed: results.length - succeeded, results };
      });
    },
  );

  const reload = {
    summary: 'Reads the files of the configuration again',
    tags,
    response: {
      200: answer(
        'How many miners there are',
        z.object({ message: z.string(), total: z.number() }),
      ),
      ...failures('NOT_FOUND', 'LEASE_LOST'),
    },
  };
  server.post('/api/reload-miners', { schema: reload }, async (request, reply) => {
    callers.of(request, reply);
    await desk.settings().store.refresh();
    await services.applied?.();
    const total = desk.instruments.length;
    return { message: `there are ${total} miners`, total };
  });

  const validation = {
    summary: 'How many requests to these routes were good, and what was wrong with the others',
    tags,
    response: { 200: answer('The figures'), ...failures() },
  };
  server.get('/api/validation/stats', { schema: validation }, () => counts.report());

  minerDiscoveryRoutes(server, context);
  minerSettingsRoutes(server, context, desk);

  /** Does what was asked for, and counts whether it made sense. */
  async function counted<Made>(request: FastifyRequest, run: () => Promise<Made>): Promise<Made> {
    try {
      if (request.validationError !== undefined) throw request.validationError;
      const made = await run();
      counts.accepted();
      return made;
    } catch (error) {
      if (isSignalboxError(error) && error.fault === 'caller') counts.refused(fieldOf(error));
      throw error;
    }
  }
}

/** The field that was wrong, as far as the error says it. */
function fieldOf({ code, details }: SignalboxError): string {
  const { setting, parameter, problems } = details;
  if (typeof setting === 'string') return setting;
  if (typeof parameter === 'string') return parameter;
  const [first] = Array.isArray(problems) ? (problems as readonly unknown[]) : [];
  return typeof first === 'string' ? (/^[\w.]{1,60}(?=:)/.exec(first)?.[0] ?? code) : code;
}

/** So many of a bulk are done at once: each is a wire of its own, but changes of the settings are one line. */
const atOnceMost = 16;

interface BulkResult {
  readonly miner_id: string;
  readonly success: boolean;
  readonly code?: string;
  readonly error?: string;
}

async function each(
  ids: readonly string[],
  one: (id: string) => Promise<void>,
  { signal }: Call,
): Promise<BulkResult[]> {
  const results = new Map<string, BulkResult>();
  const left = ids[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const id = next.value;
      signal.throwIfAborted();
      try {
        await one(id);
        results.set(id, { miner_id: id, success: true });
      } catch (error) {
        const { code, message } = asSignalboxError(error);
        results.set(id, { miner_id: id, success: false, code, error: message });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMost, ids.length) }, work));
  return ids.flatMap((id) => results.get(id) ?? []);
}

/** @throws BAD_ARGUMENT */
function timeOf(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isSafeInteger(ms) && ms >= 0) return ms;
  throw new SignalboxError('BAD_ARGUMENT', `'${text}' is no time: 2026-01-31T12:00:00Z, or ms`);
}

/** What was recorded, a row a moment. */
async function rowsOf(
  history: HistoryReader,
  instrument: string,
  range: { readonly fromMs: number; readonly toMs: number; readonly points: number },
  signal: AbortSignal,
): Promise<object[]> {
  const series = metricParameters.map(([parameter]) => ({ instrument, parameter }));
  const found = await history.query({ series, ...range }, { signal });
  const rows = new Map<number, Record<string, number>>();
  for (const [index, { atMs, mean }] of found.entries()) {
    const metric = metricParameters[index]?.[1];
    if (metric === undefined) continue;
    for (const [at, ms] of atMs.entries()) {
      const value = mean[at];
      if (value === null || value === undefined || Number.isNaN(value)) continue;
      const row = rows.get(ms) ?? {};
      rows.set(ms, row);
      row[metric] = value;
    }
  }
  return [...rows.entries()]
    .toSorted(([one], [other]) => one - other)
    .map(([ms, row]) => ({ timestamp: new Date(ms).toISOString(), ...row }));
}
