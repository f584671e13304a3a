import { z } from 'zod';
import { alike } from './alike.ts';
import { alertPresets, builtInAlerts } from './alert-presets.ts';
import { name, table } from './fields.ts';

/** What a rule looks for. docs/guides/alerts.md says exactly when each holds. */
export const alertConditions = [
  'above',
  'below',
  'at-least',
  'at-most',
  'equal',
  'different',
  'outside',
  'deviating',
  'rate-above',
  'rate-below',
  'increased',
  'decreased',
  'changed',
  'highest',
  'lowest',
  'absent',
  'offline',
  'port-down',
  'recording-stopped',
] as const;
export type AlertCondition = (typeof alertConditions)[number];

export const alertSeverities = ['info', 'warning', 'critical'] as const;
export type AlertSeverity = (typeof alertSeverities)[number];

/** What happens, instead of being so: told each time, and over by itself. */
const occurrences: readonly AlertCondition[] = [
  'increased',
  'decreased',
  'changed',
  'highest',
  'lowest',
];

export function isOccurrence(is: AlertCondition): boolean {
  return occurrences.includes(is);
}

/** A rule as it is written: what it leaves out comes from its preset, or is a default. */
export interface AlertConfig {
  readonly enabled: boolean;
  readonly preset?: string | undefined;
  readonly title?: string | undefined;
  readonly severity?: AlertSeverity | undefined;
  /** Names of instruments; `*` stands for any letters. */
  readonly instruments?: readonly string[] | undefined;
  /** Families of instruments. */
  readonly drivers?: readonly string[] | undefined;
  /** Names of ports, for what is said of ports. */
  readonly ports?: readonly string[] | undefined;
  readonly parameter?: string | undefined;
  readonly is?: AlertCondition | undefined;
  readonly value?: number | string | boolean | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Another parameter of the same instrument, or a number. */
  readonly from?: string | number | undefined;
  readonly by?: number | undefined;
  readonly measuredIn?: 'unit' | 'percent' | undefined;
  /** What 100 % is: a number, or a parameter of the same instrument. */
  readonly range?: string | number | undefined;
  readonly side?: 'both' | 'above' | 'below' | undefined;
  readonly per?: 'second' | 'minute' | 'hour' | undefined;
  readonly overS?: number | undefined;
  readonly hysteresis?: number | undefined;
  readonly forS?: number | undefined;
  readonly clearForS?: number | undefined;
  readonly remindEveryS?: number | undefined;
  readonly raisesPerHourMost?: number | undefined;
  /** The ways by which people are told; all unless it is said. */
  readonly notify?: readonly string[] | undefined;
}

/** A rule with all that it says, or leaves to its preset and the defaults. */
export interface AlertRule {
  readonly name: string;
  readonly enabled: boolean;
  readonly isBuiltIn: boolean;
  readonly preset?: string;
  readonly title: string;
  readonly severity: AlertSeverity;
  readonly instruments: readonly string[];
  /** Empty: all families. */
  readonly drivers: readonly string[];
  readonly ports: readonly string[];
  readonly parameter: string;
  readonly is: AlertCondition;
  readonly value: number | string | boolean;
  readonly low: number;
  readonly high: number;
  readonly from: string | number;
  readonly by: number;
  readonly measuredIn: 'unit' | 'percent';
  readonly range?: string | number;
  readonly side: 'both' | 'above' | 'below';
  readonly per: 'second' | 'minute' | 'hour';
  readonly overS: number;
  readonly hysteresis: number;
  readonly forS: number;
  readonly clearForS: number;
  /** 0: not at all. */
  readonly remindEveryS: number;
  readonly raisesPerHourMost: number;
  /** Absent: all ways. */
  readonly notify?: readonly string[];
}

/** An occurrence that nobody acknowledges is over after so long, in s. */
const occurrenceLastsS = 3_600;
const day = 86_400;
const longestS = 31 * day;
const patternsMost = 100;
export const alertsMost = 200;

const pattern = z
  .string()
  .regex(/^[A-Za-z*][A-Za-z0-9_*-]{0,63}$/, 'a name, in which * stands for any letters: mfc*');
const patterns = z.array(pattern).min(1).max(patternsMost).optional();
const parameter = z.string().min(1).max(200);
const seconds = z.number().min(0).max(longestS);

