import type { Hub } from '../hub/hub.ts';
import { counter, gauge } from './metric-family.ts';
import type { MetricFamily } from './metric-family.ts';

/** Who listens, to how much, and who could not keep up. */
export function hubMetrics(hub: Hub): MetricFamily[] {
  const clients = [...hub.clients()];
  const waiting = clients.map(({ outbox }) => outbox.waitingBytes);
  return [
    gauge('signalbox_hub_clients', 'Programs and pages that listen.', [{ value: clients.length }]),
    gauge('signalbox_hub_topics', 'Topics that there are.', [{ value: hub.topicCount }]),
    counter('signalbox_hub_published_total', 'Updates that were published on all topics.', [
      { value: hub.position },
    ]),
    counter('signalbox_hub_sent_bytes_total', 'Bytes that connections have passed on.', [
      { value: hub.sentBytes },
    ]),
    gauge('signalbox_hub_waiting_bytes', 'Bytes that wait for clients, all together.', [
      { value: waiting.reduce((sum, bytes) => sum + bytes, 0) },
    ]),
    gauge('signalbox_hub_longest_waiting_bytes', 'Bytes that wait for the slowest client.', [
      { value: waiting.reduce((most, bytes) => Math.max(most, bytes), 0) },
    ]),
    counter('signalbox_hub_cut_clients_total', 'Clients that were too slow and were cut off.', [
      { value: hub.cut },
    ]),
  ];
}
