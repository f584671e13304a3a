import { z } from 'zod';
import { Cron } from 'croner';
import { name, table } from './fields.ts';

/** The days of a week, from Monday on. */
export const weekdayNames = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type WeekdayName = (typeof weekdayNames)[number];

/** What alarms and jobs have in common. */
export interface SchedulesConfig {
  /** A name of the IANA time zone database. @default that of the machine */
  readonly timeZone?: string | undefined;
}

/** What becomes of times that a clock change leaves out or shows twice, and of those that were missed. */
export interface OccurrencePolicies {
  readonly timeZone?: string | undefined;
  /** A time that the clock leaves out: at the end of the gap, or not at all. */
  readonly gap: 'run-at-end' | 'skip';
  /** A time that the clock shows twice: the first time, or both. */
  readonly overlap: 'first' | 'both';
  /** What could not start at its time: once, when it is not too late, or not at all. */
  readonly missed: 'once' | 'skip';
  /** So late is not too late. */
  readonly graceS: number;
}

/** Wakes somebody with music. */
export interface AlarmConfig extends OccurrencePolicies {
  readonly enabled: boolean;
  readonly title?: string | undefined;
  /** `HH:MM`. */
  readonly time: string;
  /** None: once, the next time that the clock shows it. */
  readonly weekdays: readonly WeekdayName[];
  /** `YYYY-MM-DD`: once, on that day. */
  readonly date?: string | undefined;
  /** Name of the instrument that plays. */
  readonly player: string;
  readonly playlist: string;
  /** In percent. */
  readonly volume: number;
  readonly fadeIn: boolean;
  readonly fadeInS: number;
  readonly shuffle: boolean;
  /** Name of the device that it plays on. @default the one that plays now or did last */
  readonly device?: string | undefined;
  /** Tried when the device cannot be used. */
  readonly fallbackDevice?: string | undefined;
  /** Whether silencing the player is taken for a snooze. */
  readonly snooze: boolean;
  readonly snoozeMinutes: number;
  readonly snoozeWindowMinutes: number;
  /** When it rang last, as its clock showed it. Written by the scheduler. */
  readonly lastRun?: string | undefined;
}

/** A value that a step writes or compares with. */
export type StepValue = number | string | boolean;

export interface SetStepConfig {
  readonly do: 'set';
  readonly instrument: string;
  readonly parameter: string;
  readonly value: StepValue;
  readonly timeoutS: number;
}

export interface RampStepConfig {
  readonly do: 'ramp';
  readonly instrument: string;
  readonly parameter: string;
  /** @default the value that it has */
  readonly from?: number | undefined;
  readonly to: number;
  readonly overS: number;
  readonly everyS: number;
  /** Of each value that is written. */
  readonly timeoutS: number;
}

export interface WaitStepConfig {
  readonly do: 'wait';
  readonly forS: number;
}

export interface QueryStepConfig {
  readonly do: 'query';
  readonly instrument: string;
  readonly message: string;
  /** Whether asking twice does no harm. */
  readonly idempotent: boolean;
  readonly timeoutS: number;
}

export interface CallStepConfig {
  readonly do: 'call';
  readonly instrument: string;
  readonly function: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Whether calling twice does no harm. */
  readonly idempotent: boolean;
  readonly timeoutS: number;
}

export interface ConditionStepConfig {
  readonly do: 'condition';
  readonly instrument: string;
  readonly parameter: string;
  readonly is: 'above' | 'below' | 'at-least' | 'at-most' | 'equal' | 'different';
  readonly value: StepValue;
  /** What becomes of the rest: the run fails, or it is over. */
  readonly else: 'stop' | 'skip';
  readonly timeoutS: number;
}

export interface NotifyStepConfig {
  readonly do: 'notify';
  readonly message: string;
  readonly level: 'info' | 'warn';
}

export type StepConfig =
  | SetStepConfig
  | RampStepConfig
  | WaitStepConfig
  | QueryStepConfig
  | CallStepConfig
  | ConditionStepConfig
  | NotifyStepConfig;