export const alertSchema: z.ZodType<AlertConfig> = table({
  enabled: z.boolean().default(true),
  preset: z.string().min(1).max(64).optional(),
  title: z.string().min(1).max(100).optional(),
  severity: z.enum(alertSeverities).optional(),
  instruments: patterns,
  drivers: z.array(z.string().min(1).max(64)).min(1).max(patternsMost).optional(),
  ports: patterns,
  parameter: parameter.optional(),
  is: z.enum(alertConditions).optional(),
  value: z.union([z.number(), z.boolean(), z.string().max(4_096)]).optional(),
  low: z.number().optional(),
  high: z.number().optional(),
  from: z.union([z.number(), parameter]).optional(),
  by: z.number().positive().optional(),
  measuredIn: z.enum(['unit', 'percent']).optional(),
  range: z.union([z.number().positive(), parameter]).optional(),
  side: z.enum(['both', 'above', 'below']).optional(),
  per: z.enum(['second', 'minute', 'hour']).optional(),
  overS: z.number().min(0.1).max(day).optional(),
  hysteresis: z.number().min(0).optional(),
  forS: seconds.optional(),
  clearForS: seconds.optional(),
  remindEveryS: z.number().min(60).max(longestS).optional(),
  raisesPerHourMost: z.number().int().min(1).max(3_600).optional(),
  notify: z.array(name).max(patternsMost).optional(),
});

/** The table of all rules, by name. */
export const alertsSchema: z.ZodType<Readonly<Record<string, AlertConfig>>> = z
  .record(name, alertSchema)
  .superRefine((alerts, context) => {
    const names = Object.keys(alerts);
    if (names.length > alertsMost) {
      context.addIssue({ code: 'custom', message: `there are at most ${alertsMost} alerts` });
    }
    for (const each of names) {
      const given = alerts[each];
      if (given === undefined) continue;
      for (const { key, message } of problemsOfRule(each, given)) {
        context.addIssue({ code: 'custom', path: [each, ...(key === '' ? [] : [key])], message });
      }
    }
  })
  .default({});

/** What a rule comes to. Call it for what the schema let pass. */
export function alertRule(ruleName: string, config: AlertConfig): AlertRule {
  const isBuiltIn = builtInAlerts.includes(ruleName);
  const preset = config.preset ?? (isBuiltIn ? ruleName : undefined);
  const merged = mergedRule(ruleName, config);
  const is = merged.is ?? 'above';
  const { range, notify } = merged;
  return {
    name: ruleName,
    enabled: config.enabled,
    isBuiltIn,
    ...(preset === undefined ? {} : { preset }),
    title: merged.title ?? ruleName,
    severity: merged.severity ?? 'warning',
    instruments: merged.instruments ?? ['*'],
    drivers: merged.drivers ?? [],
    ports: merged.ports ?? ['*'],
    parameter: merged.parameter ?? '',
    is,
    value: merged.value ?? 0,
    low: merged.low ?? -Infinity,
    high: merged.high ?? Infinity,
    from: merged.from ?? 0,
    by: merged.by ?? 0,
    measuredIn: merged.measuredIn ?? 'unit',
    ...(range === undefined ? {} : { range }),
    side: merged.side ?? 'both',
    per: merged.per ?? 'second',
    overS: merged.overS ?? 60,
    hysteresis: merged.hysteresis ?? 0,
    forS: merged.forS ?? heldS(is),
    clearForS: merged.clearForS ?? (isOccurrence(is) ? occurrenceLastsS : 0),
    remindEveryS: merged.remindEveryS ?? 0,
    raisesPerHourMost: merged.raisesPerHourMost ?? 6,
    ...(notify === undefined ? {} : { notify }),
  };
}

/** How long it has to hold where nobody says: a port that is opened again at once is no news. */
function heldS(is: AlertCondition): number {
  if (is === 'absent') return 60;
  return is === 'port-down' || is === 'offline' ? 30 : 0;
}

/** All rules of a configuration: those that are written, and those that are built in. */
export function alertRules(alerts: Readonly<Record<string, AlertConfig>>): AlertRule[] {
  const unwritten = builtInAlerts.filter((each) => !Object.hasOwn(alerts, each));
  return [
    ...Object.entries(alerts).map(([each, config]) => alertRule(each, config)),
    ...unwritten.map((each) => alertRule(each, { enabled: true })),
  ];
}

