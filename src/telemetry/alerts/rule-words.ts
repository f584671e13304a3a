import { isSecretName } from '../../config/index.ts';
import type { AlertRule } from '../../config/index.ts';
import type { Value } from '../../instruments/index.ts';
import type { LatestValue } from '../latest/latest-value.ts';
import type { AlertValue } from './alert-record.ts';
import type { Judgement } from './conditions.ts';

/** A text value is shown up to so many characters. */
const shownCharactersMost = 60;
const digits = 6;

/** What is written down when an alert is raised. */
export interface Evidence {
  readonly message: string;
  readonly value?: AlertValue;
  readonly unit?: string;
}

/** What a rule looks for, in words: `temperature above 70 for 30 s`. */
export function ruleInWords(rule: AlertRule): string {
  const { parameter, is, forS } = rule;
  const held = forS > 0 ? ` for ${forS} s` : '';
  switch (is) {
    case 'absent':
      return `no good value of ${parameter}${held}`;
    case 'offline':
      return `the instrument does not answer${held}`;
    case 'port-down':
      return `the port cannot be used${held}`;
    case 'recording-stopped':
      return `nothing is recorded${held}`;
    case 'increased':
    case 'decreased':
    case 'changed':
      return `${parameter} has ${is}`;
    case 'highest':
    case 'lowest':
      return `${parameter} is the ${is} so far`;
    default:
      return `${parameter} ${limitInWords(rule)}${held}`;
  }
}

/** `above 70`, as it follows what it is said of. */
function limitInWords(rule: AlertRule): string {
  const { is, parameter, value, low, high, from, by, measuredIn, side, per, overS } = rule;
  switch (is) {
    case 'outside':
      return `outside ${shownNumber(low)} to ${shownNumber(high)}`;
    case 'deviating': {
      const unit = measuredIn === 'percent' ? ' %' : '';
      const where = side === 'both' ? 'away from' : side;
      return `more than ${by}${unit} ${where} ${from}`;
    }
    case 'rate-above':
    case 'rate-below':
      return `changes by ${is === 'rate-above' ? 'more' : 'less'} than ${shown(parameter, value)} a ${per} over ${overS} s`;
    case 'equal':
    case 'different':
      return `${is === 'equal' ? 'equal to' : 'different from'} ${shown(parameter, value)}`;
    default:
      return `${is.replace('-', ' ')} ${shown(parameter, value)}`;
  }
}

/** What a value shows of a rule that has come true. */
export function evidenceOf(
  rule: AlertRule,
  subject: string,
  latest: LatestValue | undefined,
  judgement: Judgement,
): Evidence {
  const { parameter, is, measuredIn } = rule;
  const value = latest?.value;
  const what = value === undefined ? 'unknown' : withUnit(parameter, value, latest?.unit);
  const { measure } = judgement;
  const unit = measuredIn === 'percent' ? ' %' : '';
  const how =
    measure === undefined
      ? ''
      : is === 'deviating'
        ? ` (off by ${shownNumber(measure)}${unit})`
        : ` (changes by ${shownNumber(measure)})`;
  const message = `${subject}: ${parameter} is ${what}${how}; alert: ${limitInWords(rule)}`;
  return { message, ...valueOf(parameter, latest) };
}

/** The same of something that has happened. */
export function occurrenceOf(
  rule: AlertRule,
  subject: string,
  latest: LatestValue | undefined,
  before: AlertValue,
): Evidence {
  const { parameter, is } = rule;
  const value = latest?.value ?? '';
  const how = is === 'highest' || is === 'lowest' ? `the ${is} so far; before it was` : 'it was';
  const message = `${subject}: ${parameter} is ${withUnit(parameter, value, latest?.unit)}, ${how} ${shown(parameter, before)}`;
  return { message, ...valueOf(parameter, latest) };
}

function valueOf(
  parameter: string,
  latest: LatestValue | undefined,
): { value?: AlertValue; unit?: string } {
  const { value, unit } = latest ?? {};
  if (value === undefined || value instanceof Uint8Array || isSecretName(parameter)) return {};
  return { value: plainValue(value), ...(unit === undefined ? {} : { unit }) };
}

/** A value as it can be written down: JSON has no number for what is not finite. */
export function plainValue(value: Value): AlertValue {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? value.slice(0, 1_000) : value;
}

function withUnit(parameter: string, value: Value, unit: string | undefined): string {
  const text = shown(parameter, value);
  return unit === undefined || unit === '' ? text : `${text} ${unit}`;
}

/** A value in words; what is called like a secret is never shown. */
function shown(parameter: string, value: Value): string {
  if (isSecretName(parameter)) return '(secret)';
  if (typeof value === 'number') return shownNumber(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const text = String(value).replaceAll(/\p{Cc}/gu, ' ');
  return text.length > shownCharactersMost ? `${text.slice(0, shownCharactersMost)}…` : text;
}

function shownNumber(value: number): string {
  return String(Number(value.toPrecision(digits)));
}
