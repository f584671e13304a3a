import type { RecorderStatus } from '../recorder/recorder-events.ts';
import { counter, gauge } from './metric-family.ts';
import type { MetricFamily } from './metric-family.ts';

const msPerSecond = 1_000;

/** What is recorded, and what was lost. */
export function recorderMetrics(status: RecorderStatus): MetricFamily[] {
  const { state, series, waiting, stored, duplicates, batches, storedMs } = status;
  const { dropped, tooLate, unusable } = status;
  return [
    gauge('signalbox_recorder_up', 'Whether values can be written.', [
      { value: state === 'stopped' || state === 'closed' ? 0 : 1 },
    ]),
    gauge('signalbox_recorder_series', 'Parameters that are recorded.', [{ value: series }]),
    gauge('signalbox_recorder_waiting_samples', 'Values that wait to be written.', [
      { value: waiting },
    ]),
    counter('signalbox_recorder_stored_samples_total', 'Values that were written for good.', [
      { value: stored },
    ]),
    counter(
      'signalbox_recorder_discarded_samples_total',
      'Values that were not written: lost, too late, there already, or of no use.',
      [
        { labels: { why: 'dropped' }, value: dropped },
        { labels: { why: 'too-late' }, value: tooLate },
        { labels: { why: 'duplicate' }, value: duplicates },
        { labels: { why: 'unusable' }, value: unusable },
      ],
    ),
    counter('signalbox_recorder_batches_total', 'How often values were written together.', [
      { value: batches },
    ]),
    ...(storedMs === undefined
      ? []
      : [
          gauge(
            'signalbox_recorder_last_store_timestamp_seconds',
            'When values were written last, since 1970.',
            [{ value: storedMs / msPerSecond }],
          ),
        ]),
  ];
}