function mergedRule(ruleName: string, config: AlertConfig): AlertConfig {
  const preset = config.preset ?? (builtInAlerts.includes(ruleName) ? ruleName : undefined);
  const said = Object.entries(config).filter(([, value]) => value !== undefined);
  const base =
    preset !== undefined && Object.hasOwn(alertPresets, preset) ? alertPresets[preset] : {};
  return { ...base, ...Object.fromEntries(said) } as AlertConfig;
}

type Key = keyof AlertConfig | '';

/** What each condition needs to be told, besides what it is of. */
const needed: Readonly<Record<AlertCondition, readonly (keyof AlertConfig)[]>> = {
  above: ['value'],
  below: ['value'],
  'at-least': ['value'],
  'at-most': ['value'],
  equal: ['value'],
  different: ['value'],
  outside: [],
  deviating: ['from', 'by'],
  'rate-above': ['value'],
  'rate-below': ['value'],
  increased: [],
  decreased: [],
  changed: [],
  highest: [],
  lowest: [],
  absent: [],
  offline: [],
  'port-down': [],
  'recording-stopped': [],
};
const withoutParameter: readonly AlertCondition[] = ['offline', 'port-down', 'recording-stopped'];
const ofAnyType: readonly AlertCondition[] = ['equal', 'different'];

/** Keys that only some conditions read: one that would be read by nobody is a mistake. */
const readBy: Readonly<Partial<Record<keyof AlertConfig, (is: AlertCondition) => boolean>>> = {
  value: (is) => needed[is].includes('value'),
  low: (is) => is === 'outside',
  high: (is) => is === 'outside',
  from: (is) => is === 'deviating',
  by: (is) => is === 'deviating',
  measuredIn: (is) => is === 'deviating',
  range: (is) => is === 'deviating',
  side: (is) => is === 'deviating',
  per: (is) => is.startsWith('rate-'),
  overS: (is) => is.startsWith('rate-'),
  hysteresis: (is) =>
    ['above', 'below', 'at-least', 'at-most', 'outside', 'deviating'].includes(is) ||
    is.startsWith('rate-'),
  parameter: (is) => !withoutParameter.includes(is),
  ports: (is) => is === 'port-down',
  instruments: (is) => is !== 'port-down' && is !== 'recording-stopped',
  drivers: (is) => is !== 'port-down' && is !== 'recording-stopped',
  forS: (is) => !isOccurrence(is),
};

function problemsOfRule(ruleName: string, config: AlertConfig): { key: Key; message: string }[] {
  const { preset } = config;
  if (preset !== undefined && !Object.hasOwn(alertPresets, preset)) {
    const names = Object.keys(alertPresets);
    const meant = alike(preset, names);
    const hint = meant === undefined ? `there are ${names.join(', ')}` : `did you mean '${meant}'?`;
    return [{ key: 'preset', message: `no preset '${preset}'; ${hint}` }];
  }
  const rule = mergedRule(ruleName, config);
  const { is, low, high, value, hysteresis = 0 } = rule;
  if (is === undefined)
    return [{ key: 'is', message: `is missing: ${alertConditions.join(', ')}` }];
  const problems: { key: Key; message: string }[] = [];
  const complain = (key: Key, message: string): void => void problems.push({ key, message });
  if (!withoutParameter.includes(is) && rule.parameter === undefined) {
    complain('parameter', `is missing: of which parameter a value is ${is}`);
  }
  for (const key of needed[is]) {
    if (rule[key] === undefined) complain(key, `is missing with is = "${is}"`);
  }
  for (const [key, isRead] of Object.entries(readBy)) {
    if (config[key as keyof AlertConfig] === undefined || isRead(is)) continue;
    complain(key as keyof AlertConfig, `is not read with is = "${is}"`);
  }
  if (value !== undefined && typeof value !== 'number' && !ofAnyType.includes(is)) {
    complain('value', `must be a number with is = "${is}"`);
  }
  if (is === 'outside') {
    if (low === undefined && high === undefined) complain('low', 'low, high or both');
    else if (low !== undefined && high !== undefined && low + hysteresis > high - hysteresis) {
      complain('high', 'must be above low, by twice the hysteresis at least');
    }
  }
  if (is === 'deviating' && hysteresis >= (rule.by ?? Infinity)) {
    complain('hysteresis', 'must be less than by, or it would never clear');
  }
  if (is === 'absent' && rule.forS === 0)
    complain('forS', 'must be more than 0 with is = "absent"');
  return problems;
}
