import type { AlertRule } from '../../config/index.ts';
import type { Value } from '../../instruments/index.ts';
import type { LatestValue } from '../latest/latest-value.ts';
import type { RateWindow } from './rate-window.ts';

/** What values say of a condition; `unknown` says nothing: neither that it holds nor that it is over. */
export type Verdict = 'holds' | 'over' | 'unknown';

/** What came of looking at the values of an instrument. */
export interface Judgement {
  readonly verdict: Verdict;
  /** What was compared, where it is not the value itself: a rate, a deviation. */
  readonly measure?: number;
  /** Why it can never be judged as things are, in words. */
  readonly problem?: string;
}

type Values = Readonly<Record<string, LatestValue>>;

/** What is to be known for a judgement besides the values. */
export interface Circumstances {
  /** Whether the alert is raised: it is over only when the value has come back by the hysteresis. */
  readonly isRaised: boolean;
  /** What 100 % of the parameter is, as its family knows it. */
  readonly fullScale: () => number | undefined;
  readonly rates: RateWindow;
}

const unknown: Judgement = { verdict: 'unknown' };
const msOf = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;

/** Judges a rule that says how a value is. Only good values are judged. */
export function judge(rule: AlertRule, values: Values, circumstances: Circumstances): Judgement {
  const { is, parameter, value: limit } = rule;
  const given = goodValue(values, parameter);
  if (given === undefined) return unknown;
  if (is === 'equal') return verdictOf(given === limit);
  if (is === 'different') return verdictOf(given !== limit);
  const value = numberOf(given);
  if (value === undefined) return { ...unknown, problem: `${parameter} is no number` };
  if (Number.isNaN(value)) return unknown;
  const back = circumstances.isRaised ? rule.hysteresis : 0;
  switch (is) {
    case 'above':
      return verdictOf(value > Number(limit) - back);
    case 'below':
      return verdictOf(value < Number(limit) + back);
    case 'at-least':
      return verdictOf(value >= Number(limit) - back);
    case 'at-most':
      return verdictOf(value <= Number(limit) + back);
    case 'outside':
      return verdictOf(value < rule.low + back || value > rule.high - back);
    case 'rate-above':
    case 'rate-below': {
      const rate = circumstances.rates.add(value, values[parameter]?.atMs ?? 0);
      if (rate === undefined) return unknown;
      const measure = rate * msOf[rule.per];
      const holds =
        is === 'rate-above' ? measure > Number(limit) - back : measure < Number(limit) + back;
      return { ...verdictOf(holds), measure };
    }
    case 'deviating':
      return deviation(rule, values, value, back, circumstances.fullScale);
    default:
      return unknown;
  }
}

function deviation(
  rule: AlertRule,
  values: Values,
  value: number,
  back: number,
  fullScale: () => number | undefined,
): Judgement {
  const { from, by, measuredIn, range, side } = rule;
  const target = numberFrom(from, values);
  if (typeof target === 'string') return { ...unknown, problem: target };
  const whole =
    measuredIn === 'unit'
      ? 100
      : range === undefined
        ? (fullScale() ?? `what 100 % of ${rule.parameter} is is not known: say range`)
        : numberFrom(range, values);
  if (typeof whole === 'string') return { ...unknown, problem: whole };
  // Of a range of nothing there is no share: a setpoint of 0.
  if (target === undefined || whole === undefined || whole === 0) return unknown;
  const measure = ((value - target) / whole) * 100;
  const far = side === 'both' ? Math.abs(measure) : side === 'above' ? measure : -measure;
  return { ...verdictOf(far > by - back), measure };
}

/** A number that is given, or that of another parameter. @returns words when it cannot be one */
function numberFrom(source: string | number, values: Values): number | string | undefined {
  if (typeof source === 'number') return source;
  if (values[source] === undefined) return `${source} is not polled`;
  const value = goodValue(values, source);
  if (value === undefined) return undefined;
  const number = numberOf(value);
  if (number === undefined) return `${source} is no number`;
  return Number.isNaN(number) ? undefined : number;
}

/** The value of a parameter, when it can be trusted. */
export function goodValue(values: Values, parameter: string): Value | undefined {
  const latest = values[parameter];
  return latest?.quality === 'good' ? latest.value : undefined;
}

/** Yes and no count as 1 and 0. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'boolean' ? Number(value) : undefined;
}

function verdictOf(holds: boolean): Judgement {
  return { verdict: holds ? 'holds' : 'over' };
}