/** Steps that are done at times. */
export interface JobConfig extends OccurrencePolicies {
  readonly enabled: boolean;
  readonly title?: string | undefined;
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly cron?: string | undefined;
  /** `HH:MM`, on `weekdays`. */
  readonly time?: string | undefined;
  readonly weekdays: readonly WeekdayName[];
  /** `YYYY-MM-DDTHH:MM`. */
  readonly once?: string | undefined;
  /** Whether a run that a crash cut short is done again from the step that was not done. */
  readonly delivery: 'at-most-once' | 'at-least-once';
  /** What a run does while the one before it is not over. */
  readonly whileRunning: 'skip' | 'wait';
  readonly priority: 'interactive' | 'poll';
  /** Whether it holds its instruments for itself while it runs. */
  readonly lease: boolean;
  readonly steps: readonly StepConfig[];
  /** When it ran last, as its clock showed it. Written by the scheduler for what runs once. */
  readonly lastRun?: string | undefined;
}

const dayS = 86_400;
/** A run that was missed by more is history. */
const graceMostS = 31 * dayS;
/** A ramp writes so often at most. */
const rampPointsMost = 100_000;
const stepsMost = 1_000;

const timeZone = z
  .string()
  .min(1)
  .refine(isTimeZone, 'must be a time zone of the IANA database: Europe/Vienna');
const time = z
  .string()
  .regex(/^([01]?\d|2[0-3]):[0-5]\d$/, 'a time of the day: 06:30')
  .transform((text) => text.padStart(5, '0'));
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day: 2026-12-24')
  .refine((text) => isDay(text), 'must be a day that the calendar has: 2026-12-24');
const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d$/, 'a day and time: 2026-12-24T18:00')
  .refine((text) => isDay(text.slice(0, 10)), 'must be on a day that the calendar has');
const weekdays = z
  .array(z.enum(weekdayNames))
  .max(weekdayNames.length)
  .refine((days) => new Set(days).size === days.length, 'must not have a day twice')
  .default([]);
const seconds = z.number().positive().max(dayS);
const title = z.string().min(1).max(100).optional();
/** As a store writes it. */
const lastRun = z.string().min(1).max(64).optional();

const policies = {
  timeZone: timeZone.optional(),
  gap: z.enum(['run-at-end', 'skip']).default('run-at-end'),
  overlap: z.enum(['first', 'both']).default('first'),
  missed: z.enum(['once', 'skip']).default('once'),
  graceS: z.number().int().min(0).max(graceMostS).default(600),
};

export const schedulesSchema: z.ZodType<SchedulesConfig> = table({ timeZone: timeZone.optional() });

const device = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}<>]*$/u, 'the name of a device, without control characters, < and >');

export const alarmSchema: z.ZodType<AlarmConfig> = table({
  enabled: z.boolean().default(true),
  title,
  time,
  weekdays,
  date: date.optional(),
  player: name,
  playlist: z
    .string()
    .regex(
      /^spotify:(playlist|album|artist|track):[A-Za-z0-9]{22}$/,
      'a Spotify URI: spotify:playlist:37i9dQZF1DXcBWIGoYBM5M',
    ),
  volume: z.number().int().min(0).max(100).default(20),
  fadeIn: z.boolean().default(false),
  fadeInS: z.number().int().min(5).max(1_800).default(60),
  shuffle: z.boolean().default(false),
  device: device.optional(),
  fallbackDevice: device.optional(),
  snooze: z.boolean().default(true),
  snoozeMinutes: z.number().int().min(1).max(60).default(9),
  snoozeWindowMinutes: z.number().int().min(1).max(480).default(120),
  ...policies,
  lastRun,
}).refine(({ date, weekdays }) => date === undefined || weekdays.length === 0, {
  path: ['date'],
  message: 'is one day; weekdays are several',
});

