import { errorCatalogue } from '../../kernel/index.ts';
import type { ErrorCode } from '../../kernel/index.ts';
import type { LinkState, Port, PortCounts, PortStatus, SpanHistogram } from '../../ports/index.ts';
import { counter, gauge, histogram, stateSamples } from './metric-family.ts';
import type { HistogramSample, MetricFamily, MetricSample } from './metric-family.ts';

/** Upper bounds of waits and services, in seconds. */
export const spanBounds: readonly number[] = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

const states: readonly LinkState[] = [
  'open',
  'opening',
  'recovering',
  'absent',
  'released',
  'closed',
];

const msPerSecond = 1_000;

interface LookedAt {
  readonly port: Port;
  readonly status: PortStatus;
  readonly statistics: PortCounts;
  readonly labels: { readonly port: string };
}

/** Ports and the leases on them. */
export function portMetrics(ports: Iterable<Port>, nowMs: number): MetricFamily[] {
  const all = Array.from(ports, (port) => ({
    port,
    status: port.status(),
    statistics: port.counts(),
    labels: { port: port.name },
  }));
  return [
    ...linkMetrics(all),
    ...workMetrics(all),
    ...spanMetrics(all),
    ...leaseMetrics(all, nowMs),
  ];
}

function linkMetrics(all: readonly LookedAt[]): MetricFamily[] {
  const counted = countedIn(all);
  return [
    gauge(
      'signalbox_port_state',
      'State of the link: 1 for the one that it is in, 0 for the others.',
      all.flatMap(({ status, labels }) => stateSamples(states, status.state, labels)),
    ),
    gauge(
      'signalbox_port_queue_requests',
      'Requests in line.',
      all.flatMap(({ status, labels }) =>
        (['transaction', 'lease'] as const).map((kind) => ({
          labels: { ...labels, kind },
          value: status.queue.filter((each) => each.kind === kind).length,
        })),
      ),
    ),
    counter(
      'signalbox_port_reconnects_total',
      'How often the link came back after it had broken.',
      counted(({ reconnects }) => reconnects),
    ),
    counter(
      'signalbox_port_link_failures_total',
      'How often the link broke or could not be opened, by error code.',
      all.flatMap(({ statistics, labels }) =>
        Object.entries(statistics.linkFailuresByCode).map(([code, value]) => ({
          labels: { ...labels, code },
          value,
        })),
      ),
    ),
    counter(
      'signalbox_port_sent_bytes_total',
      'Bytes written to the wire.',
      counted(({ sentBytes }) => sentBytes),
    ),
    counter(
      'signalbox_port_received_bytes_total',
      'Bytes read from the wire.',
      counted(({ receivedBytes }) => receivedBytes),
    ),
  ];
}

function workMetrics(all: readonly LookedAt[]): MetricFamily[] {
  const counted = countedIn(all);
  return [
    counter(
      'signalbox_port_operations_total',
      'Requests that ended: ok, or the code of their error and whose fault it is.',
      all.flatMap(({ statistics, labels }) => outcomes(statistics, labels)),
    ),
    counter(
      'signalbox_port_blocked_operations_total',
      'Requests that could not go at once, because others were on the wire, in line or held a lease.',
      counted(({ blockedAttempts }) => blockedAttempts),
    ),
    counter(
      'signalbox_port_wire_transactions_total',
      'Transactions on the wire; fewer than the operations where reads were merged.',
      counted(({ wireTransactions }) => wireTransactions),
    ),
    counter(
      'signalbox_port_merged_operations_total',
      'Operations that the transaction of another, or a kept reply, answered.',
      counted(({ mergedOperations }) => mergedOperations),
    ),
    counter(
      'signalbox_port_retries_total',
      'Reads sent again.',
      counted(({ retries }) => retries),
    ),
    counter(
      'signalbox_port_quarantined_total',
      'Pieces of what arrived that belonged to no request, and were dropped.',
      counted(({ quarantined }) => quarantined),
    ),
  ];
}

function spanMetrics(all: readonly LookedAt[]): MetricFamily[] {
  const boundsMs = spanBounds.map((bound) => bound * msPerSecond);
  const histograms = all.map(({ port, labels }) => ({ labels, ...port.histograms(boundsMs) }));
  return [
    histogram(
      'signalbox_port_wait_seconds',
      'From asking to the first byte of the request.',
      histograms.map(({ labels, wait }) => inSeconds(labels, wait)),
    ),
    histogram(
      'signalbox_port_service_seconds',
      'From the first byte of the request to the last of the reply, with all attempts.',
      histograms.map(({ labels, service }) => inSeconds(labels, service)),
    ),
  ];
}

function leaseMetrics(all: readonly LookedAt[], nowMs: number): MetricFamily[] {
  return [
    gauge(
      'signalbox_port_leases',
      'Leases that are held.',
      all.flatMap(({ status, labels }) =>
        (['exclusive', 'shared'] as const).map((mode) => ({
          labels: { ...labels, mode },
          value: status.leases.filter(
            (lease) => (lease.mode === 'exclusive') === (mode === 'exclusive'),
          ).length,
        })),
      ),
    ),
    gauge(
      'signalbox_port_oldest_lease_age_seconds',
      'For how long the oldest lease has been held; 0 without one.',
      all.map(({ status, labels }) => ({
        labels,
        value: Math.max(0, ...status.leases.map(({ sinceMs }) => nowMs - sinceMs)) / msPerSecond,
      })),
    ),
  ];
}

function countedIn(
  all: readonly LookedAt[],
): (valueOf: (statistics: PortCounts) => number) => MetricSample[] {
  return (valueOf) => all.map(({ statistics, labels }) => ({ labels, value: valueOf(statistics) }));
}

function outcomes(
  { successes, failuresByCode }: PortCounts,
  labels: { readonly port: string },
): MetricSample[] {
  return [
    { labels: { ...labels, outcome: 'ok', fault: 'none' }, value: successes },
    ...Object.entries(failuresByCode).map(([code, value]) => ({
      labels: { ...labels, outcome: code, fault: errorCatalogue[code as ErrorCode].fault },
      value,
    })),
  ];
}

function inSeconds(
  labels: { readonly port: string },
  { atMost, count, sumMs }: SpanHistogram,
): HistogramSample {
  return { labels, bounds: spanBounds, atMost, count, sum: sumMs / msPerSecond };
}
