import type { Clock } from '../../kernel/index.ts';
import type { AlertEvents, Alerts, Hub } from '../../telemetry/index.ts';

/** So many events of alerts are kept for clients that come back. */
const keep = 1_000;

type AlertEventName = 'raised' | 'cleared' | 'acknowledged' | 'silenced';

/** What alerts do, as `alerts`; who begins to listen gets those that are open. */
export function publishAlerts(
  hub: Hub,
  alerts: Pick<Alerts, 'events' | 'open' | 'silences'>,
  clock: Clock,
): Disposable {
  using made = new DisposableStack();
  const topic = hub.topic('alerts', {
    kind: 'events',
    keep,
    snapshot: () => ({ alerts: alerts.open(), silences: alerts.silences() }),
  });
  made.defer(() => hub.remove(topic));
  const pass = <Name extends AlertEventName>(event: Name): void => {
    const listener = (data: AlertEvents[Name]): void =>
      topic.publish({ event, atMs: clock.now(), data });
    made.use(alerts.events.on(event, listener));
  };
  pass('raised');
  pass('cleared');
  pass('acknowledged');
  pass('silenced');
  return made.move();
}