const timeoutS = seconds.default(10);
const stepValue = z.union([z.number(), z.boolean(), z.string().max(4_096)]);
const target = { instrument: name, parameter: z.string().min(1).max(200) };
const idempotent = z.boolean().default(false);

const step: z.ZodType<StepConfig> = z.discriminatedUnion('do', [
  table({ do: z.literal('set'), ...target, value: stepValue, timeoutS }),
  table({
    do: z.literal('ramp'),
    ...target,
    from: z.number().optional(),
    to: z.number(),
    overS: seconds,
    everyS: z.number().min(0.1).max(3_600).default(1),
    timeoutS,
  }).refine(({ overS, everyS }) => overS / everyS <= rampPointsMost, {
    path: ['everyS'],
    message: `must be longer: a ramp has at most ${rampPointsMost} steps`,
  }),
  table({ do: z.literal('wait'), forS: seconds }),
  table({
    do: z.literal('query'),
    instrument: name,
    message: z.string().min(1).max(4_096),
    idempotent,
    timeoutS,
  }),
  table({
    do: z.literal('call'),
    instrument: name,
    function: z.string().max(200).regex(/^[^$]/, 'the name of a function; none begins with $'),
    params: z.record(z.string().min(1), z.unknown()).default({}),
    idempotent,
    timeoutS,
  }),
  table({
    do: z.literal('condition'),
    ...target,
    is: z.enum(['above', 'below', 'at-least', 'at-most', 'equal', 'different']),
    value: stepValue,
    else: z.enum(['stop', 'skip']).default('stop'),
    timeoutS,
  }),
  table({
    do: z.literal('notify'),
    message: z.string().min(1).max(500),
    level: z.enum(['info', 'warn']).default('info'),
  }),
]);

export const jobSchema: z.ZodType<JobConfig> = table({
  enabled: z.boolean().default(true),
  title,
  cron: z.string().min(1).max(200).optional(),
  time: time.optional(),
  weekdays,
  once: localTime.optional(),
  ...policies,
  delivery: z.enum(['at-most-once', 'at-least-once']).default('at-most-once'),
  whileRunning: z.enum(['skip', 'wait']).default('skip'),
  priority: z.enum(['interactive', 'poll']).default('interactive'),
  lease: z.boolean().default(false),
  steps: z.array(step).min(1).max(stepsMost),
  lastRun,
}).superRefine((job, context) => {
  const complain = (path: readonly (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path: [...path], message });
  const times = [job.cron, job.time, job.once].filter((each) => each !== undefined);
  if (times.length !== 1) complain([], 'exactly one of cron, time (with weekdays) and once');
  if (job.time !== undefined && job.weekdays.length === 0) {
    complain(['weekdays'], 'is missing: on which days; for a single day there is once');
  }
  if (job.time === undefined && job.weekdays.length > 0) {
    complain(['weekdays'], 'is read only with time');
  }
  if (job.cron !== undefined) checkCron(job.cron, complain);
  if (job.delivery === 'at-least-once') checkRepeatable(job.steps, complain);
});

type Complain = (path: readonly (string | number)[], message: string) => void;

function checkCron(cron: string, complain: Complain): void {
  try {
    const times = new Cron(cron, { mode: '5-part', paused: true, timezone: 'UTC' });
    if (times.nextRun() === null) complain(['cron'], 'never comes: no month has such a day');
  } catch (error) {
    const why = messageOf(error).replace(/^CronPattern: /, '');
    complain(['cron'], `must be five fields, minute to day of the week: ${why}`);
  }
}

/** What may be begun a second time is done by its steps a second time. */
function checkRepeatable(steps: readonly StepConfig[], complain: Complain): void {
  for (const [index, each] of steps.entries()) {
    if (each.do !== 'query' && each.do !== 'call') continue;
    if (each.idempotent) continue;
    complain(
      ['steps', index, 'idempotent'],
      `a ${each.do} may be done twice with delivery = "at-least-once"; where that does no harm, say idempotent = true`,
    );
  }
}

function isTimeZone(text: string): boolean {
  try {
    void new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
