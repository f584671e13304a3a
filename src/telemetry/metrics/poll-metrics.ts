import type { PollStatus } from '../poller/poll.ts';
import { counter, gauge } from './metric-family.ts';
import type { MetricFamily, MetricSample } from './metric-family.ts';

const msPerSecond = 1_000;

/** What is polled, whether it keeps its pace, and what it costs. */
export function pollMetrics(polls: readonly PollStatus[]): MetricFamily[] {
  const samples = (valueOf: (poll: PollStatus) => number): MetricSample[] =>
    polls.map((poll) => ({
      labels: { instrument: poll.instrument, port: poll.port },
      value: valueOf(poll),
    }));
  return [
    counter(
      'signalbox_polls_total',
      'Polls that were begun.',
      samples(({ polls: begun }) => begun),
    ),
    counter(
      'signalbox_polls_missed_total',
      'Polls that were due while the one before was not done, or while the gateway could not run.',
      samples(({ missed }) => missed),
    ),
    counter(
      'signalbox_polls_failed_total',
      'Polls of which not everything could be read.',
      samples(({ failed }) => failed),
    ),
    gauge(
      'signalbox_poll_interval_seconds',
      'How often the instrument is to be polled.',
      samples(({ everyMs }) => everyMs / msPerSecond),
    ),
    gauge(
      'signalbox_poll_current_interval_seconds',
      'How often it is polled now: more seldom while nothing can be read.',
      samples(({ nowEveryMs }) => nowEveryMs / msPerSecond),
    ),
    gauge(
      'signalbox_poll_duration_seconds',
      'How long a poll takes in the mean, the newest counting most.',
      samples(({ meanMs }) => meanMs / msPerSecond),
    ),
    gauge(
      'signalbox_poll_busy_ratio',
      'The part of the time that a poll of the instrument is under way.',
      samples(({ share }) => share),
    ),
  ];
}
