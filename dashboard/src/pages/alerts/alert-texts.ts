import type {
  AlertReport,
  AlertRuleReport,
  AlertSeverityReport,
} from '../../../../src/client/index.ts';
import type { Tone } from '../../parts/tone.ts';

const severityTones: Readonly<Record<AlertSeverityReport, Tone>> = {
  info: 'idle',
  warning: 'busy',
  critical: 'bad',
};

export function severityTone(severity: AlertSeverityReport): Tone {
  return severityTones[severity];
}

const stateTones: Readonly<Record<AlertRuleReport['state'], Tone>> = {
  off: 'idle',
  faulty: 'bad',
  quiet: 'good',
  rising: 'busy',
  raised: 'bad',
  acknowledged: 'busy',
};

export function ruleTone(state: AlertRuleReport['state']): Tone {
  return stateTones[state];
}

const ends: Readonly<Record<NonNullable<AlertReport['end']>, string>> = {
  cleared: 'over by itself',
  acknowledged: 'acknowledged',
  expired: 'over after its time',
  followed: 'followed by another',
  removed: 'its subject was removed',
  'rule-changed': 'its rule was changed',
};

/** How an alert ended, in words; still raised when it has not. */
export function endText({ end }: Pick<AlertReport, 'end'>): string {
  return end === undefined ? 'still raised' : ends[end];
}

const order: readonly AlertSeverityReport[] = ['critical', 'warning', 'info'];

/** What nobody knows of first, then the gravest, then the newest. */
export function inUrgency(alerts: readonly AlertReport[]): readonly AlertReport[] {
  return alerts.toSorted(
    (one, other) =>
      Number(one.acknowledged !== undefined) - Number(other.acknowledged !== undefined) ||
      order.indexOf(one.severity) - order.indexOf(other.severity) ||
      other.raisedMs - one.raisedMs,
  );
}
