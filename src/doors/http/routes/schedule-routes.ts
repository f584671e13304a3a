import { z } from 'zod';

import { jobSchema, weekdayNames } from '../../../config/index.ts';
import type { JobConfig } from '../../../config/index.ts';
import { SignalboxError } from '../../../kernel/index.ts';
import {
  historyMost,
  nextRunsMost,
  nextRunsShown,
  snoozeMinutesMost,
} from '../../../schedules/index.ts';
import type { Scheduler } from '../../../schedules/index.ts';
import { failures, onTheWire } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, name } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const accepted = 202;
const runsShown = 50;

const plannedRun = z.looseObject({
  at: z.string().describe('As its clock will show it, with what is added to UTC'),
  slot: z.string(),
  fold: z.union([z.literal(0), z.literal(1)]),
  atMs: z.number(),
});

const stepRecord = z.looseObject({
  number: z.number(),
  what: z.string(),
  state: z.enum(['done', 'failed', 'running']),
  startedMs: z.number(),
  endedMs: z.number().optional(),
  result: z.string().optional(),
});

const runRecord = z.looseObject({
  id: z.number(),
  job: z.string(),
  kind: z.enum(['alarm', 'job']),
  cause: z.enum(['scheduled', 'caught-up', 'manual', 'snooze']),
  state: z.string(),
  dueMs: z.number(),
  by: z.string(),
  startedMs: z.number().optional(),
  endedMs: z.number().optional(),
  reason: z.string().optional(),
  code: z.string().optional(),
  steps: z.array(stepRecord),
});

const scheduleStatus = z.looseObject({
  name: z.string(),
  kind: z.enum(['alarm', 'job']),
  title: z.string(),
  enabled: z.boolean(),
  state: z.enum(['off', 'waiting', 'running', 'ringing', 'snoozed', 'over', 'faulty']),
  reason: z.string().optional(),
  runsOnce: z.boolean(),
  timeZone: z.string(),
  next: z.array(plannedRun),
  lastRun: runRecord.optional(),
});

