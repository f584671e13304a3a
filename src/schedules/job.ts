import type {
  AlarmConfig,
  JobConfig,
  OccurrencePolicies,
  StepConfig,
  WeekdayName,
} from '../config/index.ts';
import type { Owner } from '../kernel/index.ts';
import { minuteMs, parseLocal } from './local-time.ts';
import type { OccurrenceRule } from './occurrences.ts';
import { cron, once, weekly } from './pattern.ts';
import type { Pattern } from './pattern.ts';
import type { ScheduleConfig } from './schedule-source.ts';
import { TimeZone } from './time-zone.ts';

/** Wakes somebody; what an alarm does in the place of steps of its own. */
export interface RingStep {
  readonly do: 'ring';
  readonly alarm: AlarmConfig;
  /** Whether it goes on after a snooze. */
  readonly isAgain: boolean;
}

/** What a run does, one after the other. */
export type Step = StepConfig | RingStep;

/** Something that is done at times: a job, or an alarm, which is a job with one step of its own. */
export interface Job {
  readonly name: string;
  readonly kind: 'alarm' | 'job';
  readonly title: string;
  readonly enabled: boolean;
  readonly rule: OccurrenceRule;
  /** Switched off when it has run. */
  readonly runsOnce: boolean;
  /** Changes with the times that are meant, and with nothing else. */
  readonly definition: string;
  readonly missed: 'once' | 'skip';
  readonly graceMs: number;
  readonly delivery: 'at-most-once' | 'at-least-once';
  readonly whileRunning: 'skip' | 'wait';
  readonly priority: 'interactive' | 'poll';
  readonly lease: boolean;
  readonly steps: readonly Step[];
  /** When it ran last, as the configuration has it. */
  readonly lastRun: string | undefined;
}

/** What times are made of, kept from one configuration to the next: most of it is the same again. */
export class RuleBook {
  readonly #zones = new Map<string, TimeZone>();
  #rules = new Map<string, OccurrenceRule>();
  #used = new Map<string, OccurrenceRule>();

  zone(name: string): TimeZone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = new TimeZone(name);
      this.#zones.set(name, zone);
    }
    return zone;
  }

  /** @param definition tells rules apart */
  rule(definition: string, make: () => OccurrenceRule): OccurrenceRule {
    const rule = this.#used.get(definition) ?? this.#rules.get(definition) ?? make();
    this.#used.set(definition, rule);
    return rule;
  }

  /** Forgets the rules that nobody asked for since the last time. */
  forgetUnused(): void {
    this.#rules = this.#used;
    this.#used = new Map();
  }
}

/** The alarms and jobs of a configuration, those that are switched off among them. */
export function jobsOf(config: ScheduleConfig, rules: RuleBook): Job[] {
  const zoneName =
    config.schedules.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [
    ...Object.entries(config.alarms).map(([name, alarm]) => alarmOf(name, alarm, zoneName, rules)),
    ...Object.entries(config.jobs).map(([name, job]) => jobOf(name, job, zoneName, rules)),
  ];
}

/** In whose name a job's requests are in line. */
export function ownerOf({ name, kind }: Job, sinceMs: number): Owner {
  return {
    id: `schedules-${kind}-${name}`,
    program: `signalbox ${kind} ${name}`,
    pid: process.pid,
    door: 'schedules',
    sinceMs,
  };
}

function alarmOf(name: string, alarm: AlarmConfig, zoneName: string, rules: RuleBook): Job {
  const { date, time, weekdays } = alarm;
  const pattern = (): Pattern =>
    date === undefined
      ? weekly(timeOfDay(time), weekdays.map(numberOfDay))
      : once(parseLocal(`${date}T${time}`));
  return {
    name,
    kind: 'alarm',
    title: alarm.title ?? name,
    enabled: alarm.enabled,
    runsOnce: weekdays.length === 0,
    ...timesOf({ date, time, weekdays }, pattern, alarm, zoneName, rules),
    // Who was not woken was let down; who is woken twice turns it off.
    delivery: 'at-least-once',
    whileRunning: 'skip',
    priority: 'interactive',
    lease: false,
    steps: [{ do: 'ring', alarm, isAgain: false }],
    lastRun: alarm.lastRun,
  };
}

function jobOf(name: string, job: JobConfig, zoneName: string, rules: RuleBook): Job {
  const { cron: text, time, weekdays, once: at } = job;
  const { delivery, whileRunning, priority, lease, steps } = job;
  return {
    name,
    kind: 'job',
    title: job.title ?? name,
    enabled: job.enabled,
    runsOnce: at !== undefined,
    ...timesOf(
      { cron: text, time, weekdays, once: at },
      () => patternOf(job),
      job,
      zoneName,
      rules,
    ),
    delivery,
    whileRunning,
    priority,
    lease,
    steps,
    lastRun: job.lastRun,
  };
}

function patternOf({ cron: text, time, weekdays, once: at }: JobConfig): Pattern {
  if (text !== undefined) return cron(text);
  if (at !== undefined) return once(parseLocal(at));
  return weekly(timeOfDay(time ?? '00:00'), weekdays.map(numberOfDay));
}

function timesOf(
  times: Readonly<Record<string, unknown>>,
  pattern: () => Pattern,
  { timeZone, gap, overlap, missed, graceS }: OccurrencePolicies,
  zoneName: string,
  rules: RuleBook,
): Pick<Job, 'definition' | 'graceMs' | 'missed' | 'rule'> {
  const zone = rules.zone(timeZone ?? zoneName);
  const definition = JSON.stringify([times, zone.name, gap, overlap]);
  const rule = rules.rule(definition, () => ({ pattern: pattern(), zone, gap, overlap }));
  return { rule, definition, missed, graceMs: graceS * 1_000 };
}

function timeOfDay(text: string): number {
  const [hours = '0', minutes = '0'] = text.split(':');
  return (Number(hours) * 60 + Number(minutes)) * minuteMs;
}

const numbersOfDays: Readonly<Record<WeekdayName, number>> = {
  monday: 0,
  tuesday: 1,
  wednesday: 2,
  thursday: 3,
  friday: 4,
  saturday: 5,
  sunday: 6,
};

function numberOfDay(day: WeekdayName): number {
  return numbersOfDays[day];
}
