import type { AlertRecord } from '../alerts/alert-record.ts';
import { gauge } from './metric-family.ts';
import type { MetricFamily } from './metric-family.ts';

/** Alerts that are raised now. */
export function alertMetrics(open: readonly AlertRecord[], rules: number): MetricFamily[] {
  const counted = new Map<string, { labels: Record<string, string>; value: number }>();
  for (const { alert, severity, acknowledged } of open) {
    const labels = {
      alert,
      severity,
      acknowledged: acknowledged === undefined ? 'no' : 'yes',
    };
    const key = Object.values(labels).join(' ');
    const sample = counted.get(key) ?? { labels, value: 0 };
    sample.value += 1;
    counted.set(key, sample);
  }
  return [
    gauge('signalbox_alerts_open', 'Alerts that are raised and not over.', [...counted.values()]),
    gauge('signalbox_alert_rules', 'Rules that alerts are raised by.', [{ value: rules }]),
  ];
}