/** Alarms and jobs: when they run, how they ran, and running them out of turn. They are written by `/config`. */
export function scheduleRoutes(server: HttpServer, context: RouteContext): void {
  const { callers, services } = context;
  const tags = ['schedules'];
  const params = z.object({ schedule: name });
  const query = z.object({
    next: z.coerce.number().int().min(0).max(nextRunsMost).default(nextRunsShown),
  });
  const scheduler = (): Scheduler => {
    if (services.schedules !== undefined) return services.schedules;
    throw new SignalboxError('NOT_FOUND', 'this gateway has no alarms and jobs');
  };

  const all = {
    summary: 'All alarms and jobs: state, next runs, last run',
    tags,
    querystring: query,
    response: { 200: answer('They', z.object({ schedules: z.array(scheduleStatus) })) },
  };
  server.get('/api/v1/schedules', { schema: all }, (request) => ({
    schedules: services.schedules?.list(request.query.next) ?? [],
  }));

  const one = {
    summary: 'One alarm or job',
    tags,
    params,
    querystring: query,
    response: { 200: answer('It', scheduleStatus), ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/schedules/:schedule', { schema: one }, (request) =>
    scheduler().status(request.params.schedule, request.query.next),
  );

  const dryRun = {
    summary: 'What would be done when, and what would keep it from being done; nothing is',
    tags,
    params,
    querystring: query,
    response: {
      200: answer(
        'What would be done',
        z.looseObject({
          name: z.string(),
          next: z.array(plannedRun),
          steps: z.array(z.string()),
          problems: z.array(z.string()),
        }),
      ),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/schedules/:schedule/dry-run', { schema: dryRun }, (request) =>
    scheduler().dryRun(request.params.schedule, request.query.next),
  );

  const preview = {
    summary: 'When something would run that is not in the configuration yet',
    description: 'The times of a job: exactly one of `cron`, `time` with `weekdays`, and `once`.',
    tags,
    querystring: query,
    body: z.strictObject({
      cron: z.string().max(200).optional(),
      time: z.string().max(5).optional(),
      weekdays: z.array(z.enum(weekdayNames)).max(weekdayNames.length).optional(),
      once: z.string().max(16).optional(),
      timeZone: z.string().max(64).optional(),
      gap: z.enum(['run-at-end', 'skip']).optional(),
      overlap: z.enum(['first', 'both']).optional(),
    }),
    response: {
      200: answer('The next runs', z.object({ next: z.array(plannedRun) })),
      ...failures('NOT_FOUND'),
    },
  };
  server.post('/api/v1/schedules/preview', { schema: preview }, (request) => ({
    next: scheduler().preview(jobOf(request.body), request.query.next),
  }));

  const runs = {
    summary: 'The newest runs, the newest first',
    tags,
    querystring: z.object({
      schedule: name.optional(),
      limit: z.coerce.number().int().min(1).max(historyMost).default(runsShown),
    }),
    response: {
      200: answer('The runs, each with its steps', z.object({ runs: z.array(runRecord) })),
      ...failures('NOT_FOUND'),
    },
  };
  server.get('/api/v1/runs', { schema: runs }, ({ query: { schedule, limit } }) => ({
    runs: scheduler().history(schedule, limit),
  }));

  const enabled = {
    summary: 'Switches it on or off, in the configuration',
    tags,
    params,
    body: z.strictObject({ enabled: z.boolean() }),
    response: {
      200: answer('It, as it stands then', scheduleStatus),
      ...failures('NOT_FOUND', 'CONFIG_INVALID', 'CONFIG_CONFLICT', 'CONFIG_WRITE_FAILED'),
    },
  };
  server.put('/api/v1/schedules/:schedule/enabled', { schema: enabled }, async (request, reply) => {
    const { schedule } = request.params;
    const { by } = callers.of(request, reply);
    await scheduler().setEnabled(schedule, request.body.enabled, by);
    return scheduler().status(schedule);
  });

  const run = {
    summary: 'Runs it now, besides its times',
    tags,
    params,
    body: z.strictObject({}),
    response: {
      202: answer('It was begun', z.object({ runId: z.number() })),
      ...failures('NOT_FOUND', 'JOB_RUNNING'),
    },
  };
  server.post('/api/v1/schedules/:schedule/run', { schema: run }, (request, reply) => {
    const { by } = callers.of(request, reply);
    return reply.code(accepted).send({ runId: scheduler().runNow(request.params.schedule, by) });
  });

  const snooze = {
    summary: 'Silences an alarm that rings until later, or one that is snoozed until later still',
    tags,
    params,
    body: z.strictObject({
      minutes: z
        .number()
        .int()
        .min(1)
        .max(snoozeMinutesMost)
        .optional()
        .describe('Those of the alarm unless given'),
    }),
    response: {
      200: answer('When it rings again, ms since 1970', z.object({ untilMs: z.number() })),
      ...failures('VALUE_OUT_OF_RANGE', ...onTheWire),
    },
  };
  server.post('/api/v1/schedules/:schedule/snooze', { schema: snooze }, async (request, reply) => {
    const { signal } = callers.of(request, reply);
    const { minutes } = request.body;
    return { untilMs: await scheduler().snooze(request.params.schedule, minutes, signal) };
  });

  const stop = {
    summary: 'Ends its run, also while it rings or is snoozed',
    tags,
    params,
    body: z.strictObject({}),
    response: {
      200: answer('Whether there was one', z.object({ stopped: z.boolean() })),
      ...failures(...onTheWire),
    },
  };
  server.post('/api/v1/schedules/:schedule/stop', { schema: stop }, async (request, reply) => {
    const { by, signal } = callers.of(request, reply);
    return { stopped: await scheduler().stop(request.params.schedule, by, signal) };
  });
}

/** A job that does nothing at the given times. @throws BAD_ARGUMENT */
function jobOf(times: Readonly<Record<string, unknown>>): JobConfig {
  const result = jobSchema.safeParse({ ...times, steps: [{ do: 'wait', forS: 1 }] });
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter((each) => each !== '').join(' '),
  );
  throw new SignalboxError('BAD_ARGUMENT', problems.join('; '), {
    nextStep: 'See docs/reference/configuration.md for how times are written.',
  });
}
