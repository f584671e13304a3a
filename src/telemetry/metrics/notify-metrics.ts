import type { WayStatus } from '../notify/ways.ts';
import { counter, gauge } from './metric-family.ts';
import type { MetricFamily, MetricSample } from './metric-family.ts';

/** The ways by which people are told, and whether they work. */
export function notifyMetrics(ways: readonly WayStatus[]): MetricFamily[] {
  const samples = (valueOf: (way: WayStatus) => number): MetricSample[] =>
    ways.map((way) => ({ labels: { way: way.name, kind: way.kind }, value: valueOf(way) }));
  return [
    gauge(
      'signalbox_notify_failing',
      'Whether the last try to tell somebody failed.',
      samples(({ state }) => Number(state === 'failing')),
    ),
    gauge(
      'signalbox_notify_waiting_messages',
      'Messages that wait to be sent.',
      samples(({ waiting }) => waiting),
    ),
    counter(
      'signalbox_notify_sent_messages_total',
      'Messages that were sent.',
      samples(({ sent }) => sent),
    ),
    counter(
      'signalbox_notify_lost_messages_total',
      'Messages that were given up, or for which there was no room.',
      samples(({ givenUp, dropped }) => givenUp + dropped),
    ),
  ];
}
