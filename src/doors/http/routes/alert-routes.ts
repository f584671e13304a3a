import { z } from 'zod';

import { alertConditions, alertSeverities } from '../../../config/index.ts';
import { describeOwner, given, SignalboxError } from '../../../kernel/index.ts';
import { ruleInWords } from '../../../telemetry/index.ts';
import type { Alerts, RuleStatus } from '../../../telemetry/index.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, name } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const historyShown = 50;
const historyMost = 1_000;
const silenceMostS = 31 * 86_400;
const why = z.string().max(500).optional().describe('For who reads it later');

const acknowledgement = z.object({
  by: z.string(),
  atMs: z.number(),
  why: z.string().optional(),
});

const alertRecord = z.looseObject({
  id: z.number(),
  alert: z.string().describe('Name of the rule'),
  subject: z.string().describe('The instrument, the port, or `recorder`'),
  parameter: z.string().optional(),
  isOccurrence: z.boolean().describe('Something that happened, rather than is so'),
  severity: z.enum(alertSeverities),
  title: z.string(),
  message: z.string(),
  value: z.union([z.number(), z.string(), z.boolean()]).optional(),
  unit: z.string().optional(),
  raisedMs: z.number(),
  clearedMs: z.number().optional(),
  end: z
    .enum(['cleared', 'acknowledged', 'expired', 'followed', 'removed', 'rule-changed'])
    .optional()
    .describe('Present once it is over'),
  acknowledged: acknowledgement.optional(),
  isTold: z.boolean(),
  reminders: z.number(),
  toldMs: z.number().optional(),
  count: z.number(),
  isFlapping: z.boolean(),
});

const silence = z.looseObject({
  id: z.number(),
  alert: z.string(),
  subject: z.string().optional(),
  sinceMs: z.number(),
  untilMs: z.number(),
  by: z.string(),
  why: z.string().optional(),
});

const ruleReport = z.looseObject({
  name: z.string(),
  title: z.string(),
  severity: z.enum(alertSeverities),
  enabled: z.boolean(),
  isBuiltIn: z.boolean(),
  preset: z.string().optional(),
  is: z.enum(alertConditions),
  parameter: z.string().optional(),
  instruments: z.array(z.string()),
  drivers: z.array(z.string()),
  ports: z.array(z.string()),
  words: z.string().describe('What it looks for'),
  state: z.enum(['off', 'faulty', 'quiet', 'rising', 'raised', 'acknowledged']),
  problem: z.string().optional(),
  watched: z.number().describe('So many subjects are watched'),
  rising: z.number().describe('For so many it holds, but not for long enough yet'),
  raised: z.array(alertRecord),
  silencedUntilMs: z.number().optional(),
});

const failure = z.looseObject({ code: z.string(), message: z.string() });

const wayStatus = z.looseObject({
  name: z.string(),
  kind: z.enum(['webhook', 'mqtt', 'email']),
  address: z.string().describe('Without what is secret'),
  state: z.enum(['idle', 'sending', 'failing']),
  waiting: z.number(),
  sent: z.number(),
  dropped: z.number(),
  givenUp: z.number(),
  lastSentMs: z.number().optional(),
  failingSinceMs: z.number().optional(),
  error: failure.optional(),
});

/** What tells that something is wrong: rules and how they stand. They are written by `/config`: `alerts.NAME`. */
export function alertRoutes(server: HttpServer, context: RouteContext): void {
  const { callers, services } = context;
  const tags = ['alerts'];
  const params = z.object({ alert: name });
  const alerts = (): Alerts => {
    if (services.alerts !== undefined) return services.alerts;
    throw new SignalboxError('NOT_FOUND', 'this gateway has no alerts');
  };

  const all = {
    summary:
      'All alerts: rules with what is raised of each, silences, history, and ways of telling',
    tags,
    response: {
      200: answer(
        'They',
        z.object({
          alerts: z.array(ruleReport),
          silences: z.array(silence),
          history: z.array(alertRecord),
          ways: z.array(wayStatus),
        }),
      ),
    },
  };
  server.get('/api/v1/alerts', { schema: all }, () => ({
    alerts: services.alerts?.rules().map(reportOf) ?? [],
    silences: services.alerts?.silences() ?? [],
    history: services.alerts?.history({ limit: historyShown }) ?? [],
    ways: services.ways?.status() ?? [],
  }));

  const history = {
    summary: 'What was raised, the newest first',
    tags,
    querystring: z.object({
      alert: name.optional(),
      limit: z.coerce.number().int().min(1).max(historyMost).default(historyShown),
      beforeId: z.coerce.number().int().min(1).optional().describe('For the next page'),
    }),
    response: { 200: answer('They', z.object({ alerts: z.array(alertRecord) })) },
  };
  server.get('/api/v1/alerts/history', { schema: history }, (request) => {
    const { alert, limit, beforeId } = request.query;
    return { alerts: services.alerts?.history({ limit, ...given({ alert, beforeId }) }) ?? [] };
  });

  const acknowledge = {
    summary: 'Somebody knows, and takes care: no more reminders. What has happened is over',
    tags,
    params,
    body: z.strictObject({ subject: name.optional().describe('All unless given'), why }),
    response: {
      200: answer('What was acknowledged', z.object({ acknowledged: z.array(alertRecord) })),
      ...failures('NOT_FOUND'),
    },
  };
  server.post('/api/v1/alerts/:alert/acknowledge', { schema: acknowledge }, (request, reply) => {
    const by = describeOwner(callers.of(request, reply).by);
    const wish = { by, ...given(request.body) };
    return { acknowledged: alerts().acknowledge(request.params.alert, wish) };
  });

  const silenceSchema = {
    summary: 'Nobody is told of it for a time; what is still raised then is told then',
    description: 'In the name of an alert and of a subject, `*` stands for any letters: `miner-*`.',
    tags,
    params,
    body: z.strictObject({
      forS: z.number().min(1).max(silenceMostS),
      subject: name.optional().describe('All unless given'),
      why,
    }),
    response: { 200: answer('The silence', silence), ...failures('NOT_FOUND', 'QUEUE_FULL') },
  };
  server.post('/api/v1/alerts/:alert/silence', { schema: silenceSchema }, (request, reply) => {
    const by = describeOwner(callers.of(request, reply).by);
    const { forS, ...rest } = request.body;
    const { alert } = request.params;
    return alerts().silence({ alert, by, forMs: forS * 1_000, ...given(rest) });
  });

  const endSilence = {
    summary: 'Ends silences before their time',
    tags,
    params,
    querystring: z.object({ subject: name.optional() }),
    response: {
      200: answer('Those that were ended', z.object({ ended: z.array(silence) })),
      ...failures('NOT_FOUND'),
    },
  };
  const test = {
    summary: 'Sends a trial by one way of telling, or by all, and says what came of it',
    tags,
    body: z.strictObject({ way: name.optional() }),
    response: {
      200: answer(
        'What came of it',
        z.object({
          results: z.array(
            z.looseObject({ way: z.string(), passed: z.boolean(), error: failure.optional() }),
          ),
        }),
      ),
      ...failures('NOT_FOUND'),
    },
  };
  server.post('/api/v1/alerts/test-notification', { schema: test }, async (request, reply) => {
    const { ways } = services;
    if (ways === undefined) {
      throw new SignalboxError('NOT_FOUND', 'this gateway has no way of telling');
    }
    const by = describeOwner(callers.of(request, reply).by);
    return { results: await ways.test(by, request.body.way) };
  });

  server.delete('/api/v1/alerts/:alert/silence', { schema: endSilence }, (request) => ({
    ended: alerts().endSilence(request.params.alert, request.query.subject),
  }));
}

function reportOf({ rule, watched, rising, open, problem, silencedUntilMs }: RuleStatus): object {
  const { title, severity, enabled, isBuiltIn, preset, is, parameter } = rule;
  const { instruments, drivers, ports } = rule;
  const isHandled = open.every(({ acknowledged }) => acknowledged !== undefined);
  const raised = isHandled ? 'acknowledged' : 'raised';
  const quiet = problem !== undefined ? 'faulty' : rising > 0 ? 'rising' : 'quiet';
  return {
    name: rule.name,
    title,
    severity,
    enabled,
    isBuiltIn,
    ...given({ preset }),
    is,
    ...(parameter === '' ? {} : { parameter }),
    instruments,
    drivers,
    ports,
    words: ruleInWords(rule),
    state: !enabled ? 'off' : open.length > 0 ? raised : quiet,
    ...given({ problem }),
    watched,
    rising,
    raised: open,
    ...given({ silencedUntilMs }),
  };
}
